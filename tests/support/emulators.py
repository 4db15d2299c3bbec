"""The emulators in tests: found once a run, started once a run, shared by everybody, a fresh project for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

from infra.emulators import Emulator, find_sdk, missing_parts, running


@cache
def sdk_root() -> Path | None:
    """The Google Cloud CLI; PARLEY_CLOUD_SDK names another one, or none when it is empty."""
    named = os.environ.get("PARLEY_CLOUD_SDK")
    if named is None:
        return find_sdk()
    return Path(named) if named else None


def why_absent() -> str:
    """Why the emulators cannot run here; empty: they can."""
    missing = missing_parts(sdk_root())
    return f"{' and '.join(missing)} cannot be found" if missing else ""


@contextmanager
def started(emulator: Emulator, log: Path) -> Iterator[str]:
    """Run an emulator, and let Google's clients in this process find it. Gives host:port."""
    root = sdk_root()
    assert root is not None, "ask `why_absent` first, or mark the test `emulators`"
    before = os.environ.get(emulator.variable)
    with running(emulator, root, log) as address:
        os.environ[emulator.variable] = address
        try:
            yield address
        finally:
            if before is None:
                del os.environ[emulator.variable]
            else:
                os.environ[emulator.variable] = before


def fresh_project() -> str:
    """A project that no other test has: the emulators keep projects apart."""
    return f"demo-{uuid4().hex[:20]}"
