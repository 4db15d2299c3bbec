"""Deleting for good, and counting what was deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from shared.ports.blob_store import BlobStore
from shared.ports.document_store import Delete, DocumentStore

PAGE: Final = 100


@dataclass
class Deletions:
    """One run's. Counts are of nouns; a run that goes on where another one died counts its own part."""

    store: DocumentStore
    blobs: Callable[[], BlobStore]
    counts: Counter[str] = field(default_factory=Counter)

    async def documents(self, noun: str, paths: Sequence[str]) -> None:
        """These documents, in one commit."""
        if paths:
            await self.store.commit([Delete(path) for path in paths])
            self.counts[noun] += len(paths)

    async def file(self, key: str) -> None:
        """One file."""
        await self.blobs().delete(key)
        self.counts["files"] += 1

    async def files_below(self, prefix: str) -> None:
        """All files below a prefix: those that no document names, too."""
        while keys := await self.blobs().keys(prefix, limit=PAGE):
            for key in keys:
                await self.blobs().delete(key)
            self.counts["files"] += len(keys)
