"""Where benchmarks run: a folder, the emulators, and processes started as the product itself starts them."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psutil

from infra.emulators import FIRESTORE, PUBSUB, free_port
from infra.settings import Settings, child_environment
from tests.bench.load import until
from tests.support import emulators

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ROOT / "tests" / "bench" / "floor_handler.py"
JWT_SECRET = "a-secret-of-the-benchmarks-and-of-nobody-else"
_STOP_SECONDS = 10.0


class Absent(Exception):
    """A part that this benchmark needs is not on this machine; says which."""


@dataclass(frozen=True, slots=True)
class Process:
    """A server that was started."""

    pid: int
    url: str

    def cpu_seconds(self) -> float:
        """What it and its workers have used so far, in user and kernel mode."""
        times = [one.cpu_times() for one in self._family()]
        return sum(one.user + one.system for one in times)

    def resident_bytes(self) -> int:
        """Memory that it and its workers hold now."""
        return sum(int(one.memory_info().rss) for one in self._family())

    def _family(self) -> list[psutil.Process]:
        parent = psutil.Process(self.pid)
        return [parent, *parent.children(recursive=True)]


class Stage:
    """Made once a run; what is started here stays up until its end."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self._stack = stack

    @cached_property
    def emulators(self) -> dict[str, str]:
        """Addresses of Firestore and Pub/Sub by the variables that Google's clients read. Raises `Absent`."""
        if reason := self.why_no_emulators():
            raise Absent(reason)
        return {
            one.variable: self._stack.enter_context(emulators.started(one, self.folder / f"{one.variable.lower()}.log"))
            for one in (FIRESTORE, PUBSUB)
        }

    def why_no_emulators(self) -> str:
        """Empty: they are there."""
        return emulators.why_absent()

    def emulated_settings(self, name: str) -> Settings:
        """A project of its own on the emulators, and a folder of its own for the rest. Raises `Absent`."""
        assert self.emulators  # this starts them
        folder = self.new_folder(name)
        return Settings(stack="emulators", project=emulators.fresh_project(), data_dir=folder, jwt_secret=JWT_SECRET)

    def environment(self, settings: Settings) -> dict[str, str]:
        """What the functions' processes get on the emulators."""
        return child_environment(settings, settings.project, self.emulators)

    def new_folder(self, name: str) -> Path:
        """An empty folder."""
        folder = self.folder / name
        folder.mkdir()
        return folder


def function_source(name: str) -> Path:
    """Where the product's functions are."""
    return ROOT / "functions" / name / "main.py"


@contextmanager
def function(target: str, source: Path, environment: Mapping[str, str], log: Path) -> Iterator[Process]:
    """A functions-framework process with the command and environment of `infra.local.emulated`. Not yet listening."""
    port = free_port()
    own = {
        "FUNCTION_TARGET": target,
        "FUNCTION_SOURCE": str(source),
        "FUNCTION_USE_ASGI": "1",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PYTHONPATH": str(ROOT),
    }
    with child(["-m", "functions_framework"], {**environment, **own}, log) as pid:
        yield Process(pid, f"http://127.0.0.1:{port}")


@asynccontextmanager
async def listening(target: str, source: Path, environment: Mapping[str, str], log: Path) -> AsyncIterator[Process]:
    """The same, once it answers."""
    with function(target, source, environment, log) as process:
        await until(lambda: is_open(process.url))
        yield process


@contextmanager
def child(arguments: list[str], environment: Mapping[str, str], log: Path) -> Iterator[int]:
    """A Python program of this environment; gives its process id and ends it."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def is_open(url: str) -> bool:
    """Somebody listens at this address of this host."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) == 0


async def breathe() -> None:
    """Let what a turn leaves behind end before the next one begins."""
    await asyncio.sleep(0.02)
