"""Versioned, reversible changes of stored data, applied in order and remembered in the store itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from shared.errors import Conflict
from shared.ports.document_store import DocumentStore, Set

Step = Callable[[DocumentStore], Awaitable[None]]
_PATH = "settings/migrations"


@dataclass(frozen=True, slots=True)
class Migration:
    """One change and its reverse. Both are safe to repeat: a run may die in the middle."""

    name: str
    """Sorts in the order of application: `0001_what_it_does`."""
    up: Step
    down: Step


@dataclass(frozen=True, slots=True)
class Migrate:
    """Runs a registry against a store. One operator at a time."""

    store: DocumentStore
    registry: Sequence[Migration]

    async def up(self) -> list[str]:
        """Apply what has not been applied; the names."""
        applied = await self.applied()
        done: list[str] = []
        for migration in self.registry:
            if migration.name not in applied:
                await migration.up(self.store)
                done.append(migration.name)
                await self._remember([*applied, *done])
        return done

    async def down(self) -> str | None:
        """Take the newest applied one back; its name, or None where nothing is applied.

        Raises `Conflict` where this version does not know it: take it back with the version that made it.
        """
        applied = await self.applied()
        if not applied:
            return None
        known = {migration.name: migration for migration in self.registry}
        newest = applied[-1]
        if newest not in known:
            raise Conflict(f"migration {newest} is of a newer version", code="unknown_migration")
        await known[newest].down(self.store)
        await self._remember(applied[:-1])
        return newest

    async def applied(self) -> list[str]:
        """The names of what has been applied, in that order."""
        document = await self.store.get(_PATH)
        names = document.data.get("applied") if document else None
        return [str(name) for name in names] if isinstance(names, list) else []

    async def _remember(self, names: Sequence[str]) -> None:
        await self.store.commit([Set(_PATH, {"applied": list(names)})])
