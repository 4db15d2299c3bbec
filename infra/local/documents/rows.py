"""Rows of the table `documents`: one a document."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from infra.document_values import LARGEST_DOCUMENT, check_size
from infra.local.documents.codec import decode, encode
from infra.local.documents.outcome import Stored, outcome
from infra.local.documents.schema import column, indexed_fields, keys_of
from infra.local.documents.selection import Sql
from infra.local.documents.stored_paths import outer_path, stored_path
from shared.ports.document_store import Document, Version, Write

_LONGEST_CHARACTER = 4
"""Bytes; also what the shortest value in the text, a digit and a comma, may count beyond its two characters."""


def next_version(connection: sqlite3.Connection) -> Version:
    """One more than the last commit's, also after documents were deleted."""
    [(version,)] = connection.execute("UPDATE counter SET version = version + 1 RETURNING version").fetchall()
    return str(version)


def find(connection: sqlite3.Connection, paths: Sequence[str]) -> dict[str, Document]:
    """Those documents that are there, by path, all at the same moment."""
    marks = ", ".join("?" for _ in paths)
    statement = f"SELECT path, version, data FROM documents WHERE path IN ({marks})"  # noqa: S608 - only marks
    found = run(connection, Sql(statement, tuple(map(stored_path, paths))))
    return {document.path: document for document in found}


def run(connection: sqlite3.Connection, sql: Sql) -> list[Document]:
    """The documents of rows (path, version, data)."""
    rows = connection.execute(sql.text, sql.values)
    return [Document(outer_path(path), decode(data), str(version)) for path, version, data in rows]


def apply(connection: sqlite3.Connection, write: Write, version: Version) -> Version | None:
    """Do one write and answer the document's version; a write that changes nothing leaves the one it had.

    Raises `AlreadyExists`, `Stale` or `TooLarge`.
    """
    path = stored_path(write.path)
    row = connection.execute("SELECT data, version FROM documents WHERE path = ?", (path,)).fetchone()
    stored = Stored(row[0], str(row[1])) if row else None
    fields = outcome(write, stored)
    if fields is None:
        connection.execute("DELETE FROM documents WHERE path = ?", (path,))
        return None
    data = encode(fields)
    if stored is not None and stored.data == data:
        return stored.version
    if len(data) * _LONGEST_CHARACTER > LARGEST_DOCUMENT:
        check_size(write.path, fields)
    _put(connection, path, stored is not None, _columns(path, fields, data, version))
    return version


def _columns(path: str, fields: Mapping[str, Any], data: str, version: Version) -> list[Any]:
    collection = path.rpartition("\t")[0]
    kin = collection.rpartition("\t")[2]
    return [kin, collection, int(version), data, *keys_of(kin, fields)]


def _put(connection: sqlite3.Connection, path: str, is_known: bool, columns: list[Any]) -> None:
    kin, collection, *values = columns
    if is_known:
        connection.execute(_update(kin), (*values, path))
    else:
        connection.execute(_insert(kin), (*values, path, collection, kin))


@cache
def _update(kin: str) -> str:
    assignments = ", ".join(f"{name} = ?" for name in _changing(kin))
    return f"UPDATE documents SET {assignments} WHERE path = ?"  # noqa: S608 - our own column names


@cache
def _insert(kin: str) -> str:
    names = [*_changing(kin), "path", "collection", "kin"]
    marks = ", ".join("?" for _ in names)
    return f"INSERT INTO documents ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - our own column names


def _changing(kin: str) -> list[str]:
    return ["version", "data", *map(column, indexed_fields(kin))]
