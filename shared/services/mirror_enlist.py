"""Put a conversation's topic into the queue of its work group."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from shared.domain.conversations import Conversation
from shared.domain.topics import ForumTopic
from shared.domain.work_groups import WorkGroup
from shared.errors import NotFound
from shared.policy.topic_card import card_digest
from shared.policy.topic_debts import queue_place
from shared.ports.document_store import Write
from shared.services.directory import InboxDirectory
from shared.store.topics import Topics
from shared.store.workspace import WorkspaceStore


@dataclass(frozen=True, slots=True)
class Enlist:
    """Computes what is owed from the conversation and what the topic shows; says no more than that."""

    directory: InboxDirectory

    async def __call__(self, store: WorkspaceStore, group: WorkGroup, conversation: Conversation) -> Sequence[Write]:
        """A write that gives the topic the place it deserves; none where nothing is owed."""
        if not await self._is_followed(group, conversation):
            return []
        topics = Topics(store, group.id)
        known = await topics.get(conversation.id, group.chat)
        place = queue_place(group, known.topic, conversation, card_digest(conversation, group.language))
        if place is None:
            return []
        return [topics.enlisting(known, _better(place, known.topic))]

    async def _is_followed(self, group: WorkGroup, conversation: Conversation) -> bool:
        with suppress(NotFound):
            inbox = await self.directory.inbox(conversation.workspace_id, conversation.inbox_id)
            return inbox.work_group_id == group.id
        return False


def _better(place: int, topic: ForumTopic) -> int:
    """Where Telegram has refused something, what comes up meanwhile makes it no more willing."""
    if topic.place is None:
        return place
    return topic.place if topic.attempts else min(place, topic.place)
