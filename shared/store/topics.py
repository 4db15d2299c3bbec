"""Topics of a work group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.ids import ConversationId, WorkGroupId
from shared.domain.topics import ForumTopic
from shared.ports.document_store import (
    At,
    Create,
    Document,
    Exists,
    FieldPath,
    Filter,
    Increment,
    Merge,
    Order,
    Query,
    Set,
    Transform,
    Version,
    Write,
)
from shared.store.codec import at_paths, fields_of, noun_of
from shared.store.workspace import WorkspaceStore


@dataclass(frozen=True, slots=True)
class VersionedTopic:
    """A topic with the version to condition a write on; None: nothing is stored of it yet."""

    topic: ForumTopic
    version: Version | None
    is_new: bool = False
    """Nothing stored counts: there is nothing, or it is of a group that was exchanged."""


class Topics:
    """`workspaces/{ws}/work_groups/{id}/topics/{conversation}`."""

    def __init__(self, store: WorkspaceStore, group: WorkGroupId) -> None:
        self._store = store
        self._group = group

    def path(self, conversation: ConversationId) -> str:
        """Where a topic lies."""
        return self._store.path("work_groups", self._group, "topics", conversation)

    def enlisting(self, known: VersionedTopic, place: int) -> Write:
        """A write that puts a topic into the queue. Raises `AlreadyExists` or `Stale` where somebody else has just
        begun a new one."""
        path = self.path(known.topic.conversation_id)
        if not known.is_new:
            # A write that changes nothing would leave the version as it is.
            looks: dict[FieldPath, Transform] = {("looks",): Increment(1)}
            return Merge(path, at_paths({("place",): place}), looks, Exists())
        fields = fields_of(known.topic.model_copy(update={"place": place}))
        return Create(path, fields) if known.version is None else Set(path, fields, At(known.version))

    def merge(
        self, conversation: ConversationId, fields: Mapping[FieldPath, Any], *, version: Version | None = None
    ) -> Merge:
        """A write to some field paths of a known topic, None removes one; with a version only if nobody wrote in
        between."""
        return Merge(self.path(conversation), at_paths(fields), condition=At(version) if version else Exists())

    async def get(self, conversation: ConversationId, chat: str) -> VersionedTopic:
        """The topic of a conversation in this chat; an empty one where there is none."""
        return self.of(await self._store.get(self.path(conversation)), conversation, chat)

    def of(self, document: Document | None, conversation: ConversationId, chat: str) -> VersionedTopic:
        """The topic that was read. One of another chat, from before the group was exchanged, counts for nothing."""
        topic = None if document is None else noun_of(ForumTopic, document.data)
        version = document.version if document else None
        if topic is None or topic.chat != chat:
            return VersionedTopic(ForumTopic(conversation_id=conversation, chat=chat), version, is_new=True)
        return VersionedTopic(topic, version)

    async def of_thread(self, chat: str, thread: str) -> VersionedTopic | None:
        """The topic that Telegram knows by this id."""
        return await self._one(chat, Filter("topic", "==", thread))

    async def of_post(self, chat: str, post: str) -> VersionedTopic | None:
        """The topic in which this post stands, as far as it is one of the latest."""
        return await self._one(chat, Filter("posts", "array_contains", post))

    async def queue(self, until: int, *, limit: int) -> list[VersionedTopic]:
        """Topics with a place up to `until`, smallest first."""
        query = Query(self._topics(), (Filter("place", "<=", until),), (Order("place"),), limit)
        found = await self._store.query(query)
        return [VersionedTopic(noun_of(ForumTopic, document.data), document.version) for document in found]

    async def first_place(self) -> int | None:
        """The smallest place, if any topic has one."""
        found = await self._store.query(Query(self._topics(), order=(Order("place"),), limit=1))
        return None if not found else noun_of(ForumTopic, found[0].data).place

    async def _one(self, chat: str, condition: Filter) -> VersionedTopic | None:
        query = Query(self._topics(), (condition,), limit=2)
        for document in await self._store.query(query):
            topic = noun_of(ForumTopic, document.data)
            if topic.chat == chat:
                return VersionedTopic(topic, document.version)
        return None

    def _topics(self) -> str:
        return self._store.path("work_groups", self._group, "topics")
