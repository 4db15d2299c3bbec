"""Whether a message may still leave: asked at the very moment of sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.assistants import Mode
from shared.domain.conversations import ASSISTANT, Conversation, Status
from shared.domain.messages import Author
from shared.policy.auto_reply import due_at, why_not_send
from shared.policy.reply_window import is_closed
from shared.ports.document_store import Write
from shared.services.briefing import Briefings
from shared.services.pending import after_leaving_outbox, cancellations, left_unanswered, taking_back
from shared.services.plan_auto_reply import PlanAutoReply
from shared.services.sending import Sending
from shared.services.turns import GRACE, FieldChanges, calling_people, reopening
from shared.store.conversations import Conversations

NEWER = "newer_message"
PEOPLE = "human_answered"
OUTSIDE = "outside_hours"
NOBODY_MAY = frozenset({"replies_not_allowed", "window_closed"})
SWITCHED_OFF = frozenset({"assistant_off", "llm_disabled", "no_assistant", "assistant_not_allowed", *NOBODY_MAY})


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The owner, the turn, the vendor's window and the switches, as they are now."""

    briefings: Briefings
    auto_reply: PlanAutoReply

    async def why_not(self, sending: Sending, now: datetime) -> str | None:
        """A code of `shared.domain.texts`, or None: it may go. What a person wrote always may, where anything may."""
        match sending.entry.author:
            case Author.AUTO_RESPONDER:
                return await self._auto_reply(sending, now)
            case Author.ASSISTANT:
                moved_on = _moved_on(sending.known.conversation)
                return moved_on or _shut(sending, now) or await self._switched_off(sending)
            case _:
                return _shut(sending, now)

    async def _auto_reply(self, sending: Sending, now: datetime) -> str | None:
        """It may speak to a customer whom people have: nobody has answered."""
        case = await self.auto_reply.case(sending.known.conversation)
        return "auto_responder_off" if case is None else why_not_send(case, now)

    async def _switched_off(self, sending: Sending) -> str | None:
        inbox = sending.opened.inbox
        if not inbox.allows_assistant:
            return "assistant_not_allowed"
        assistant = await self.briefings.assistant(inbox.workspace_id, inbox.assistant_id)
        if assistant is None:
            return "no_assistant"
        if assistant.mode is Mode.OFF:
            return "assistant_off"
        settings = await self.briefings.llm_settings()
        return None if settings.llm_enabled else "llm_disabled"

    async def taking_back(self, sending: Sending, reason: str, now: datetime) -> Sequence[Write]:
        """Writes that cancel a machine's message. What it would have said may be said later, or by people."""
        if sending.entry.author is not Author.AUTO_RESPONDER:
            return cancelling(sending, reason, now)
        case = await self.auto_reply.case(sending.known.conversation)
        later = max(due_at(case), now) if case and reason in (NEWER, OUTSIDE) else None
        return _postponing(sending, reason, later, now)


def _moved_on(conversation: Conversation) -> str | None:
    """What has made the assistant's reply outdated."""
    if conversation.status is Status.CLOSED:
        return "conversation_closed"
    if conversation.owner != ASSISTANT:
        return PEOPLE
    return NEWER if conversation.open_turn() else None


def _shut(sending: Sending, now: datetime) -> str | None:
    """What lets nobody write, people included."""
    if not sending.opened.inbox.allows_replies:
        return "replies_not_allowed"
    is_late = is_closed(sending.known.conversation, sending.opened.channel.capabilities, now)
    return "window_closed" if is_late else None


def cancelling(sending: Sending, reason: str, now: datetime) -> Sequence[Write]:
    """Takes the message back. The questions it would have answered wait again, unless a person has them."""
    conversation = sending.known.conversation
    id = sending.message.id
    changes: FieldChanges = {**taking_back(conversation, [id]), **after_leaving_outbox(conversation, [id], now)}
    if reason == NEWER:
        changes |= {**reopening(conversation, sending.entry.answers), ("due_at",): now + GRACE}
    elif reason in SWITCHED_OFF:
        changes |= {**reopening(conversation, sending.entry.answers), **calling_people(reason, now)}
    elif reason == PEOPLE and (unanswered := left_unanswered(conversation, sending.entry)):
        changes |= {**reopening(conversation, unanswered), ("due_at",): now + GRACE}
    merge = Conversations(sending.store).merge(conversation.id, changes, version=sending.known.version)
    return [merge, *cancellations(sending.store, conversation, [id], reason)]


def _postponing(sending: Sending, reason: str, later: datetime | None, now: datetime) -> Sequence[Write]:
    """Takes the auto-responder's message back. Its turn is as it was; the sweep looks when it may speak again."""
    conversation = sending.known.conversation
    id = sending.message.id
    changes: FieldChanges = {**taking_back(conversation, [id]), **after_leaving_outbox(conversation, [id], now)}
    if later is not None:
        changes[("auto_reply_due_at",)] = later
        changes[("due_at",)] = changes[("due_at",)] or later + GRACE
    merge = Conversations(sending.store).merge(conversation.id, changes, version=sending.known.version)
    return [merge, *cancellations(sending.store, conversation, [id], reason)]
