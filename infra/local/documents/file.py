"""One SQLite file: opening it, locking it, and what its faults mean."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from infra.local.documents.schema import create
from infra.local.documents.selection import add_functions
from shared.errors import Unavailable

T = TypeVar("T")

_OPEN_SECONDS = 10.0
LOCK_SECONDS = 10.0
"""How long a call waits for another process before it raises `Unavailable`."""
_PAUSE_SECONDS = 0.002
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def open_file(path: Path) -> sqlite3.Connection:
    """A connection to a file that is made and brought to the schema if need be. Raises `Unavailable`.

    Write-ahead log with `synchronous=NORMAL`: what was committed is in the operating system's hands before the commit
    returns, so it survives the death of the process (kill -9). A power failure can take the last commits away,
    never a part of one; that is the price of not waiting for the disk each time.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_OPEN_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        add_functions(connection)
        create(connection)
        # From here on a lock is waited for without holding up the event loop: see `patiently`.
        connection.execute("PRAGMA busy_timeout = 0")
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(f"the document file cannot be opened: {type(error).__name__}") from error
    return connection


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction that holds the file's write lock from its start; rolled back on any error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


async def patiently(work: Callable[[], T]) -> T:
    """Run `work` in this thread, again after a pause while another process holds the lock.

    The work takes 10 to 300 microseconds: handing it to a thread would cost more than doing it.
    """
    for _ in range(int(LOCK_SECONDS / _PAUSE_SECONDS)):
        try:
            return work()
        except sqlite3.Error as error:
            # The low byte is the kind of fault, the rest its occasion.
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _BUSY:
                raise Unavailable(f"the document file failed: {type(error).__name__}") from error
        await asyncio.sleep(_PAUSE_SECONDS)
    raise Unavailable("the document file is locked")
