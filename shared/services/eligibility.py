"""Whether a machine-written message may still leave: asked at the very moment of sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.assistants import Mode
from shared.domain.conversations import ASSISTANT, Status
from shared.ports.document_store import Write
from shared.services.briefing import Briefings
from shared.services.pending import MACHINES, after_leaving_outbox, cancellations, left_unanswered, taking_back
from shared.services.sending import Sending
from shared.services.turns import GRACE, FieldChanges, calling_people, reopening
from shared.store.conversations import Conversations

NEWER = "newer_message"
PEOPLE = "human_answered"
SWITCHED_OFF = frozenset({"assistant_off", "llm_disabled", "no_assistant"})


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The owner, the turn and the switches, as they are now."""

    briefings: Briefings

    async def why_not(self, sending: Sending) -> str | None:
        """A code of `shared.domain.texts`, or None: it may go. What a person wrote always may."""
        conversation = sending.known.conversation
        if sending.entry.author not in MACHINES:
            return None
        if conversation.status is Status.CLOSED:
            return "conversation_closed"
        if conversation.owner != ASSISTANT:
            return PEOPLE
        if conversation.open_turn():
            return NEWER
        return await self._switched_off(sending)

    async def _switched_off(self, sending: Sending) -> str | None:
        inbox = sending.opened.inbox
        briefing = await self.briefings.briefing(inbox.workspace_id, inbox.assistant_id)
        if briefing is None:
            return "no_assistant"
        if briefing.assistant.mode is Mode.OFF:
            return "assistant_off"
        settings = await self.briefings.llm_settings()
        return None if settings.llm_enabled else "llm_disabled"


def cancelling(sending: Sending, reason: str, now: datetime) -> Sequence[Write]:
    """Takes the message back. The questions it would have answered wait again, unless a person has them."""
    conversation = sending.known.conversation
    id = sending.message.id
    changes: FieldChanges = {**taking_back([id]), **after_leaving_outbox(conversation, [id], now)}
    if reason == NEWER:
        changes |= {**reopening(conversation, sending.entry.answers), ("due_at",): now + GRACE}
    elif reason in SWITCHED_OFF:
        changes |= {**reopening(conversation, sending.entry.answers), **calling_people(reason, now)}
    elif reason == PEOPLE and (unanswered := left_unanswered(conversation, sending.entry)):
        changes |= {**reopening(conversation, unanswered), ("due_at",): now + GRACE}
    merge = Conversations(sending.store).merge(conversation.id, changes, version=sending.known.version)
    return [merge, *cancellations(sending.store, conversation, [id], reason)]
