"""Services as processes of this machine: the image's files, the command and environment of the cloud."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from infra.emulators import free_port
from tests.build import dockerfile
from tests.build.services import Service

START_SECONDS = 60.0
STOP_SECONDS = 10.0
"""Cloud Run's patience after SIGTERM."""
FRONT_END = "127.0.0.2" if sys.platform == "linux" else None
"""Not the address that uvicorn trusts by itself. Other systems have but one of their own."""
_IMPORTED = "import time:"


@dataclass
class Run:
    """A process from its start to its end, and what was seen of it."""

    service: Service
    folder: Path
    process: subprocess.Popen[bytes]
    port: int
    answers: dict[str, httpx.Response] = field(default_factory=dict)
    code: int | None = None

    def call(self, method: str, path: str, **headers: str) -> None:
        """Ask as Cloud Run's front end does, and keep the answer."""
        with httpx.Client(transport=httpx.HTTPTransport(local_address=FRONT_END), timeout=30) as client:
            url = f"http://127.0.0.1:{self.port}{path}"
            self.answers[f"{method} {path}"] = client.request(method, url, headers=headers)

    def wait_until_listening(self) -> None:
        """Raises `AssertionError` with the end of its log where it does not come to that."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            with suppress(httpx.TransportError):
                self.call("GET", self.service.probe)
                return
            time.sleep(0.1)
        raise AssertionError(f"{self.service.name} does not listen: {self.printed()[-5:]}")

    def stop(self) -> None:
        """As Cloud Run does: SIGTERM, and SIGKILL for whoever does not mind it in time. Without a code, somebody
        did not."""
        with suppress(psutil.NoSuchProcess):
            main = psutil.Process(self.process.pid)
            family = [main, *main.children(recursive=True)]
            main.terminate()
            _, left = psutil.wait_procs(family, timeout=STOP_SECONDS)
            for process in left:
                process.kill()
            code = self.process.wait()
            self.code = None if left else code

    def logged(self) -> list[str]:
        """The lines of standard output: Cloud Logging gets these."""
        return (self.folder / "stdout").read_text().splitlines()

    def printed(self) -> list[str]:
        """The lines of standard error, without the interpreter's report of imports."""
        lines = (self.folder / "stderr").read_text().splitlines()
        return [line for line in lines if not line.startswith(_IMPORTED)]

    def modules(self) -> set[str]:
        """Whatever it has imported."""
        lines = (self.folder / "stderr").read_text().splitlines()
        return {line.rpartition("|")[2].strip() for line in lines if line.startswith(_IMPORTED)}


def start(service: Service, image: Path, folder: Path, **changes: str | None) -> Run:
    """Start a service as its container would; `changes` to the environment, None: without it."""
    folder.mkdir()
    port = str(free_port())
    (cmd,) = dockerfile.of("CMD")
    command = [_with_port(word, service.port, port) for word in service.command or json.loads(cmd)]
    places = {"/opt/venv/bin": str(Path(sys.executable).parent), "/app": str(image), "/tmp": str(folder)}
    environment = {**dockerfile.environment(), **service.environment}
    moved = {name: _moved(value, places) for name, value in environment.items()}
    whole = {**moved, **_platform(service, port), **changes}
    given = {name: value for name, value in whole.items() if value is not None}
    with (folder / "stdout").open("wb") as stdout, (folder / "stderr").open("wb") as stderr:
        process = subprocess.Popen(command, cwd=image, env=given, stdout=stdout, stderr=stderr)
    return Run(service, folder, process, int(port))


def _with_port(word: str, port: str, ours: str) -> str:
    return re.sub(rf"(^|=){port}$", rf"\g<1>{ours}", word) if port else word


def _moved(value: str, places: Mapping[str, str]) -> str:
    """The image's places as they are here."""
    anywhere = "|".join(map(re.escape, places))
    return re.sub(rf"(?<![^:])({anywhere})(?=[:/]|$)", lambda found: places[found[0]], value)


def _platform(service: Service, port: str) -> dict[str, str]:
    """What Cloud Run adds, and what keeps the test alone: a home that nobody can make, no Google account of this
    machine, no spans (the request that happens to be recorded loads more), a report of what is imported."""
    return {
        "PORT": port,
        "K_SERVICE": service.name,
        "K_REVISION": f"{service.name}-00001-abc",
        "HOME": os.devnull,
        "NO_GCE_CHECK": "true",
        "PARLEY_TRACE_RATIO": "0",
        "PYTHONPROFILEIMPORTTIME": "1",
    }


@contextmanager
def started(services: Iterable[Service], image: Path, folder: Path) -> Iterator[dict[str, Run]]:
    """All services at once, each listening; stopped at the end."""
    runs = {service.name: start(service, image, folder / service.name) for service in services}
    try:
        for run in runs.values():
            if run.service.probe:
                run.wait_until_listening()
        yield runs
    finally:
        with ThreadPoolExecutor(len(runs)) as together:
            list(together.map(Run.stop, runs.values()))
