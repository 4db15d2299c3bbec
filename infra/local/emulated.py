"""The product on Google's emulators: each function a functions-framework process, Pub/Sub pushing to them,
Firestore storing. Cloud Tasks and Scheduler have no official emulator: the embedded queue takes their place.

`python -m infra.local.emulated`
"""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from infra.emulators import FIRESTORE, PUBSUB, EmulatorError, find_sdk, free_port, missing_parts, running
from infra.local.product import command_line, kept_word, serve
from infra.local.subscriptions import subscribe
from infra.logs import configure_logging
from infra.settings import Settings, child_environment
from infra.topology import FUNCTIONS

ROOT = Path(__file__).resolve().parents[2]
PROJECT = "parley-emulated"
START_SECONDS = 180.0
STOP_SECONDS = 10.0


@contextmanager
def function_processes(environment: Mapping[str, str], logs: Path) -> Iterator[dict[str, str]]:
    """Start every function as in production; gives function to address."""
    ports = {name: free_port() for name in FUNCTIONS}
    with ExitStack() as stack:
        for name, port in ports.items():
            stack.enter_context(_function(name, port, environment, logs / f"{name}.log"))
        for name, port in ports.items():
            _wait_until_listening(name, port)
        yield {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}


def _wait_until_listening(name: str, port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise EmulatorError(f"the function {name} did not start: see its log")


@contextmanager
def _function(name: str, port: int, environment: Mapping[str, str], log: Path) -> Iterator[None]:
    own = {
        "FUNCTION_TARGET": name,
        "FUNCTION_SOURCE": str(ROOT / "functions" / name / "main.py"),
        "FUNCTION_USE_ASGI": "1",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "functions_framework"]
    # Gunicorn's control socket has one place a user, and says so when another process has taken it.
    with TemporaryDirectory(prefix="parley-") as place, log.open("wb") as output:
        own["XDG_RUNTIME_DIR"] = place
        process = subprocess.Popen(  # noqa: S603 - our own words
            command, cwd=ROOT, env={**environment, **own}, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def main() -> None:
    """The command line."""
    given = command_line("Parley on the Firestore and Pub/Sub emulators")
    # A plain SIGTERM would leave the emulators and the functions behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    configure_logging(stream=sys.stderr)
    sdk = find_sdk()
    if missing := missing_parts(sdk):
        sys.exit(f"parley: install {' and '.join(missing)} first (gcloud components install ...)")
    assert sdk is not None
    logs = given.settings.data_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        print("parley: starting the emulators", flush=True)
        emulators = {
            emulator.variable: stack.enter_context(running(emulator, sdk, logs / f"{emulator.variable.lower()}.log"))
            for emulator in (FIRESTORE, PUBSUB)
        }
        environment = child_environment(given.settings, PROJECT, emulators)
        print(f"parley: starting {len(FUNCTIONS)} functions, their logs are in {logs}", flush=True)
        urls = stack.enter_context(function_processes(environment, logs))
        subscribe(PROJECT, urls)
        key = given.settings.jwt_secret or SecretStr(kept_word(given.settings.data_dir / "jwt-secret", size=32))
        changes = {"stack": "emulators", "project": PROJECT, "function_urls": urls, "jwt_secret": key}
        settings: Settings = given.settings.model_copy(update=changes)
        asyncio.run(serve(settings, given.host, given.port))


if __name__ == "__main__":
    main()
