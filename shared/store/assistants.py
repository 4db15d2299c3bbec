"""Assistants of a workspace and their chunks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.domain.assistants import Assistant, Chunk
from shared.domain.ids import AssistantId, ChunkId
from shared.ports.document_store import Create, Delete, Exists, Increment, Merge, Order, Query, Write
from shared.store.codec import fields_of, noun_of, noun_or_none, top_level
from shared.store.workspace import WorkspaceStore

MOST_CHUNKS = 500


class Assistants:
    """`workspaces/{ws}/assistants/{id}` with `chunks/{id}` below."""

    def __init__(self, store: WorkspaceStore) -> None:
        self._store = store

    def path(self, assistant: AssistantId) -> str:
        """Where an assistant lies."""
        return self._store.path("assistants", assistant)

    def chunk_path(self, assistant: AssistantId, chunk: ChunkId) -> str:
        """Where a chunk lies."""
        return self._store.path("assistants", assistant, "chunks", chunk)

    def creation(self, assistant: Assistant) -> Create:
        """A write that fails when the assistant is known."""
        return Create(self.path(assistant.id), fields_of(assistant))

    def change(self, assistant: AssistantId, fields: Mapping[str, Any], now: datetime) -> Merge:
        """A write of settings; the version grows."""
        values = top_level({**fields, "updated_at": now})
        return Merge(self.path(assistant), values, {("version",): Increment(1)}, Exists())

    def chunk_creation(self, assistant: AssistantId, chunk: Chunk) -> list[Write]:
        """Writes that add a chunk and make readers notice."""
        return [Create(self.chunk_path(assistant, chunk.id), fields_of(chunk)), self._noticed(assistant)]

    def chunk_change(self, assistant: AssistantId, chunk: ChunkId, fields: Mapping[str, Any]) -> list[Write]:
        """Writes that edit a known chunk and make readers notice."""
        change = Merge(self.chunk_path(assistant, chunk), top_level(fields), condition=Exists())
        return [change, self._noticed(assistant)]

    def chunk_deletion(self, assistant: AssistantId, chunk: ChunkId) -> list[Write]:
        """Writes that remove a known chunk and make readers notice."""
        return [Delete(self.chunk_path(assistant, chunk), Exists()), self._noticed(assistant)]

    async def get(self, assistant: AssistantId) -> Assistant | None:
        """One assistant."""
        return noun_or_none(Assistant, await self._store.get(self.path(assistant)))

    async def all(self) -> list[Assistant]:
        """Every assistant of the workspace, oldest first."""
        query = Query(self._store.path("assistants"), order=(Order("created_at"),), limit=100)
        return [noun_of(Assistant, document.data) for document in await self._store.query(query)]

    async def chunk(self, assistant: AssistantId, chunk: ChunkId) -> Chunk | None:
        """One chunk."""
        return noun_or_none(Chunk, await self._store.get(self.chunk_path(assistant, chunk)))

    async def chunks(self, assistant: AssistantId) -> Sequence[Chunk]:
        """All chunks in the order of the prompt."""
        query = Query(
            self._store.path("assistants", assistant, "chunks"), order=(Order("position"),), limit=MOST_CHUNKS
        )
        return [noun_of(Chunk, document.data) for document in await self._store.query(query)]

    def _noticed(self, assistant: AssistantId) -> Merge:
        return Merge(self.path(assistant), {}, {("knowledge_version",): Increment(1)}, Exists())
