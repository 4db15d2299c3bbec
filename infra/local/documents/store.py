"""The document store of the embedded stack."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from infra.document_rules import check_document_path, check_query, check_writes
from infra.local.documents import rows
from infra.local.documents.file import open_file, patiently, writing
from infra.local.documents.selection import count, select
from shared.errors import Unavailable
from shared.ports.document_store import Document, Query, Reader, Version, Write

T = TypeVar("T")

_ATTEMPTS = 30
_PAUSE_SECONDS = 0.001


class SqliteDocumentStore:
    """Documents in one SQLite file, which several processes may open at once.

    A commit survives the death of the process: see `open_file`. Versions are numbers that only grow.
    """

    def __init__(self, path: Path) -> None:
        self._connection = open_file(path)

    async def get(self, path: str) -> Document | None:
        """The document, or None."""
        return (await self.get_many([path]))[0]

    async def get_many(self, paths: Sequence[str]) -> list[Document | None]:
        """The documents, all at the same moment."""
        for path in paths:
            check_document_path(path)
        found = await patiently(lambda: rows.find(self._connection, paths))
        return [found.get(path) for path in paths]

    async def query(self, query: Query) -> list[Document]:
        """Matching documents in order."""
        check_query(query)
        return await patiently(lambda: rows.run(self._connection, select(query)))

    async def count(self, query: Query) -> int:
        """How many match."""
        check_query(query)
        sql = count(query)
        return await patiently(lambda: int(self._connection.execute(sql.text, sql.values).fetchone()[0]))

    async def commit(self, writes: Sequence[Write]) -> list[Version | None]:
        """All writes or none."""
        check_writes(writes)
        return await patiently(lambda: self._write(writes, {}))

    async def transaction(self, body: Callable[[Reader], Awaitable[tuple[T, Sequence[Write]]]]) -> T:
        """Run `body`, and again when something it read was changed by somebody else. Nothing is locked meanwhile."""
        for attempt in range(_ATTEMPTS):
            reads = _Reads(self)
            try:
                result, writes = await body(reads)
                check_writes(writes)
                await patiently(lambda: self._write(writes, reads.seen))  # noqa: B023 - called before the next round
            except _Overtaken:
                await asyncio.sleep(attempt * _PAUSE_SECONDS)
                continue
            return result
        raise Unavailable("too many writers of the same documents")

    async def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _write(self, writes: Sequence[Write], seen: Mapping[str, Version | None]) -> list[Version | None]:
        with writing(self._connection):
            self._check_unchanged(seen)
            version = rows.next_version(self._connection)
            return [rows.apply(self._connection, write, version) for write in writes]

    def _check_unchanged(self, seen: Mapping[str, Version | None]) -> None:
        if not seen:
            return
        found = rows.find(self._connection, list(seen))
        if any((found[path].version if path in found else None) != version for path, version in seen.items()):
            raise _Overtaken


class _Overtaken(Exception):
    """Somebody else wrote what a transaction had read."""


class _Reads:
    """Reads of one attempt. Together they show the store as it was at one moment, or raise `_Overtaken`."""

    def __init__(self, store: SqliteDocumentStore) -> None:
        self._store = store
        self.seen: dict[str, Version | None] = {}

    async def get(self, path: str) -> Document | None:
        """The document, or None."""
        paths = list(dict.fromkeys([path, *self.seen]))
        documents = await self._store.get_many(paths)
        versions = {
            asked: document.version if document else None for asked, document in zip(paths, documents, strict=True)
        }
        if self.seen.items() - versions.items():
            raise _Overtaken
        self.seen = versions
        return documents[0]
