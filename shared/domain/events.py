"""Events on the bus: pointers under 1 kB, never text or personal data."""

from __future__ import annotations

from enum import StrEnum

from shared.domain.ids import ConversationId, InboxId, MessageId, WorkspaceId
from shared.domain.model import Instant, Noun


class Topic(StrEnum):
    """The topics that Parley itself publishes to."""

    MESSAGE_RECEIVED = "message-received"
    MESSAGE_QUEUED = "message-queued"
    INBOX_PULL = "inbox-pull"
    CONVERSATION_CHANGED = "conversation-changed"


class MessageReceived(Noun):
    """A customer's turn is open. Published by ingest (also on a duplicate) and by sweep."""

    workspace_id: WorkspaceId
    inbox_id: InboxId
    conversation_id: ConversationId
    message_id: MessageId
    received_at: Instant
    attachments: int = 0


class MessageQueued(Noun):
    """A conversation owes its channel something."""

    workspace_id: WorkspaceId
    conversation_id: ConversationId


class InboxPull(Noun):
    """An inbox is due for a pull."""

    workspace_id: WorkspaceId
    inbox_id: InboxId
    hinted_at: Instant | None = None
    """When the vendor's hint arrived: a pull that began later has seen what it is about. None: nobody hinted."""


class ConversationChanged(Noun):
    """A conversation that a work group mirrors looks different now. Published for those only."""

    workspace_id: WorkspaceId
    conversation_id: ConversationId


Event = MessageReceived | MessageQueued | InboxPull | ConversationChanged
