"""The auto-responder's settings of a workspace."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.auto_responder import AutoResponder
from shared.ports.document_store import At, Create, Set, Version
from shared.store.codec import fields_of, noun_of
from shared.store.workspace import WorkspaceStore


@dataclass(frozen=True, slots=True)
class VersionedAutoResponder:
    """Settings with the version to condition a write on."""

    settings: AutoResponder
    version: Version


class AutoResponders:
    """`workspaces/{ws}/settings/auto_responder`."""

    def __init__(self, store: WorkspaceStore) -> None:
        self._store = store
        self._path = store.path("settings", "auto_responder")

    async def get(self) -> VersionedAutoResponder | None:
        """The settings; None: never set."""
        found = await self._store.get(self._path)
        return None if found is None else VersionedAutoResponder(noun_of(AutoResponder, found.data), found.version)

    async def save(self, settings: AutoResponder, *, over: Version | None) -> None:
        """Replace what was read in this version; None: there was nothing. Raises `Stale`, `AlreadyExists`."""
        fields = fields_of(settings)
        write = Create(self._path, fields) if over is None else Set(self._path, fields, At(over))
        await self._store.commit([write])
