"""What a command changes, as a pure function of the conversation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.commands.commands import (
    AddNote,
    Assign,
    Close,
    Command,
    DiscardDraft,
    GiveBack,
    MarkRead,
    Reopen,
    SetLabels,
    TakeOver,
)
from shared.domain.conversations import ASSISTANT, NOBODY, Conversation, Status
from shared.domain.ids import UserId
from shared.errors import Conflict
from shared.ports.document_store import FieldPath


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command."""

    user_id: UserId
    name: str


@dataclass(frozen=True, slots=True)
class Effect:
    """Field changes (None removes), a line for the history, and what happens after the commit."""

    changes: dict[FieldPath, Any] = field(default_factory=dict)
    note: str = ""
    event: str = ""
    """The name of the line in the history, where it is not a note of a person."""
    cancels: str = ""
    """Machine-written messages that have not left are taken back, for this reason."""
    wakes_assistant: bool = False


def effect_of(command: Command, conversation: Conversation, actor: Actor, now: datetime) -> Effect:
    """Raises `Conflict` when the state does not allow it. A command that changes nothing has no effect."""
    match command:
        case TakeOver():
            return _take_over(conversation, actor)
        case GiveBack():
            return _give_back(conversation)
        case Close():
            return _close(conversation, now)
        case Reopen():
            return _reopen(conversation)
        case MarkRead():
            return Effect({("unread",): 0, ("is_unread",): False}) if conversation.unread else Effect()
        case Assign():
            return _assign(conversation, command)
        case SetLabels():
            return Effect({("labels",): tuple(dict.fromkeys(command.labels))})
        case AddNote():
            return Effect(note=command.text)
        case DiscardDraft():
            return _discard(conversation, command)


def _take_over(conversation: Conversation, actor: Actor) -> Effect:
    if conversation.owner == actor.user_id:
        return Effect()
    changes: dict[FieldPath, Any] = {("owner",): actor.user_id, ("assignee",): actor.user_id}
    return Effect(changes, event="taken_over", cancels="human_answered")


def _give_back(conversation: Conversation) -> Effect:
    if conversation.owner == ASSISTANT:
        return Effect()
    changes: dict[FieldPath, Any] = {("owner",): ASSISTANT, ("handoff",): None, ("round",): conversation.round + 1}
    waits = bool(conversation.open_turn())
    if waits:
        changes[("status",)] = Status.AWAITING_RESPONSE
    elif conversation.status is Status.NEEDS_HUMAN:
        changes[("status",)] = Status.ANSWERED_BY_HUMAN
    return Effect(changes, event="given_back", wakes_assistant=waits)


def _close(conversation: Conversation, now: datetime) -> Effect:
    if conversation.status is Status.CLOSED:
        return Effect()
    settled: dict[FieldPath, Any] = {("window", id, "is_open"): False for id in conversation.open_turn()}
    changes: dict[FieldPath, Any] = {
        **settled,
        ("status",): Status.CLOSED,
        ("closed_at",): now,
        ("owner",): ASSISTANT,
        ("draft",): None,
        ("handoff",): None,
        ("auto_reply_due_at",): None,
        ("unread",): 0,
        ("is_unread",): False,
        # What people have written still leaves, and the sweep sees to it.
        ("due_at",): now if conversation.outbox else None,
    }
    return Effect(changes, event="closed", cancels="conversation_closed")


def _reopen(conversation: Conversation) -> Effect:
    if conversation.status is not Status.CLOSED:
        return Effect()
    changes: dict[FieldPath, Any] = {
        ("status",): Status.NEEDS_HUMAN,
        ("owner",): NOBODY,
        ("closed_at",): None,
    }
    return Effect(changes, event="reopened")


def _assign(conversation: Conversation, command: Assign) -> Effect:
    if conversation.assignee == command.user_id:
        return Effect()
    return Effect({("assignee",): command.user_id}, event="assigned" if command.user_id else "unassigned")


def _discard(conversation: Conversation, command: DiscardDraft) -> Effect:
    if conversation.draft is None or conversation.draft.id != command.draft_id:
        raise Conflict("the draft has changed", code="draft_changed")
    return Effect({("draft",): None}, event="draft_discarded")
