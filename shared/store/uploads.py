"""Uploads of a workspace."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.uploads import Upload
from shared.ports.document_store import Set
from shared.store.codec import fields_of, noun_or_none
from shared.store.workspace import WorkspaceStore


class Uploads:
    """`workspaces/{ws}/uploads/{id}`."""

    def __init__(self, store: WorkspaceStore) -> None:
        self._store = store

    def path(self, upload: str) -> str:
        """Where an upload lies."""
        return self._store.path("uploads", upload)

    def saving(self, upload: Upload) -> Set:
        """A write that keeps it; once more changes nothing that matters."""
        return Set(self.path(upload.id), fields_of(upload))

    async def get_many(self, uploads: Sequence[str]) -> list[Upload | None]:
        """Uploads in the order of their ids."""
        found = await self._store.get_many([self.path(upload) for upload in uploads])
        return [noun_or_none(Upload, document) for document in found]
