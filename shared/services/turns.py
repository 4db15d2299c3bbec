"""Small decisions about a conversation that several steps share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from shared.domain.conversations import (
    KEPT_NOTICES,
    NOBODY,
    WINDOW_SIZE,
    WINDOW_TEXT,
    Conversation,
    Handoff,
    OutboxEntry,
    Status,
    WindowEntry,
)
from shared.domain.events import MessageReceived
from shared.domain.ids import MessageId
from shared.domain.messages import Author, Direction, Message
from shared.ports.document_store import FieldPath

GRACE = timedelta(seconds=60)
"""How long a step may take before `sweep` looks whether it happened."""
PREVIEW = 160

FieldChanges = dict[FieldPath, Any]


def window_entry(message: Message) -> WindowEntry:
    """A message in short."""
    return WindowEntry(
        at=message.at,
        received_at=message.received_at,
        direction=message.direction,
        author=message.author,
        text=message.text[:WINDOW_TEXT],
        source_id=message.source_id,
        also_source_ids=message.also_source_ids,
        group_id=message.group_id,
        attachments=tuple(attachment.kind for attachment in message.attachments),
        is_open=message.direction is Direction.INCOMING and not message.is_automatic,
        is_automatic=message.is_automatic,
    )


def outbox_entry(message: Message, now: datetime) -> OutboxEntry:
    """A message that is owed to the channel from now on."""
    return OutboxEntry(
        state="queued", author=message.author, text=message.text[:WINDOW_TEXT], queued_at=now, answers=message.answers
    )


def preview_of(message: Message) -> str:
    """One line for lists."""
    line = " ".join(message.text.split())[:PREVIEW]
    return line or " ".join(f"[{attachment.kind}]" for attachment in message.attachments)


def waiting_turn(conversation: Conversation) -> MessageReceived:
    """The event that wakes the assistant for the open turn, which there must be."""
    newest = conversation.open_turn()[-1]
    return MessageReceived(
        workspace_id=conversation.workspace_id,
        inbox_id=conversation.inbox_id,
        conversation_id=conversation.id,
        message_id=newest,
        received_at=conversation.window[newest].received_at,
    )


def closing(conversation: Conversation, answered: Iterable[MessageId]) -> FieldChanges:
    """Marks incoming messages as answered, as far as the window still has them."""
    return {("window", id, "is_open"): False for id in answered if id in conversation.window}


def reopening(conversation: Conversation, answered: tuple[MessageId, ...]) -> FieldChanges:
    """Marks incoming messages as waiting again, as far as the window still has them."""
    changes: FieldChanges = {("window", id, "is_open"): True for id in answered if id in conversation.window}
    if changes:  # an earlier reply may have left meanwhile, and the conversation be called answered
        changes[("status",)] = Status.AWAITING_RESPONSE
    changes[("round",)] = conversation.round + 1
    return changes


def no_auto_reply(conversation: Conversation) -> FieldChanges:
    """Somebody has answered, or nobody waits any more: the auto-responder has nothing to say."""
    return {} if conversation.auto_reply_due_at is None else {("auto_reply_due_at",): None}


def look_for_auto_reply(conversation: Conversation) -> datetime | None:
    """When `sweep` must see whether the auto-responder has answered; None: it is not going to."""
    due = conversation.auto_reply_due_at
    return due + GRACE if due is not None and conversation.open_turn() else None


def trimming(conversation: Conversation, keeping: Iterable[MessageId] = ()) -> FieldChanges:
    """Removes the oldest window entries above the limit; open ones stay, and what the same write changes."""
    surplus = len(conversation.window) - WINDOW_SIZE
    kept = {*conversation.open_turn(), *keeping}
    old = [id for id, _ in conversation.ordered_window() if id not in kept][: max(surplus, 0)]
    return {("window", id): None for id in old}


def noticing(conversation: Conversation, id: MessageId, at: datetime) -> FieldChanges:
    """The staff must see this message, though the window does not hold it, or not in this state."""
    others = sorted((moment, known) for known, moment in conversation.notices.items() if known != id)
    old = [known for _, known in others[: max(len(others) - KEPT_NOTICES + 1, 0)]]
    return {**{("notices", known): None for known in old}, ("notices", id): at}


def calling_people(reason: str, now: datetime, detail: str = "") -> FieldChanges:
    """Gives the conversation to people."""
    return {
        ("status",): Status.NEEDS_HUMAN,
        ("handoff",): Handoff(reason=reason, detail=detail[:500], at=now),
        ("due_at",): None,
        ("sweeps",): 0,
        ("updated_at",): now,
    }


def silencing_assistant() -> FieldChanges:
    """Nobody's conversation: the assistant stays silent until it is given back or closed."""
    return {("owner",): NOBODY}


def answered_status(author: Author) -> Status:
    """The state after an answer by this author."""
    return Status.ANSWERED_BY_HUMAN if author is Author.MEMBER else Status.ANSWERED_BY_LLM
