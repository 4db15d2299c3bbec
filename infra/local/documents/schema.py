"""The tables of a document file, and the indexes that `shared.store.indexes` declares.

An index needs values that SQLite compares as Firestore does. So each indexed field has a column of `order_key`s,
filled with each write; a document is never parsed by SQLite.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from infra.local.documents.codec import decode
from infra.local.documents.order_keys import order_key
from shared.store.indexes import INDEXES, Index

_TABLES = (
    # `path` and `collection` have tabs for slashes: see `stored_path`.
    """CREATE TABLE IF NOT EXISTS documents (
        path TEXT PRIMARY KEY, collection TEXT NOT NULL, kin TEXT NOT NULL, version INTEGER NOT NULL, data TEXT NOT NULL
    )""",
    # `kin` is the last name of the collection: what a collection group goes by.
    "CREATE INDEX IF NOT EXISTS members ON documents (kin, collection, path)",
    "CREATE TABLE IF NOT EXISTS counter (version INTEGER NOT NULL)",
    "INSERT INTO counter SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM counter)",
)
_PREFIX = "by_"


def indexed_fields(kin: str) -> tuple[str, ...]:
    """Fields of these collections that have a column."""
    return _INDEXED.get(kin, ())


def column(field: str) -> str:
    """The column of an indexed field's keys."""
    return f"key_{field}"


def keys_of(kin: str, fields: Mapping[str, Any]) -> list[bytes | None]:
    """What the columns of `indexed_fields` hold for a document; None where it lacks the field."""
    return [order_key(fields[name]) if name in fields else None for name in indexed_fields(kin)]


def quoted(text: str) -> str:
    """A text as an SQL literal. Only a literal lets SQLite see that a partial index fits a query."""
    return "'" + text.replace("'", "''") + "'"


def create(connection: sqlite3.Connection) -> None:
    """Bring a file to the declared schema, in one transaction. Safe from several processes at once."""
    connection.execute("BEGIN IMMEDIATE")
    for statement in _TABLES:
        connection.execute(statement)
    present = {row[1] for row in connection.execute("PRAGMA table_info(documents)")}
    for missing in sorted({column(name) for fields in _INDEXED.values() for name in fields} - present):
        connection.execute(f"ALTER TABLE documents ADD COLUMN {missing} BLOB")
    _replace_indexes(connection)
    connection.execute("COMMIT")


def _replace_indexes(connection: sqlite3.Connection) -> None:
    declared = {_name(index): index for index in INDEXES}
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'index' AND name LIKE ?", (_PREFIX + "%",))
    present = {row[0] for row in rows}
    for name in present - declared.keys():
        connection.execute(f"DROP INDEX {name}")
    missing = declared.keys() - present
    for kin in {declared[name].collection for name in missing}:
        _fill(connection, kin)
    for name in missing:
        index = declared[name]
        columns = ", ".join([_scope(index), *map(column, _comparable(index)), "path"])
        connection.execute(f"CREATE INDEX {name} ON documents ({columns}) WHERE kin = {quoted(index.collection)}")


def _fill(connection: sqlite3.Connection, kin: str) -> None:
    """Write the keys of documents that are older than a declared index."""
    assignments = ", ".join(f"{column(name)} = ?" for name in indexed_fields(kin))
    rows: Iterable[tuple[str, str]] = connection.execute("SELECT path, data FROM documents WHERE kin = ?", (kin,))
    changes = [(*keys_of(kin, decode(data)), path) for path, data in rows]
    connection.executemany(f"UPDATE documents SET {assignments} WHERE path = ?", changes)  # noqa: S608 - our own names


def _scope(index: Index) -> str:
    # In a group index `kin` is always the same; it is there because SQLite would else prefer `members`.
    return "kin" if index.group else "collection"


def _comparable(index: Index) -> list[str]:
    return [name for name, direction in index.fields if direction != "contains"]


def _name(index: Index) -> str:
    """Directions are not part of it: SQLite reads an index from either end."""
    return "_".join([_PREFIX + index.collection, *_comparable(index), *(["group"] if index.group else [])])


def _columns() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for index in INDEXES:
        found.setdefault(index.collection, {}).update(dict.fromkeys(_comparable(index)))
    return {kin: tuple(fields) for kin, fields in found.items()}


_INDEXED = _columns()
