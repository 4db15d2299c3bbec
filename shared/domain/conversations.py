"""Conversations: the thread of one contact in one inbox.

A conversation carries what each step needs in ONE read: the recent messages (`window`) and what is owed
to the channel (`outbox`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from shared.domain.channels import ChannelKind, ThreadKind
from shared.domain.ids import ContactId, ConversationId, InboxId, MessageId, WorkspaceId
from shared.domain.messages import Author, Direction
from shared.domain.model import Instant, Noun
from shared.domain.replies import Draft

WINDOW_SIZE = 30
WINDOW_TEXT = 1000
KEPT_NOTICES = 40


class Status(StrEnum):
    """The five public states."""

    AWAITING_RESPONSE = "awaiting_response"
    ANSWERED_BY_LLM = "answered_by_llm"
    ANSWERED_BY_HUMAN = "answered_by_human"
    NEEDS_HUMAN = "needs_human"
    CLOSED = "closed"


ASSISTANT = "assistant"
NOBODY = "nobody"
"""Owners besides a member's user id. `nobody` keeps the assistant silent: people have been called, or one
answered in the vendor's own app."""


class WindowEntry(Noun):
    """A recent message in short: enough to prompt a model and to see whose turn it is."""

    at: Instant
    received_at: Instant
    direction: Direction
    author: Author
    text: str
    """Cut to WINDOW_TEXT characters."""
    source_id: str = ""
    also_source_ids: tuple[str, ...] = ()
    group_id: str = ""
    attachments: tuple[str, ...] = ()
    """Kinds of the attachments."""
    is_open: bool = False
    """An incoming message that nobody has answered yet."""
    is_automatic: bool = False
    is_echo: bool = False
    """An answer typed in the vendor's own app: its `at` is by the vendor's clock, as a customer's is."""


class OutboxEntry(Noun):
    """An outgoing message that the channel has not confirmed yet."""

    state: Literal["queued", "sending"]
    author: Author
    text: str = ""
    """Cut to WINDOW_TEXT characters: a reply that is written meanwhile must not say it again."""
    queued_at: Instant
    attempt: int = 0
    first_tried_at: Instant | None = None
    lease_until: Instant | None = None
    """While `sending`: nobody else touches it before this."""
    not_before: Instant | None = None
    answers: tuple[MessageId, ...] = ()


class Handoff(Noun):
    """Why people were called."""

    reason: str
    """A code of `shared.domain.texts`."""
    detail: str = ""
    """The model's own words, for the staff."""
    at: Instant


class Conversation(Noun):
    """The thread of one contact in one inbox."""

    id: ConversationId
    workspace_id: WorkspaceId
    inbox_id: InboxId
    channel: ChannelKind
    contact_id: ContactId
    source_id: str
    """The vendor's id of the thread: where answers go."""
    kind: ThreadKind = "chat"
    contact_name: str = ""
    subject: str = ""
    facts: dict[str, str] = {}
    """What the vendor tells of the thread: a listing's title, price and address."""
    status: Status
    owner: str = ASSISTANT
    assignee: str | None = None
    unread: int = 0
    is_unread: bool = False
    preview: str = ""
    language: str = ""
    labels: tuple[str, ...] = ()
    window: dict[MessageId, WindowEntry] = {}
    outbox: dict[MessageId, OutboxEntry] = {}
    notices: dict[MessageId, Instant] = {}
    """What the staff must see and the window does not hold, with its last change: lines of the history, messages
    that failed, were edited or taken back. The newest KEPT_NOTICES."""
    reply_context: dict[str, str] = {}
    """`Message.context` of the newest incoming message."""
    draft: Draft | None = None
    handoff: Handoff | None = None
    created_at: Instant
    updated_at: Instant
    last_message_at: Instant
    closed_at: Instant | None = None
    due_at: Instant | None = None
    """When `sweep` must look: something is owed."""
    sweeps: int = 0
    """How often `sweep` had to push this turn on."""
    round: int = 0
    """Grows whenever an answered turn is opened again, so that its next answer has an id of its own."""
    auto_reply_due_at: Instant | None = None
    """When the auto-responder answers, unless somebody has by then."""
    auto_replied_in: Instant | None = None
    """Start of the interval in which the auto-responder answered last."""
    schema_version: int = 1

    def ordered_window(self) -> list[tuple[MessageId, WindowEntry]]:
        """The recent messages, oldest first."""
        return sorted(self.window.items(), key=lambda item: (item[1].at, item[1].received_at, item[0]))

    def open_turn(self) -> list[MessageId]:
        """Incoming messages that nobody has answered, oldest first. An answer typed in the vendor's app answers
        what came before it, also when it reached us first."""
        answered_until = max((entry.at for entry in self.window.values() if entry.is_echo), default=None)
        return [
            id
            for id, entry in self.ordered_window()
            if entry.is_open and (answered_until is None or entry.at >= answered_until)
        ]
