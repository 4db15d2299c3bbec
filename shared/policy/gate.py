"""The gate: what becomes of a turn, decided by code on evidence that code can check.

Two halves of one pure function. `before_model` runs before any token is spent, `after_model` on the proposal.
Each rule is a small named function; every verdict is kept on the evidence card.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.domain.assistants import Assistant, Mode
from shared.domain.channels import Capabilities, ThreadKind
from shared.domain.conversations import ASSISTANT, Conversation
from shared.domain.ids import MessageId, reply_id
from shared.domain.replies import Check, Decision, Proposal
from shared.policy.linter import length, lint_text

STALE_AFTER = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the rules before the model look at."""

    conversation: Conversation
    message_id: MessageId
    """The incoming message that the step was woken for."""
    assistant: Assistant | None
    llm_enabled: bool
    allows_replies: bool = True
    """Anything may be sent from the inbox."""
    allows_assistant: bool = True
    """The assistant may answer in the inbox."""
    is_window_open: bool = True
    """The vendor still lets us write."""
    age: timedelta = timedelta()
    """How long ago the customer wrote last."""


@dataclass(frozen=True, slots=True)
class Offer:
    """All that the rules after the model look at."""

    proposal: Proposal
    assistant: Assistant
    capabilities: Capabilities
    kind: ThreadKind = "chat"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of the turn, and why: `reason` is a code of `shared.domain.texts`."""

    decision: Decision
    reason: str = ""
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    holds: Callable[..., bool]
    otherwise: Decision
    reason: str | Callable[..., str]
    """A code, or what finds it."""


def turn_is_open(given: Situation) -> bool:
    """Somebody waits for an answer."""
    return bool(given.conversation.open_turn())


def is_newest(given: Situation) -> bool:
    """No newer message is open: a later event answers the whole turn at once."""
    return given.conversation.open_turn()[-1] == given.message_id


def no_draft_waits(given: Situation) -> bool:
    """This turn has no draft that a person is looking at: what they approve must be what they read."""
    conversation = given.conversation
    proposed = reply_id(conversation.open_turn()[-1], conversation.round)
    return conversation.draft is None or conversation.draft.id != proposed


def owner_is_assistant(given: Situation) -> bool:
    """No person has the conversation, and none was called."""
    return given.conversation.owner == ASSISTANT


def inbox_allows_replies(given: Situation) -> bool:
    """The owner of the inbox lets anything be sent from it."""
    return given.allows_replies


def window_is_open(given: Situation) -> bool:
    """The customer's last message is not too old for the vendor."""
    return given.is_window_open


def inbox_allows_assistant(given: Situation) -> bool:
    """The owner of the inbox lets the assistant answer in it."""
    return given.allows_assistant


def turn_is_recent(given: Situation) -> bool:
    """A machine that answers last month's question, found after a long gap, does more harm than good."""
    return given.age <= STALE_AFTER


def has_assistant(given: Situation) -> bool:
    """An assistant answers for this inbox."""
    return given.assistant is not None


def assistant_is_on(given: Situation) -> bool:
    """It is not switched off."""
    return given.assistant is not None and given.assistant.mode is not Mode.OFF


def llm_is_enabled(given: Situation) -> bool:
    """The platform's kill switch."""
    return given.llm_enabled


def model_answers(offer: Offer) -> bool:
    """The model did not ask for a person."""
    return not offer.proposal.handoff


def reply_is_not_empty(offer: Offer) -> bool:
    """There is something to say."""
    return bool(offer.proposal.reply.strip())


def reply_fits(offer: Offer) -> bool:
    """The channel takes it in one message."""
    return length(offer.proposal.reply, offer.capabilities) <= offer.capabilities.text_limit_in(offer.kind)


def keeps_channel_rules(offer: Offer) -> bool:
    """It names nothing that the vendor forbids."""
    return not broken_rule(offer)


def broken_rule(offer: Offer) -> str:
    """What the channel's linter says of it; empty: nothing."""
    return lint_text(offer.proposal.reply, offer.capabilities, offer.kind) or ""


def mode_is_autonomous(offer: Offer) -> bool:
    """The assistant may send without asking."""
    return offer.assistant.mode is Mode.AUTONOMOUS


BEFORE_MODEL = (
    _Rule("turn_is_open", turn_is_open, Decision.LEAVE, "human_answered"),
    _Rule("is_newest", is_newest, Decision.LEAVE, "newer_message"),
    _Rule("no_draft_waits", no_draft_waits, Decision.LEAVE, "draft_ready"),
    _Rule("owner_is_assistant", owner_is_assistant, Decision.HANDOFF, "owned_by_people"),
    _Rule("inbox_allows_replies", inbox_allows_replies, Decision.HANDOFF, "replies_not_allowed"),
    _Rule("window_is_open", window_is_open, Decision.HANDOFF, "window_closed"),
    _Rule("turn_is_recent", turn_is_recent, Decision.HANDOFF, "turn_too_old"),
    _Rule("inbox_allows_assistant", inbox_allows_assistant, Decision.HANDOFF, "assistant_not_allowed"),
    _Rule("has_assistant", has_assistant, Decision.HANDOFF, "no_assistant"),
    _Rule("assistant_is_on", assistant_is_on, Decision.HANDOFF, "assistant_off"),
    _Rule("llm_is_enabled", llm_is_enabled, Decision.HANDOFF, "llm_disabled"),
)
AFTER_MODEL = (
    _Rule("model_answers", model_answers, Decision.HANDOFF, "model_asked"),
    _Rule("reply_is_not_empty", reply_is_not_empty, Decision.HANDOFF, "empty_reply"),
    _Rule("reply_fits", reply_fits, Decision.DRAFT, "reply_too_long"),
    _Rule("keeps_channel_rules", keeps_channel_rules, Decision.DRAFT, broken_rule),
    _Rule("mode_is_autonomous", mode_is_autonomous, Decision.DRAFT, "draft_ready"),
)


def before_model(situation: Situation) -> Ruling:
    """Whether to ask the model at all: `SEND` means go on."""
    return _judge(BEFORE_MODEL, situation)


def after_model(offer: Offer, earlier: Ruling) -> Ruling:
    """What becomes of the proposal. The checks made before the model are kept with it."""
    ruling = _judge(AFTER_MODEL, offer)
    return Ruling(ruling.decision, ruling.reason, earlier.checks + ruling.checks)


def _judge(rules: Sequence[_Rule], given: object) -> Ruling:
    checks: list[Check] = []
    for rule in rules:
        passed = rule.holds(given)
        checks.append(Check(rule=rule.name, passed=passed))
        if not passed:
            reason = rule.reason if isinstance(rule.reason, str) else rule.reason(given)
            return Ruling(rule.otherwise, reason, tuple(checks))
    return Ruling(Decision.SEND, checks=tuple(checks))
