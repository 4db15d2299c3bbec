"""The image's own files, laid out once a run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.build import dockerfile


@pytest.fixture(scope="session")
def image() -> Iterator[Path]:
    """The image's working directory, compiled by the Dockerfile's own instruction and closed to writers."""
    with tempfile.TemporaryDirectory(prefix="parley-image-") as folder:
        workdir = dockerfile.lay_out(Path(folder))
        compiled = dockerfile.run_lines("compileall", stage=dockerfile.last_stage())
        subprocess.run(here(compiled, {"/app": str(workdir)}), shell=True, check=True)
        _open(workdir, writable=False)
        yield workdir
        _open(workdir, writable=True)


def here(script: str, places: dict[str, str]) -> str:
    """A RUN instruction with this machine's places and interpreter in it."""
    for place, ours in places.items():
        script = script.replace(place, ours)
    return script.replace("python ", f"{sys.executable} ", 1) if script.startswith("python ") else script


def _open(folder: Path, *, writable: bool) -> None:
    for parent, _, _ in os.walk(folder):
        Path(parent).chmod(0o755 if writable else 0o555)
