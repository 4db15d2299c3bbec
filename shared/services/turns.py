"""Small decisions about a conversation that several steps share."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from shared.domain.conversations import NOBODY, WINDOW_SIZE, WINDOW_TEXT, Conversation, Handoff, Status, WindowEntry
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
        group_id=message.group_id,
        attachments=tuple(attachment.kind for attachment in message.attachments),
        is_open=message.direction is Direction.INCOMING and not message.is_automatic,
        is_automatic=message.is_automatic,
    )


def preview_of(message: Message) -> str:
    """One line for lists."""
    line = " ".join(message.text.split())[:PREVIEW]
    return line or " ".join(f"[{attachment.kind}]" for attachment in message.attachments)


def closing(answered: tuple[MessageId, ...] | list[MessageId]) -> FieldChanges:
    """Marks incoming messages as answered."""
    return {("window", id, "is_open"): False for id in answered}


def reopening(conversation: Conversation, answered: tuple[MessageId, ...]) -> FieldChanges:
    """Marks incoming messages as waiting again, as far as the window still has them."""
    changes: FieldChanges = {("window", id, "is_open"): True for id in answered if id in conversation.window}
    changes[("round",)] = conversation.round + 1
    return changes


def trimming(conversation: Conversation) -> FieldChanges:
    """Removes the oldest window entries above the limit; open ones stay."""
    surplus = len(conversation.window) - WINDOW_SIZE
    waiting = set(conversation.open_turn())
    old = [id for id, _ in conversation.ordered_window() if id not in waiting][: max(surplus, 0)]
    return {("window", id): None for id in old}


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
