"""A document store with the manners of a network: every call lets others run first, and is counted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from shared.ports.document_store import Document, DocumentStore, Query, Reader, Version, Write

T = TypeVar("T")


class NetworkStore:
    """In front of a real store. What two requests do at once is interleaved, as it is in the cloud."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store
        self.found: list[int] = []
        """How many documents each query has found."""
        self.commits = 0
        self.reads = 0

    async def get(self, path: str) -> Document | None:
        self.reads += 1
        await self._travel()
        return await self._store.get(path)

    async def get_many(self, paths: Sequence[str]) -> list[Document | None]:
        self.reads += 1
        await self._travel()
        return await self._store.get_many(paths)

    async def query(self, query: Query) -> list[Document]:
        await self._travel()
        found = await self._store.query(query)
        self.found.append(len(found))
        return found

    async def count(self, query: Query) -> int:
        await self._travel()
        return await self._store.count(query)

    async def commit(self, writes: Sequence[Write]) -> list[Version | None]:
        self.commits += 1
        await self._travel()
        return await self._store.commit(writes)

    async def transaction(self, body: Callable[[Reader], Awaitable[tuple[T, Sequence[Write]]]]) -> T:
        await self._travel()
        return await self._store.transaction(body)

    async def close(self) -> None:
        await self._store.close()

    async def _travel(self) -> None:
        for _ in range(3):
            await asyncio.sleep(0)
