"""A customer wrote: store it once, announce it at least once. Reads nothing unless the message is known.

Automatic letters and service notices take `FileNotice` instead: they open no turn and announce nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.arrivals import Received
from shared.domain.conversations import Status
from shared.domain.events import MessageReceived, Topic
from shared.domain.ids import contact_id, conversation_id, message_id
from shared.domain.inboxes import Inbox
from shared.domain.messages import Author, Direction, Message
from shared.domain.model import to_micros
from shared.errors import AlreadyExists, TooLarge
from shared.ports.clock import Clock
from shared.ports.document_store import Increment, Maximum, Minimum, Write
from shared.ports.event_bus import EventBus
from shared.services.turns import GRACE, FieldChanges, preview_of, trimming, window_entry
from shared.store.contacts import Contacts
from shared.store.conversations import Conversations
from shared.store.messages import Messages
from shared.store.platform import Platform
from shared.store.workspace import WorkspaceStore


@dataclass(frozen=True, slots=True)
class Receive:
    """One commit of three writes, then one event."""

    platform: Platform
    bus: EventBus
    clock: Clock

    async def __call__(self, inbox: Inbox, arrival: Received) -> bool:
        """Whether the message is new. A known one whose turn is still open is announced again."""
        store = self.platform.workspace(inbox.workspace_id)
        message = incoming(inbox, arrival, self.clock.now())
        try:
            await self._commit(store, inbox, arrival, message)
        except AlreadyExists:
            known = await Conversations(store).get(message.conversation_id)
            if known is not None and message.id in known.conversation.open_turn():
                await self._announce(inbox, message)
            return False
        await self._announce(inbox, message)
        return True

    async def _commit(self, store: WorkspaceStore, inbox: Inbox, arrival: Received, message: Message) -> None:
        contact = Contacts(store).sighting(inbox.id, arrival.contact, arrival.at)
        creation = Messages(store).creation(message)
        changes = conversation_changes(inbox, arrival, message)
        try:
            await store.commit([creation, conversation_merge(store, message, changes), contact])
        except TooLarge:
            # A flood has filled the window faster than replies trim it.
            known = await Conversations(store).get(message.conversation_id)
            if known is None:
                raise
            room = trimming(known.conversation)
            writes: list[Write] = [creation, conversation_merge(store, message, {**changes, **room}), contact]
            await store.commit(writes)

    async def _announce(self, inbox: Inbox, message: Message) -> None:
        event = MessageReceived(
            workspace_id=inbox.workspace_id,
            inbox_id=inbox.id,
            conversation_id=message.conversation_id,
            message_id=message.id,
            received_at=message.received_at,
            attachments=len(message.attachments),
        )
        await self.bus.publish(Topic.MESSAGE_RECEIVED, event)


def incoming(inbox: Inbox, arrival: Received, now: datetime) -> Message:
    """The message that an arrival becomes."""
    thread = inbox.thread_aliases.get(arrival.thread, arrival.thread)
    return Message(
        id=message_id(inbox.id, arrival.source_id),
        conversation_id=conversation_id(inbox.id, thread),
        inbox_id=inbox.id,
        direction=Direction.INCOMING,
        author=Author.CONTACT,
        author_name=arrival.contact.name,
        text=arrival.text,
        html=arrival.html,
        quoted=arrival.quoted,
        subject=arrival.subject,
        source_id=arrival.source_id,
        group_id=arrival.group_id,
        reply_to=arrival.reply_to,
        context=arrival.context,
        attachments=arrival.attachments,
        at=arrival.at,
        received_at=now,
        is_automatic=arrival.is_automatic,
    )


def conversation_changes(inbox: Inbox, arrival: Received, message: Message) -> FieldChanges:
    """What a customer's message does to its conversation, known or not, without reading it."""
    told: FieldChanges = {
        ("contact_name",): arrival.contact.name or arrival.contact.username,
        ("subject",): arrival.subject,
        ("language",): arrival.contact.language,
        ("reply_context",): arrival.context,
        **{("facts", name): value for name, value in arrival.facts.items()},
    }
    return {
        ("id",): message.conversation_id,
        ("workspace_id",): inbox.workspace_id,
        ("inbox_id",): inbox.id,
        ("channel",): inbox.channel,
        ("contact_id",): contact_id(inbox.id, arrival.contact.source_id),
        ("source_id",): arrival.thread,
        ("kind",): arrival.kind,
        ("status",): Status.AWAITING_RESPONSE,
        ("is_unread",): True,
        ("preview",): preview_of(message),
        ("window", message.id): window_entry(message),
        ("due_at",): message.received_at + GRACE,
        ("sweeps",): 0,
        ("updated_at",): message.received_at,
        ("closed_at",): None,
        **{path: value for path, value in told.items() if value},
    }


def conversation_merge(store: WorkspaceStore, message: Message, changes: FieldChanges) -> Write:
    """The conversation's part of the commit."""
    moment = to_micros(message.at)
    return Conversations(store).merge(
        message.conversation_id,
        changes,
        {
            ("unread",): Increment(1),
            ("created_at",): Minimum(moment),
            ("last_message_at",): Maximum(moment),
        },
    )
