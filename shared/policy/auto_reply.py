"""When the auto-responder speaks: asked when a turn goes to people, when its time has come, and before it is sent.

It answers nothing: the turn stays open, and people still owe the customer an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.auto_responder import AutoResponder
from shared.domain.channels import Capabilities
from shared.domain.conversations import Conversation, Status
from shared.domain.inboxes import Inbox
from shared.domain.messages import Author, Direction
from shared.policy.intervals import current_start
from shared.policy.linter import lint_text
from shared.policy.reply_window import is_closed

EARLY = timedelta(seconds=1)
"""A timer may be as much before its time as two clocks differ."""


@dataclass(frozen=True, slots=True)
class Case:
    """All that the rules look at."""

    conversation: Conversation
    inbox: Inbox
    capabilities: Capabilities
    settings: AutoResponder


@dataclass(frozen=True, slots=True)
class Speak:
    """Its time has come, in the interval that began then."""

    start: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """The customer wrote on: not before then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing is to be said. `reason` is a code of `shared.domain.texts`."""

    reason: str


def planned(case: Case, now: datetime) -> datetime | None:
    """When it is to speak if nobody has by then, counted from the customer's newest message; None: not at all.

    An earlier reply that is still on its way does not count: it is taken back when this time has not come.
    """
    if why_never(case, now):
        return None
    start = current_start(case.settings, _newest(case))
    if start is None or (has_replied(case.conversation, start) and not _is_on_its_way(case.conversation)):
        return None
    return due_at(case)


def at_its_time(case: Case, now: datetime) -> Speak | Wait | Silence:
    """What to do now that its time should have come."""
    if reason := why_never(case, now):
        return Silence(reason)
    if due_at(case) > now + EARLY:
        return Wait(due_at(case))
    start = current_start(case.settings, now)
    if start is None:
        return Silence("outside_hours")
    if has_replied(case.conversation, start) or _is_on_its_way(case.conversation):
        return Silence("already_replied")
    return Speak(start)


def why_not_send(case: Case, now: datetime) -> str | None:
    """Why a reply that waits to be sent must not leave any more, or not yet."""
    if reason := why_never(case, now):
        return reason
    if due_at(case) > now + EARLY:
        return "newer_message"
    start = current_start(case.settings, now)
    # Written in an interval that is over, it would be the answer of the next one without counting as such.
    if start is None or case.conversation.auto_replied_in != start:
        return "outside_hours"
    return "already_replied" if _has_spoken(case.conversation, start) else None


def why_never(case: Case, now: datetime) -> str | None:
    """What keeps it silent at any hour."""
    conversation = case.conversation
    if reason := why_not_in(case.inbox, case.settings):
        return reason
    if conversation.kind != "chat":
        return "public_thread"
    if conversation.status is Status.CLOSED:
        return "conversation_closed"
    if not conversation.open_turn() or _is_somebody_there(case):
        return "human_answered"
    if is_closed(conversation, case.capabilities, now):
        return "window_closed"
    return lint_text(case.settings.text, case.capabilities, conversation.kind)


def why_not_in(inbox: Inbox, settings: AutoResponder) -> str | None:
    """What keeps it silent in all of an inbox."""
    is_chosen = not settings.inbox_ids or inbox.id in settings.inbox_ids
    if not (settings.is_on and settings.text.strip() and is_chosen):
        return "auto_responder_off"
    return None if inbox.allows_replies else "replies_not_allowed"


def due_at(case: Case) -> datetime:
    """The delay starts anew with each message of the customer."""
    return _newest(case) + timedelta(seconds=case.settings.delay_seconds)


def has_replied(conversation: Conversation, start: datetime) -> bool:
    """It has had its say in the interval that began then."""
    marked = conversation.auto_replied_in
    return (marked is not None and marked >= start) or _has_spoken(conversation, start)


def _has_spoken(conversation: Conversation, start: datetime) -> bool:
    return any(
        entry.direction is Direction.OUTGOING and entry.author is Author.AUTO_RESPONDER and entry.received_at >= start
        for entry in conversation.window.values()
    )


def _is_somebody_there(case: Case) -> bool:
    """A person's words for an earlier question are about to reach the customer, or did so after this one."""
    conversation, newest = case.conversation, _newest(case)
    on_their_way = any(entry.author is Author.MEMBER for entry in conversation.outbox.values())
    return on_their_way or any(
        entry.author is Author.MEMBER and entry.at > newest for entry in conversation.window.values()
    )


def _is_on_its_way(conversation: Conversation) -> bool:
    return any(entry.author is Author.AUTO_RESPONDER for entry in conversation.outbox.values())


def _newest(case: Case) -> datetime:
    waiting = case.conversation.open_turn()
    return max(case.conversation.window[id].received_at for id in waiting)
