"""Tell whoever shows conversations outside of the dashboard that one looks different now."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from shared.domain.conversations import Conversation
from shared.domain.events import ConversationChanged, Topic
from shared.domain.ids import ConversationId
from shared.domain.inboxes import Inbox
from shared.errors import NotFound, Unavailable
from shared.ports.event_bus import EventBus
from shared.services.directory import InboxDirectory


@dataclass(frozen=True, slots=True)
class Followers:
    """Publishes for inboxes that a work group mirrors; for the others it costs nothing.

    A hint that is lost harms nobody: what a group has missed the sweep finds. So no step fails because of it.
    """

    bus: EventBus
    directory: InboxDirectory

    async def tell(self, inbox: Inbox, conversation: ConversationId) -> None:
        """With the inbox in hand."""
        if inbox.work_group_id is None:
            return
        changed = ConversationChanged(workspace_id=inbox.workspace_id, conversation_id=conversation)
        with suppress(Unavailable):
            await self.bus.publish(Topic.CONVERSATION_CHANGED, changed)

    async def tell_of(self, conversation: Conversation) -> None:
        """With only the conversation in hand: its inbox is one of those that this process has just read."""
        with suppress(Unavailable, NotFound):
            inbox = await self.directory.inbox(conversation.workspace_id, conversation.inbox_id)
            await self.tell(inbox, conversation.id)
