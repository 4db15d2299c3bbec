"""Conversations of a workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.channels import ChannelKind
from shared.domain.conversations import Conversation, Status
from shared.domain.ids import ConversationId, InboxId
from shared.domain.model import to_micros
from shared.ports.document_store import (
    At,
    Create,
    Exists,
    FieldPath,
    Filter,
    Merge,
    Order,
    Query,
    Transform,
    Version,
)
from shared.store.codec import at_paths, fields_of, noun_of, plain
from shared.store.pages import Page, page_of
from shared.store.workspace import WorkspaceStore


@dataclass(frozen=True, slots=True)
class Versioned:
    """A conversation with the version to condition a write on."""

    conversation: Conversation
    version: Version


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """What a list may be narrowed to. None: not narrowed."""

    status: Status | None = None
    inbox_id: InboxId | None = None
    channel: ChannelKind | None = None
    owner: str | None = None
    label: str | None = None
    unread: bool | None = None

    def filters(self) -> tuple[Filter, ...]:
        """As conditions on fields. Values only: no caller names a field."""
        equal = {"status": self.status, "inbox_id": self.inbox_id, "channel": self.channel, "owner": self.owner}
        found = [Filter(name, "==", plain(value)) for name, value in equal.items() if value is not None]
        if self.label is not None:
            found.append(Filter("labels", "array_contains", self.label))
        if self.unread is not None:
            found.append(Filter("is_unread", "==", self.unread))
        return tuple(found)


class Conversations:
    """`workspaces/{ws}/conversations/{id}`."""

    def __init__(self, store: WorkspaceStore) -> None:
        self._store = store

    def path(self, conversation: ConversationId) -> str:
        """Where a conversation lies."""
        return self._store.path("conversations", conversation)

    def creation(self, conversation: Conversation) -> Create:
        """A write that fails when the conversation is known."""
        return Create(self.path(conversation.id), fields_of(conversation))

    def merge(
        self,
        conversation: ConversationId,
        fields: Mapping[FieldPath, Any],
        transforms: Mapping[FieldPath, Transform] | None = None,
        *,
        version: Version | None = None,
    ) -> Merge:
        """A write to some field paths, None removes one; with a version only if nobody wrote in between."""
        condition = None if version is None else At(version)
        return Merge(self.path(conversation), at_paths(fields), transforms or {}, condition)

    def touch(self, conversation: ConversationId, fields: Mapping[FieldPath, Any]) -> Merge:
        """A write to some field paths of a conversation that must be there, whatever its version."""
        return Merge(self.path(conversation), at_paths(fields), condition=Exists())

    async def get(self, conversation: ConversationId) -> Versioned | None:
        """One conversation."""
        document = await self._store.get(self.path(conversation))
        return None if document is None else Versioned(noun_of(Conversation, document.data), document.version)

    async def page(self, narrowed: ConversationFilter, *, limit: int, after: str | None = None) -> Page[Conversation]:
        """Conversations, the latest message first."""
        query = Query(
            self._store.path("conversations"),
            narrowed.filters(),
            (Order("last_message_at", descending=True),),
            limit,
        )
        return await page_of(self._store, query, Conversation, after)

    async def count(self, narrowed: ConversationFilter) -> int:
        """How many there are."""
        return await self._store.count(Query(self._store.path("conversations"), narrowed.filters()))

    async def changed_since(self, moment: datetime, *, limit: int) -> Sequence[Conversation]:
        """Conversations written at or after a moment, earliest first: what feeds the dashboards."""
        query = Query(
            self._store.path("conversations"),
            (Filter("updated_at", ">=", to_micros(moment)),),
            (Order("updated_at"),),
            limit,
        )
        return [noun_of(Conversation, document.data) for document in await self._store.query(query)]
