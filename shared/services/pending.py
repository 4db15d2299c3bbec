"""What a conversation still owes its channel, taken back or booked as done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from shared.domain.arrivals import Receipt
from shared.domain.conversations import Conversation, OutboxEntry, Status
from shared.domain.ids import MessageId
from shared.domain.messages import Author, Delivery, Direction, Message
from shared.domain.model import to_micros
from shared.ports.document_store import Maximum, Version, Write
from shared.services.turns import (
    GRACE,
    FieldChanges,
    answered_status,
    look_for_auto_reply,
    noticing,
    preview_of,
    window_entry,
)
from shared.store.conversations import Conversations
from shared.store.messages import Messages
from shared.store.workspace import WorkspaceStore

MACHINES = frozenset({Author.ASSISTANT, Author.AUTO_RESPONDER})


def cancellable(conversation: Conversation) -> list[MessageId]:
    """Machine-written messages that are queued and not yet on their way."""
    return [id for id, entry in conversation.outbox.items() if entry.state == "queued" and entry.author in MACHINES]


def taking_back(conversation: Conversation, ids: Iterable[MessageId]) -> FieldChanges:
    """The conversation's part of a cancellation. What the auto-responder has not said it may say later."""
    gone = list(ids)
    changes: FieldChanges = {("outbox", id): None for id in gone}
    if any(conversation.outbox[id].author is Author.AUTO_RESPONDER for id in gone):
        changes[("auto_replied_in",)] = None
    return changes


def cancellations(
    store: WorkspaceStore, conversation: Conversation, ids: Iterable[MessageId], reason: str
) -> list[Write]:
    """The messages' part of a cancellation."""
    fields = {"delivery": Delivery.CANCELLED, "problem": reason}
    return [Messages(store).change(conversation.id, id, fields) for id in ids]


def left_unanswered(conversation: Conversation, taken_back: OutboxEntry) -> tuple[MessageId, ...]:
    """What a machine-written message would have answered, unless a person has written after it."""
    words = [(entry.author, entry.queued_at) for entry in conversation.outbox.values()]
    words += [
        (entry.author, entry.received_at)
        for entry in conversation.window.values()
        if entry.direction is Direction.OUTGOING
    ]
    answered = any(author is Author.MEMBER and at >= taken_back.queued_at for author, at in words)
    return () if answered else taken_back.answers


def booking_sent(
    store: WorkspaceStore,
    conversation: Conversation,
    version: Version,
    message: Message,
    receipt: Receipt,
    now: datetime,
) -> list[Write]:
    """Two writes that record that the vendor took a message."""
    attempts = conversation.outbox[message.id].attempt
    sent = message.model_copy(
        update={"source_id": receipt.source_id, "also_source_ids": receipt.also_ids, "at": receipt.at or now}
    )
    booked = Messages(store).change(
        conversation.id,
        message.id,
        {
            "delivery": Delivery.SENT,
            "source_id": sent.source_id,
            "also_source_ids": sent.also_source_ids,
            "at": sent.at,
            "attempts": attempts,
            "problem": None,
        },
    )
    changes = _after_sending(conversation, sent, now)
    if receipt.thread:
        changes[("source_id",)] = receipt.thread
    moved = Conversations(store).merge(
        conversation.id, changes, {("last_message_at",): Maximum(to_micros(sent.at))}, version=version
    )
    return [booked, moved]


def after_leaving_outbox(conversation: Conversation, gone: Iterable[MessageId], now: datetime) -> FieldChanges:
    """When the sweep must look, once these messages are no longer owed."""
    left = set(conversation.outbox) - set(gone)
    owes = bool(left) or (bool(conversation.open_turn()) and conversation.status is Status.AWAITING_RESPONSE)
    look = now + GRACE if owes else look_for_auto_reply(conversation)
    return {("due_at",): look, ("sweeps",): 0, ("updated_at",): now}


def _after_sending(conversation: Conversation, sent: Message, now: datetime) -> FieldChanges:
    changes: FieldChanges = {
        ("outbox", sent.id): None,
        ("window", sent.id): window_entry(sent),
        ("preview",): preview_of(sent),
        **after_leaving_outbox(conversation, [sent.id], now),
    }
    if sent.id in conversation.notices:  # the staff was told that it had not left
        changes |= noticing(conversation, sent.id, now)
    waits = bool(conversation.open_turn())
    # The auto-responder answers nothing: whoever closed the turn meanwhile did.
    if conversation.status is not Status.CLOSED and not waits and sent.author is not Author.AUTO_RESPONDER:
        changes[("status",)] = answered_status(sent.author)
    return changes
