"""What a channel tells us, with its wire format taken off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import Field

from shared.domain.channels import ThreadKind
from shared.domain.cockpit import GroupMembership, GroupMessage, GroupPress, GroupTopicChange
from shared.domain.contacts import ContactRef
from shared.domain.messages import Attachment, AttachmentKind
from shared.domain.model import Instant, Noun


@dataclass(frozen=True, slots=True)
class RawDelivery:
    """A raw call of a vendor on one of our addresses. Header names are lower-case."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""
    """The secret part of the address, where the channel has one."""


class Received(Noun):
    """A customer wrote."""

    source_id: str
    """Unique inside the inbox."""
    thread: str
    contact: ContactRef
    text: str
    at: Instant
    html: str = ""
    quoted: str = ""
    subject: str = ""
    attachments: tuple[Attachment, ...] = ()
    group_id: str = ""
    reply_to: str = ""
    context: dict[str, str] = {}
    is_automatic: bool = False
    kind: ThreadKind = "chat"
    facts: dict[str, str] = {}
    """For the staff's card: a product, an order, a rating. Added to what the conversation knows already."""
    is_group: bool = False
    """Said where several people talk: it may be the workspace's own work group."""


class Echo(Noun):
    """Our side wrote: our own message coming back, or a person's answer typed in the vendor's app."""

    source_id: str
    thread: str
    text: str
    at: Instant
    marker: str = ""
    """Our own message id, where the channel carries one back."""
    contact: ContactRef | None = None
    html: str = ""
    quoted: str = ""
    subject: str = ""
    attachments: tuple[Attachment, ...] = ()
    author_name: str = ""
    context: dict[str, str] = {}
    kind: ThreadKind = "chat"
    is_group: bool = False
    """As in `Received`."""


class Edited(Noun):
    """The text of a known message changed."""

    source_id: str
    thread: str
    text: str
    at: Instant


class Deleted(Noun):
    """A message was taken back in the vendor's app."""

    source_id: str
    thread: str
    at: Instant


class Reachability(Noun):
    """The customer blocked us, or let us in again."""

    contact_source_id: str
    thread: str
    is_blocked: bool
    at: Instant


class ThreadMoved(Noun):
    """The vendor gave a thread another id (a Telegram group became a supergroup)."""

    old_thread: str
    new_thread: str
    at: Instant


class PullHint(Noun):
    """Something is new, come and fetch it."""


FromChannel = Received | Echo | Edited | Deleted | Reachability | ThreadMoved | PullHint
FromWorkGroup = GroupMessage | GroupPress | GroupTopicChange | GroupMembership
Arrival = FromChannel | FromWorkGroup


class Page(Noun):
    """One pull. `cursor` is where the next one starts; `more`: there is more right now."""

    arrivals: tuple[Arrival, ...] = ()
    cursor: str | None = None
    more: bool = False
    problems: tuple[str, ...] = ()
    """Ids of messages that could not be read and were stored as placeholders: one bad message never
    stops the ones behind it."""


class OutgoingFile(Noun):
    """A file to be sent, whole."""

    kind: AttachmentKind
    name: str
    mime_type: str
    content: bytes = Field(repr=False)


class Outgoing(Noun):
    """What a channel is asked to send."""

    message_id: str
    """Ours; also the marker where the channel carries one."""
    thread: str
    contact_source_id: str = ""
    text: str
    subject: str = ""
    kind: ThreadKind = "chat"
    files: tuple[OutgoingFile, ...] = ()
    context: dict[str, str] = {}
    """`Message.context` of the message that is answered."""
    is_automatic: bool = False
    """Written by a machine and not approved by a person."""
    first_tried_at: Instant
    """When the first attempt began, by our clock: `find_sent` looks no further back than shortly before."""


class Receipt(Noun):
    """The vendor took it. `source_id` is empty where the vendor gives none."""

    source_id: str = ""
    also_ids: tuple[str, ...] = ()
    """Of its other parts, where the vendor makes several messages of one: a text and a file."""
    at: Instant | None = None
    thread: str = ""
    """Set when the vendor moved the thread while sending."""


class Connection(Noun):
    """What connecting an account told us."""

    account: str
    cursor: str | None = None
    webhook_url: str = ""


class Diagnosis(Noun):
    """A test of an inbox. `problem` is a code of `shared.domain.texts`; None: all is well."""

    problem: str | None = None
    facts: dict[str, str] = {}


class ThreadFacts(Noun):
    """What a vendor tells of a thread when asked: who writes, and about what."""

    contact: ContactRef
    subject: str = ""
    facts: dict[str, str] = {}
    """For the staff's card: a listing's title, price and address."""
