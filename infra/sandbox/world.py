"""What the simulated vendors remember. Lives in a file, so that a restart loses nothing."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCHEMA = """
create table if not exists records (
    seq integer primary key autoincrement,
    channel text not null, account text not null, chat text not null, data text not null);
create index if not exists records_by_chat on records (channel, account, chat, seq);
create table if not exists facts (key text primary key, value text not null);
create table if not exists pushes (seq integer primary key autoincrement, data text not null);
"""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing a vendor holds: mostly a message, in the vendor's own shape."""

    seq: int
    chat: str
    data: dict[str, Any]


class World:
    """Records by channel, account and chat, and named facts; both are JSON."""

    def __init__(self, path: Path | None = None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        self._db.executescript(_SCHEMA)

    def append(self, channel: str, account: str, chat: str, data: dict[str, Any]) -> int:
        """Add a record; its number grows through the whole world."""
        row = self._db.execute(
            "insert into records (channel, account, chat, data) values (?, ?, ?, ?)",
            (channel, account, chat, json.dumps(data, ensure_ascii=True)),
        )
        return int(row.lastrowid or 0)

    def records(self, channel: str, account: str, chat: str | None = None, *, after: int = 0) -> list[Record]:
        """Records behind `after`, oldest first."""
        where, values = "", (channel, account, after)
        if chat is not None:
            where, values = "and chat = ?", (channel, account, after, chat)  # type: ignore[assignment]
        rows = self._db.execute(
            f"select seq, chat, data from records where channel = ? and account = ? and seq > ? {where} order by seq",  # noqa: S608
            values,
        )
        return [Record(seq, chat, json.loads(data)) for seq, chat, data in rows]

    def replace(self, seq: int, data: dict[str, Any]) -> None:
        """Change a record in place: an edit, a read mark."""
        self._db.execute("update records set data = ? where seq = ?", (json.dumps(data, ensure_ascii=True), seq))

    def fact(self, key: str) -> Any:
        """A named fact, or None."""
        row = self._db.execute("select value from facts where key = ?", (key,)).fetchone()
        return json.loads(row[0]) if row else None

    def learn(self, key: str, value: Any) -> None:
        """Set a named fact."""
        self._db.execute("insert or replace into facts (key, value) values (?, ?)", (key, json.dumps(value)))

    def next_number(self, key: str, start: int = 1) -> int:
        """A counter of its own."""
        row = self._db.execute(
            "insert into facts (key, value) values (?, ?) "
            "on conflict (key) do update set value = cast(value as integer) + 1 returning value",
            (key, str(start)),
        ).fetchone()
        return int(row[0])

    def owe_push(self, data: dict[str, Any]) -> int:
        """Remember a call that must still be made: a vendor does not forget it in a restart of ours."""
        row = self._db.execute("insert into pushes (data) values (?)", (json.dumps(data, ensure_ascii=True),))
        return int(row.lastrowid or 0)

    def owed_pushes(self) -> list[tuple[int, dict[str, Any]]]:
        """Calls that were not answered yet, oldest first."""
        rows = self._db.execute("select seq, data from pushes order by seq")
        return [(seq, json.loads(data)) for seq, data in rows]

    def settle_push(self, seq: int) -> None:
        """The call was answered."""
        self._db.execute("delete from pushes where seq = ?", (seq,))

    def close(self) -> None:
        """Close the file."""
        self._db.close()
