"""Messages and their attachments."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from shared.domain.ids import ConversationId, InboxId, MessageId
from shared.domain.model import Instant, Noun
from shared.domain.replies import EvidenceCard

AttachmentKind = Literal["image", "voice", "audio", "video", "file", "sticker", "location", "contact", "link"]


class Direction(StrEnum):
    """Who it goes to. An activity is a line in the history that nobody receives."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    ACTIVITY = "activity"


class Author(StrEnum):
    """Who wrote it."""

    CONTACT = "contact"
    ASSISTANT = "assistant"
    MEMBER = "member"
    AUTO_RESPONDER = "auto_responder"
    SYSTEM = "system"


class Delivery(StrEnum):
    """How far an outgoing message has come. `unconfirmed`: it may have arrived, a person must look."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    CANCELLED = "cancelled"
    """Taken back before it was sent: the customer wrote on, or a person answered."""


GONE = "gone:"
"""In `Attachment.blob`, in front of a code: the vendor will never give the file out, and why."""


class Attachment(Noun):
    """A file of a message. `reference` is the channel's own handle; `blob` is our copy, once there is one."""

    kind: AttachmentKind
    name: str = ""
    mime_type: str = ""
    size: int | None = None
    reference: str = ""
    blob: str = ""
    url: str = ""
    """A public address, for links and cards only: never one that carries a token."""


class Message(Noun):
    """One entry of a conversation."""

    id: MessageId
    conversation_id: ConversationId
    inbox_id: InboxId
    direction: Direction
    author: Author
    author_id: str = ""
    """The member's id, for messages of a member written in Parley."""
    author_name: str = ""
    text: str
    html: str = ""
    """Sanitised by the channel; only for letters."""
    quoted: str = ""
    """The part of a letter that repeats earlier ones, folded away in views."""
    subject: str = ""
    source_id: str = ""
    """The vendor's id; empty while an outgoing message has none."""
    also_source_ids: tuple[str, ...] = ()
    """Of its other parts, where the vendor made several messages of one."""
    group_id: str = ""
    """Messages of one album share it."""
    reply_to: str = ""
    """The vendor's id of the message this one quotes."""
    context: dict[str, str] = {}
    """What the channel needs to answer in place (a letter's Message-ID and such); opaque to the core."""
    attachments: tuple[Attachment, ...] = ()
    at: Instant
    """By the vendor's clock for what came from it, by ours for what we write."""
    received_at: Instant
    edited_at: Instant | None = None
    deleted_at: Instant | None = None
    previous_texts: tuple[str, ...] = ()
    delivery: Delivery | None = None
    problem: str | None = None
    """A code of `shared.domain.texts`: why it failed or was cancelled."""
    attempts: int = 0
    answers: tuple[MessageId, ...] = ()
    """The incoming messages that this one answers."""
    evidence: EvidenceCard | None = None
    is_automatic: bool = False
    """An automatic letter or a service notice: stored and shown, never answered by a machine."""
    schema_version: int = 1
