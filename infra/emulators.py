"""Finds and starts the official emulators of the Google Cloud CLI. Standard library only: the launcher uses it too."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

_IS_WINDOWS: Final = sys.platform == "win32"
_START_SECONDS = 180.0
_STOP_SECONDS = 5.0


class EmulatorError(Exception):
    """An emulator did not start; says which and where its log lies."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """One of the CLI's emulators: where its launcher lies below the SDK, and how it is started."""

    name: str
    variable: str
    """The environment variable by which Google's clients find it."""
    launcher: str
    windows_launcher: str
    command: tuple[str, ...] = ()

    def path(self, sdk_root: Path) -> Path:
        """The launcher, whether or not it is there."""
        return sdk_root / "platform" / (self.windows_launcher if _IS_WINDOWS else self.launcher)


FIRESTORE = Emulator(
    "Firestore",
    "FIRESTORE_EMULATOR_HOST",
    "cloud-firestore-emulator/cloud_firestore_emulator",
    "cloud-firestore-emulator/cloud_firestore_emulator.cmd",
    ("start",),
)
PUBSUB = Emulator(
    "Pub/Sub",
    "PUBSUB_EMULATOR_HOST",
    "pubsub-emulator/bin/cloud-pubsub-emulator",
    "pubsub-emulator/bin/cloud-pubsub-emulator.bat",
)


def find_sdk() -> Path | None:
    """The root of the Google Cloud CLI, asked from `gcloud` itself (which takes a second); None without one."""
    gcloud = shutil.which("gcloud")
    if gcloud is None:
        return None
    command = [gcloud, "info", "--format=value(installation.sdk_root)"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - fixed
    except (OSError, subprocess.TimeoutExpired):
        return None
    root = Path(answer.stdout.strip())
    return root if answer.stdout.strip() and root.is_dir() else None


def missing_parts(sdk_root: Path | None) -> list[str]:
    """What keeps the emulators from running, in words; empty: nothing."""
    if sdk_root is None:
        return ["the Google Cloud CLI"]
    missing = [f"the {one.name} emulator" for one in (FIRESTORE, PUBSUB) if not one.path(sdk_root).exists()]
    return missing if shutil.which("java") else [*missing, "Java"]


@contextmanager
def running(emulator: Emulator, sdk_root: Path, log: Path, *, port: int | None = None) -> Iterator[str]:
    """Run an emulator on 127.0.0.1; gives its address (host:port) once it answers. Raises `EmulatorError`.

    Its whole process group is stopped at the end, also on Ctrl-C, which does not reach it directly.
    """
    port = port or free_port()
    with log.open("wb") as output:
        process = _start(emulator, sdk_root, port, output)
        try:
            _wait_until_ready(emulator, process, port, log)
            yield f"127.0.0.1:{port}"
        finally:
            _stop(process)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _start(emulator: Emulator, sdk_root: Path, port: int, output: IO[bytes]) -> subprocess.Popen[bytes]:
    # The launchers are scripts that run Java below them: only as a group can both be stopped.
    apart = {"creationflags": 0x200} if _IS_WINDOWS else {"process_group": 0}
    command = [str(emulator.path(sdk_root)), *emulator.command, "--host=127.0.0.1", f"--port={port}"]
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return] # noqa: S603 - our own words
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, **apart
    )


def _wait_until_ready(emulator: Emulator, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > end:
            raise EmulatorError(f"the {emulator.name} emulator did not start; its log is {log}")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    """Both emulators answer 200 to a plain GET as soon as they serve."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    _end(process, "SIGTERM")
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _end(process, "SIGKILL")
        process.wait()


def _end(process: subprocess.Popen[bytes], name: str) -> None:
    if _IS_WINDOWS:
        taskkill = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(taskkill, capture_output=True, check=False)  # noqa: S603 - fixed
        return
    try:
        os.killpg(process.pid, getattr(signal, name))
    except ProcessLookupError:
        return
