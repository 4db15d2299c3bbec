"""Our side wrote, and the channel tells us so: our own message coming back, or a person's answer from the
vendor's app, which takes the conversation over and cancels what the assistant was about to send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.arrivals import Echo, Receipt
from shared.domain.contacts import ContactRef
from shared.domain.conversations import ASSISTANT, NOBODY, WINDOW_TEXT, Conversation, Status
from shared.domain.ids import MessageId, contact_id, conversation_id, message_id
from shared.domain.inboxes import Inbox
from shared.domain.messages import Author, Delivery, Direction, Message
from shared.domain.model import to_micros
from shared.ports.clock import Clock
from shared.ports.document_store import Maximum, Write
from shared.services.considered import considered
from shared.services.pending import booking_sent, cancellable, cancellations, taking_back
from shared.services.turns import (
    GRACE,
    FieldChanges,
    answered_status,
    closing,
    no_auto_reply,
    noticing,
    preview_of,
    reopening,
    trimming,
    window_entry,
)
from shared.store.contacts import Contacts
from shared.store.conversations import Conversations, Versioned
from shared.store.messages import Messages
from shared.store.platform import Platform
from shared.store.workspace import WorkspaceStore

NAMED_WITHIN = timedelta(minutes=15)
"""A vendor that gives no id for what we send shows it in its history with a time of its own, about then."""


@dataclass(frozen=True, slots=True)
class RecordEcho:
    """Books our own message as sent, or files a person's answer as taking over.

    An echo that carries our marker is ours, whatever we know of it: never a person's answer.
    """

    platform: Platform
    clock: Clock

    async def __call__(self, inbox: Inbox, echo: Echo) -> bool:
        """Whether it was news."""
        store = self.platform.workspace(inbox.workspace_id)
        message = outgoing(inbox, echo)

        async def decide(known: Versioned | None) -> Sequence[Write]:
            if await self._is_known(store, known, message):
                return []
            if known is None:
                return [] if echo.marker else self._first_words(store, inbox, echo, message)
            ours = await self._our_pending(store, known.conversation, echo)
            if ours is not None:
                receipt = Receipt(source_id=echo.source_id, at=echo.at)
                return booking_sent(store, known.conversation, known.version, ours, receipt, self.clock.now())
            sent = _sent_without_id(known.conversation, echo)
            if sent is not None:
                return _naming(store, known, sent, echo, self.clock.now())
            return [] if echo.marker else self._taking_over(store, known, message)

        return await considered(store, message.conversation_id, decide)

    async def _is_known(self, store: WorkspaceStore, known: Versioned | None, message: Message) -> bool:
        if known is None:  # then only a tombstone can be there
            return await Messages(store).get(message.conversation_id, message.id) is not None
        recent = known.conversation.window.values()
        if any(message.source_id in (entry.source_id, *entry.also_source_ids) for entry in recent):
            return True
        return await Messages(store).with_source_id(message.conversation_id, message.source_id) is not None

    async def _our_pending(self, store: WorkspaceStore, conversation: Conversation, echo: Echo) -> Message | None:
        """The message of ours that this echo is: by its marker, else by its words."""
        tried = [id for id, entry in conversation.outbox.items() if entry.attempt > 0]
        if echo.marker:
            tried = [id for id in tried if id == echo.marker]
        for id in tried:
            message = await Messages(store).get(conversation.id, id)
            if message is not None and (echo.marker or same_words(message.text, echo.text)):
                return message
        return None

    def _taking_over(self, store: WorkspaceStore, known: Versioned, message: Message) -> list[Write]:
        conversation = known.conversation
        pending = cancellable(conversation)
        changes = {**taking_back(conversation, pending), **self._after_answer(conversation, message, pending)}
        merge = Conversations(store).merge(
            conversation.id, changes, {("last_message_at",): Maximum(to_micros(message.at))}, version=known.version
        )
        taken_back = cancellations(store, conversation, pending, "human_answered")
        return [Messages(store).creation(message), merge, *taken_back]

    def _after_answer(self, conversation: Conversation, message: Message, pending: list[MessageId]) -> FieldChanges:
        window, now = conversation.window, self.clock.now()
        asked = [id for reply in pending for id in conversation.outbox[reply].answers if id in window]
        answered = [id for id in conversation.open_turn() if window[id].at < message.at]
        later = [id for id in (*asked, *conversation.open_turn()) if window[id].at >= message.at]
        changes: FieldChanges = {
            **trimming(conversation, [*answered, *later]),
            **closing(conversation, answered),
            ("window", message.id): window_entry(message).model_copy(update={"is_echo": True}),
            **no_auto_reply(conversation),
            ("draft",): None,
            ("updated_at",): now,
            ("preview",): preview_of(message),
        }
        if conversation.owner == ASSISTANT:
            changes[("owner",)] = NOBODY
        if later:
            changes |= {**reopening(conversation, tuple(later)), ("due_at",): now + GRACE}
        else:
            owes = len(conversation.outbox) > len(pending)
            changes |= {("status",): Status.ANSWERED_BY_HUMAN, ("handoff",): None, ("closed_at",): None}
            changes[("due_at",)] = now + GRACE if owes else None
        return changes

    def _first_words(self, store: WorkspaceStore, inbox: Inbox, echo: Echo, message: Message) -> list[Write]:
        """The shop wrote first: the conversation begins with its message."""
        contact = echo.contact or ContactRef(source_id=echo.thread)
        conversation = Conversation(
            id=message.conversation_id,
            workspace_id=inbox.workspace_id,
            inbox_id=inbox.id,
            channel=inbox.channel,
            contact_id=contact_id(inbox.id, contact.source_id),
            source_id=echo.thread,
            kind=echo.kind,
            contact_name=contact.name or contact.username,
            subject=echo.subject,
            status=Status.ANSWERED_BY_HUMAN,
            owner=NOBODY,
            preview=preview_of(message),
            window={message.id: window_entry(message).model_copy(update={"is_echo": True})},
            created_at=message.at,
            updated_at=self.clock.now(),
            last_message_at=message.at,
        )
        sighting = Contacts(store).sighting(inbox.id, contact, message.at)
        return [Conversations(store).creation(conversation), Messages(store).creation(message), sighting]


def _sent_without_id(conversation: Conversation, echo: Echo) -> MessageId | None:
    """The oldest message of ours that this echo can be, where the vendor took it and told no id."""
    for id, entry in conversation.ordered_window():
        is_ours = entry.direction is Direction.OUTGOING and not entry.source_id
        if is_ours and abs(entry.at - echo.at) <= NAMED_WITHIN and same_words(entry.text, echo.text[:WINDOW_TEXT]):
            return id
    return None


def _naming(store: WorkspaceStore, known: Versioned, sent: MessageId, echo: Echo, now: datetime) -> list[Write]:
    """Our message learns the id by which the vendor knows it. If people were asked to look whether it had arrived,
    it has."""
    conversation = known.conversation
    changes: FieldChanges = {("window", sent, "source_id"): echo.source_id}
    if sent in conversation.notices:
        changes |= noticing(conversation, sent, now)
    if conversation.handoff is not None and conversation.handoff.reason == "unconfirmed":
        changes |= {("handoff",): None, ("updated_at",): now}
        if conversation.status is Status.NEEDS_HUMAN and not conversation.open_turn():
            changes[("status",)] = answered_status(conversation.window[sent].author)
    merge = Conversations(store).merge(conversation.id, changes, version=known.version)
    fields = {"source_id": echo.source_id, "delivery": Delivery.SENT, "problem": None}
    return [Messages(store).change(conversation.id, sent, fields), merge]


def outgoing(inbox: Inbox, echo: Echo) -> Message:
    """The message that a person's answer in the vendor's app becomes."""
    thread = inbox.thread_aliases.get(echo.thread, echo.thread)
    return Message(
        id=MessageId(message_id(inbox.id, echo.source_id)),
        conversation_id=conversation_id(inbox.id, thread),
        inbox_id=inbox.id,
        direction=Direction.OUTGOING,
        author=Author.MEMBER,
        author_name=echo.author_name,
        text=echo.text,
        html=echo.html,
        quoted=echo.quoted,
        subject=echo.subject,
        source_id=echo.source_id,
        context=echo.context,
        attachments=echo.attachments,
        at=echo.at,
        received_at=echo.at,
        delivery=Delivery.SENT,
    )


def same_words(ours: str, theirs: str) -> bool:
    """Whether two texts are one, whatever a vendor does to white space."""
    return " ".join(ours.split()) == " ".join(theirs.split())
