"""One dispatcher a file: a lock that the operating system takes back when its process dies, however it dies."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def alone(path: Path, poll_seconds: float) -> AsyncIterator[None]:
    """Wait until nobody else holds this path, then hold it. SQLite's file lock works on every system of ours."""
    lock = sqlite3.connect(f"{path}.dispatcher", 0.0, isolation_level=None)
    try:
        while not _taken(lock):  # noqa: ASYNC110 - another process lets go without telling us
            await asyncio.sleep(poll_seconds)
        yield
    finally:
        lock.close()


def _taken(lock: sqlite3.Connection) -> bool:
    try:
        lock.execute("begin exclusive")
    except sqlite3.OperationalError:
        return False
    return True
