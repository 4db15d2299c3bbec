"""A store under whose hands the world changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from infra.local.documents import SqliteDocumentStore

Strike = Callable[[], Awaitable[object]]


class BusyStore:
    """A document store in which something else happens right before a commit: that is where races are."""

    def __init__(self, store: SqliteDocumentStore) -> None:
        self._store = store
        self._strikes: list[tuple[int, Strike]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def strike(self, commits: int, strike: Strike) -> None:
        """Let it happen after so many more commits, before the next one."""
        self._strikes.append((commits, strike))

    def calm(self) -> None:
        """Nothing more strikes."""
        self._strikes.clear()

    async def commit(self, writes: Any) -> Any:
        due = [strike for left, strike in self._strikes if left == 0]
        self._strikes = [(left - 1, strike) for left, strike in self._strikes if left > 0]
        for strike in due:
            await strike()
        return await self._store.commit(writes)
