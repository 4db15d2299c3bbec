"""What a ruling writes: the reply, the draft, the handoff, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.conversations import Conversation, Status
from shared.domain.ids import MessageId, reply_id, stable_id
from shared.domain.messages import Author, Delivery, Direction, Message
from shared.domain.replies import Decision, Draft, EvidenceCard
from shared.policy.gate import Ruling
from shared.ports.document_store import Write
from shared.ports.language_model import Completion
from shared.services.pending import after_leaving_outbox, cancellable, cancellations, taking_back
from shared.services.turns import (
    GRACE,
    FieldChanges,
    calling_people,
    closing,
    no_auto_reply,
    noticing,
    outbox_entry,
    silencing_assistant,
    trimming,
)
from shared.store.conversations import Conversations, Versioned
from shared.store.messages import Messages
from shared.store.workspace import WorkspaceStore

OWNED = "owned_by_people"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A ruling with what the model gave, where it was asked."""

    ruling: Ruling
    completion: Completion | None = None
    evidence: EvidenceCard | None = None
    auto_reply_at: datetime | None = None
    """When the auto-responder speaks, where the turn goes to people."""


def writes_for(store: WorkspaceStore, known: Versioned, outcome: Outcome, now: datetime) -> list[Write]:
    """The one commit of the turn, conditioned on the conversation as it was read."""
    match outcome.ruling.decision:
        case Decision.SEND:
            return _reply(store, known, outcome, now)
        case Decision.DRAFT:
            return [_merge(store, known, _drafting(known.conversation, outcome, now))]
        case Decision.HANDOFF:
            return _handoff(store, known, outcome, now)
        case Decision.LEAVE:
            return _leaving(store, known, now)


def _reply(store: WorkspaceStore, known: Versioned, outcome: Outcome, now: datetime) -> list[Write]:
    conversation = known.conversation
    message = _message(conversation, outcome, now)
    # An earlier reply that has not left yet is outdated: this one answers its questions too.
    outdated = cancellable(conversation)
    changes: FieldChanges = {
        **trimming(conversation, message.answers),
        **closing(conversation, message.answers),
        **taking_back(conversation, outdated),
        **no_auto_reply(conversation),
        ("outbox", message.id): outbox_entry(message, now),
        ("owner",): conversation.owner,
        ("draft",): None,
        ("handoff",): None,
        ("due_at",): now + GRACE,
        ("sweeps",): 0,
        ("updated_at",): now,
    }
    if outcome.completion is not None and outcome.completion.proposal.language:
        changes[("language",)] = outcome.completion.proposal.language
    taken_back = cancellations(store, conversation, outdated, "newer_message")
    return [Messages(store).creation(message), _merge(store, known, changes), *taken_back]


def _message(conversation: Conversation, outcome: Outcome, now: datetime) -> Message:
    assert outcome.completion is not None
    answers = _answered_by_reply(conversation)
    return Message(
        id=reply_id(answers[-1], conversation.round),
        conversation_id=conversation.id,
        inbox_id=conversation.inbox_id,
        direction=Direction.OUTGOING,
        author=Author.ASSISTANT,
        text=outcome.completion.proposal.reply.strip(),
        context=conversation.reply_context,
        at=now,
        received_at=now,
        delivery=Delivery.QUEUED,
        answers=answers,
        evidence=outcome.evidence,
    )


def _answered_by_reply(conversation: Conversation) -> tuple[MessageId, ...]:
    """The open turn, and what a reply that is taken back would have answered."""
    outdated = [id for entry in cancellable(conversation) for id in conversation.outbox[entry].answers]
    return tuple(dict.fromkeys([*outdated, *conversation.open_turn()]))


def _drafting(conversation: Conversation, outcome: Outcome, now: datetime) -> FieldChanges:
    assert outcome.completion is not None
    assert outcome.evidence is not None
    turn = tuple(conversation.open_turn())
    draft = Draft(
        id=reply_id(turn[-1], conversation.round),
        text=outcome.completion.proposal.reply.strip(),
        language=outcome.completion.proposal.language,
        answers=turn,
        evidence=outcome.evidence,
        created_at=now,
    )
    return {
        **calling_people(outcome.ruling.reason, now),
        **trimming(conversation),
        **_looking_after_what_is_owed(conversation, outcome, now),
        ("draft",): draft,
        ("owner",): conversation.owner,
    }


def _handoff(store: WorkspaceStore, known: Versioned, outcome: Outcome, now: datetime) -> list[Write]:
    conversation = known.conversation
    detail = outcome.completion.proposal.handoff_reason if outcome.completion else ""
    changes = {
        **calling_people(outcome.ruling.reason, now, detail),
        **trimming(conversation),
        **_looking_after_what_is_owed(conversation, outcome, now),
    }
    if outcome.ruling.reason == OWNED:
        # People have it already: the reason for which they were called stays.
        if conversation.handoff is not None:
            del changes[("handoff",)]
        return [_merge(store, known, changes)]
    noted = _activity(conversation, outcome.ruling.reason, detail, now)
    return [
        _merge(store, known, changes | silencing_assistant() | noticing(conversation, noted.id, now)),
        Messages(store).creation(noted),
    ]


def _looking_after_what_is_owed(conversation: Conversation, outcome: Outcome, now: datetime) -> FieldChanges:
    """The turn is with people. What was written before it must still leave, or be taken back, and after a while the
    auto-responder may speak."""
    changes = no_auto_reply(conversation)
    if outcome.auto_reply_at is not None:
        changes = {("auto_reply_due_at",): outcome.auto_reply_at, ("due_at",): outcome.auto_reply_at + GRACE}
    if conversation.outbox:
        changes[("due_at",)] = now + GRACE
    return changes


def _activity(conversation: Conversation, reason: str, detail: str, now: datetime) -> Message:
    """A line in the history that says why people were called."""
    cause = conversation.open_turn()[-1]
    return Message(
        id=MessageId(stable_id("handoff", cause, str(conversation.round))),
        conversation_id=conversation.id,
        inbox_id=conversation.inbox_id,
        direction=Direction.ACTIVITY,
        author=Author.SYSTEM,
        text=detail,
        problem=reason,
        at=now,
        received_at=now,
    )


def _leaving(store: WorkspaceStore, known: Versioned, now: datetime) -> list[Write]:
    """Nothing to say. Where a person's answer arrived before the question it answers, the turn is closed."""
    conversation = known.conversation
    if conversation.open_turn() or conversation.status is not Status.AWAITING_RESPONSE or conversation.outbox:
        return []
    changes: FieldChanges = {
        ("status",): Status.ANSWERED_BY_HUMAN,
        **after_leaving_outbox(conversation, [], now),
        ("due_at",): None,
    }
    return [_merge(store, known, changes)]


def _merge(store: WorkspaceStore, known: Versioned, changes: FieldChanges) -> Write:
    return Conversations(store).merge(known.conversation.id, changes, version=known.version)
