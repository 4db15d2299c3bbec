"""Messages of a conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.domain.ids import ConversationId, MessageId
from shared.domain.messages import Message
from shared.ports.document_store import Create, Exists, Filter, Merge, Order, Query
from shared.store.codec import fields_of, noun_of, noun_or_none, top_level
from shared.store.pages import Page, page_of
from shared.store.workspace import WorkspaceStore


class Messages:
    """`workspaces/{ws}/conversations/{id}/messages/{id}`."""

    def __init__(self, store: WorkspaceStore) -> None:
        self._store = store

    def path(self, conversation: ConversationId, message: MessageId) -> str:
        """Where a message lies."""
        return self._store.path("conversations", conversation, "messages", message)

    def creation(self, message: Message) -> Create:
        """A write that fails when the message is known."""
        return Create(self.path(message.conversation_id, message.id), fields_of(message))

    def change(self, conversation: ConversationId, message: MessageId, fields: Mapping[str, Any]) -> Merge:
        """A write to top-level fields of a known message."""
        return Merge(self.path(conversation, message), top_level(fields), condition=Exists())

    async def get(self, conversation: ConversationId, message: MessageId) -> Message | None:
        """One message."""
        return noun_or_none(Message, await self._store.get(self.path(conversation, message)))

    async def several(self, conversation: ConversationId, ids: Sequence[MessageId]) -> list[Message]:
        """Those of these messages that are stored, in one request."""
        found = await self._store.get_many([self.path(conversation, id) for id in ids])
        return [noun_of(Message, document.data) for document in found if document is not None]

    async def known(self, ids: Sequence[tuple[ConversationId, MessageId]]) -> set[MessageId]:
        """Which of these messages are stored."""
        found = await self._store.get_many([self.path(conversation, id) for conversation, id in ids])
        return {id for (_, id), document in zip(ids, found, strict=True) if document is not None}

    async def page(
        self, conversation: ConversationId, *, limit: int, after: str | None = None, newest_first: bool = True
    ) -> Page[Message]:
        """The history, newest first unless asked otherwise; `after` is the cursor of the page before."""
        query = Query(
            self._store.path("conversations", conversation, "messages"),
            order=(Order("at", descending=newest_first),),
            limit=limit,
        )
        return await page_of(self._store, query, Message, after)

    async def with_source_id(self, conversation: ConversationId, source_id: str) -> Message | None:
        """The message that the vendor knows by this id, or a part of which it knows so, whoever wrote it."""
        for condition in (Filter("source_id", "==", source_id), Filter("also_source_ids", "array_contains", source_id)):
            collection = self._store.path("conversations", conversation, "messages")
            if found := await self._store.query(Query(collection, filters=(condition,), limit=1)):
                return noun_of(Message, found[0].data)
        return None
