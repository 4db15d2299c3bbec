"""The queue's file. Calls take some 50 microseconds each, so they run on the event loop: a thread would cost more."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from shared.domain.model import from_micros, to_micros
from shared.errors import Unavailable

NAME_KEPT = timedelta(hours=24)
"""How long the name of finished work stays taken, as at Cloud Tasks."""
_LOCK_TIMEOUT_SECONDS = 1.0
_OPENINGS = 50
_SCHEMA = """
create table if not exists work (
    id integer primary key autoincrement,
    target text not null,
    body blob not null,
    run_at integer not null,
    attempts integer not null default 0,
    name text unique,
    state text not null default 'due' check (state in ('due', 'done', 'dead')),
    problem text not null default '',
    headers text not null default '{}');
create index if not exists work_by_time on work (state, run_at);
"""
# `run_at` is microseconds since 1970: when to run; for `done` and `dead` rows, when that came about.
# `done` rows are the tombstones of named work; work without a name is deleted instead.
_HEADERS_ADDED = "alter table work add column headers text not null default '{}'"
"""To files of a version before tasks had headers."""
_DUE = """
select id, target, body, attempts, headers from work
where state = 'due' and run_at <= ?
    and id not in (select value from json_each(?)) and target not in (select value from json_each(?))
order by run_at, id limit ?
"""


@dataclass(frozen=True, slots=True)
class New:
    """Work to be taken on: a POST of `body` to `target`."""

    target: str
    body: bytes
    run_at: datetime
    name: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """Due work. `attempts`: how often it has failed."""

    id: int
    target: str
    body: bytes
    attempts: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Work that was given up. `problem` is the last answer: a status or the name of an error."""

    id: int
    target: str
    body: bytes
    attempts: int
    problem: str
    died_at: datetime


class Queue:
    """Rows of work with their state. Every method is one commit at most and raises `Unavailable`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.arrived = asyncio.Event()
        """Set when something was enqueued in this process; the dispatcher clears it."""
        with _reaching():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = _opened(path)

    def add(self, *work: New) -> None:
        """Take on work; a name that is known is the same work and is left alone."""
        rows = [(new.target, new.body, to_micros(new.run_at), new.name, json.dumps(dict(new.headers))) for new in work]
        with _reaching(), self._transaction():
            self._db.executemany(
                "insert into work (target, body, run_at, name, headers) values (?, ?, ?, ?, ?) "
                "on conflict (name) do nothing",
                rows,
            )
        self.arrived.set()

    def due(
        self, now: datetime, limit: int, *, but_rows: Collection[int] = (), but_targets: Collection[str] = ()
    ) -> list[Row]:
        """Work whose time has come, longest overdue first."""
        values = (to_micros(now), json.dumps(list(but_rows)), json.dumps(list(but_targets)), limit)
        with _reaching():
            rows = self._db.execute(_DUE, values).fetchall()
        return [Row(id, target, body, attempts, json.loads(headers)) for id, target, body, attempts, headers in rows]

    def finish(self, row: Row, now: datetime) -> None:
        """It is done. Only a name stays behind."""
        if not self._changed("delete from work where id = ? and name is null", (row.id,)):
            self._changed(
                "update work set state = 'done', body = x'', run_at = ? where id = ?", (to_micros(now), row.id)
            )

    def postpone(self, row: Row, run_at: datetime) -> None:
        """It failed and is tried again."""
        self._changed("update work set attempts = attempts + 1, run_at = ? where id = ?", (to_micros(run_at), row.id))

    def bury(self, row: Row, now: datetime, problem: str) -> None:
        """It failed for the last time."""
        self._changed(
            "update work set attempts = attempts + 1, state = 'dead', run_at = ?, problem = ? where id = ?",
            (to_micros(now), problem, row.id),
        )

    def keep_dead(self, target: str, body: bytes, now: datetime, problem: str) -> None:
        """Take on work as a dead letter: it failed elsewhere, once."""
        self._changed(
            "insert into work (target, body, run_at, attempts, state, problem) values (?, ?, ?, 1, 'dead', ?)",
            (target, body, to_micros(now), problem),
        )

    def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """What was given up, newest first."""
        with _reaching():
            rows = self._db.execute(
                "select id, target, body, attempts, problem, run_at from work where state = 'dead' "
                "order by run_at desc, id desc limit ?",
                (limit,),
            ).fetchall()
        return [
            DeadLetter(id, target, body, attempts, problem, from_micros(ended))
            for id, target, body, attempts, problem, ended in rows
        ]

    def replay(self, id: int, now: datetime) -> bool:
        """Make a dead letter due again with all its attempts; False where there is none of this id."""
        revived = self._changed(
            "update work set state = 'due', attempts = 0, run_at = ?, problem = '' where id = ? and state = 'dead'",
            (to_micros(now), id),
        )
        self.arrived.set()
        return revived

    def discard(self, id: int) -> bool:
        """Delete a dead letter; False where there is none of this id."""
        return self._changed("delete from work where id = ? and state = 'dead'", (id,))

    def forget_names(self, now: datetime) -> None:
        """Free the names of work that ended long ago. Writes nothing where there are none."""
        before = to_micros(now - NAME_KEPT)
        self._changed("delete from work where state = 'done' and run_at < ?", (before,))
        self._changed("update work set name = null where state = 'dead' and run_at < ? and name is not null", (before,))

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _changed(self, statement: str, values: Sequence[object]) -> bool:
        with _reaching():
            return self._db.execute(statement, values).rowcount > 0

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._db.execute("begin immediate")
            yield
            self._db.execute("commit")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("rollback")
            raise


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, _LOCK_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False)
    # In this mode a killed process loses nothing, and only a power cut can lose the last commits.
    db.execute("pragma synchronous = normal")
    for left in reversed(range(_OPENINGS)):
        try:
            db.execute("pragma journal_mode = wal")
            db.executescript(_SCHEMA)
            if "headers" not in {name for _, name, *_ in db.execute("pragma table_info(work)")}:
                db.execute(_HEADERS_ADDED)
            break
        except sqlite3.OperationalError:  # while several processes make the file at once, SQLite itself does not wait
            if not left:
                raise
            time.sleep(_LOCK_TIMEOUT_SECONDS / _OPENINGS)
    return db


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(f"the queue's file: {type(error).__name__}") from error
