from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.assistants import Mode
from shared.domain.channels import Capabilities
from shared.domain.conversations import Conversation
from shared.domain.ids import MessageId, reply_id
from shared.domain.replies import Check, Decision, Proposal
from shared.domain.texts import TEXTS
from shared.policy.gate import (
    AFTER_MODEL,
    BEFORE_MODEL,
    Offer,
    Ruling,
    Situation,
    after_model,
    before_model,
)
from shared.policy.linter import length
from tests.unit.shared.builders import CONVERSATIONS, IDS, a_conversation, a_draft, an_assistant, an_entry

Q1, Q2 = MessageId("q1"), MessageId("q2")
WAITING = a_conversation(window={Q1: an_entry(0)})


def a_situation(conversation: Conversation = WAITING, **fields: Any) -> Situation:
    known: dict[str, Any] = {"message_id": Q1, "assistant": an_assistant(), "llm_enabled": True}
    return Situation(conversation, **(known | fields))


def an_offer(reply: str = "300 рублей", *, mode: Mode = Mode.AUTONOMOUS, limit: int = 1000, **fields: Any) -> Offer:
    return Offer(Proposal(reply=reply, **fields), an_assistant(mode=mode), Capabilities(text_limit=limit))


def verdict(ruling: Ruling) -> tuple[Decision, str, str]:
    """The decision, its reason, and the rule that made it."""
    return ruling.decision, ruling.reason, ruling.checks[-1].rule


def test_an_open_turn_of_a_willing_assistant_goes_to_the_model() -> None:
    ruling = before_model(a_situation())
    assert (ruling.decision, ruling.reason) == (Decision.SEND, "")
    assert ruling.checks == tuple(Check(rule=rule.name, passed=True) for rule in BEFORE_MODEL)


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        (a_situation(a_conversation()), (Decision.LEAVE, "human_answered", "turn_is_open")),
        (
            a_situation(a_conversation(window={Q1: an_entry(0), Q2: an_entry(1)})),
            (Decision.LEAVE, "newer_message", "is_newest"),
        ),
        (
            a_situation(WAITING.model_copy(update={"draft": a_draft(reply_id(Q1, 0))})),
            (Decision.LEAVE, "draft_ready", "no_draft_waits"),
        ),
        (
            a_situation(WAITING.model_copy(update={"owner": "oleg"})),
            (Decision.HANDOFF, "owned_by_people", "owner_is_assistant"),
        ),
        (
            a_situation(WAITING.model_copy(update={"owner": "nobody"})),
            (Decision.HANDOFF, "owned_by_people", "owner_is_assistant"),
        ),
        (
            a_situation(allows_replies=False),
            (Decision.HANDOFF, "replies_not_allowed", "inbox_allows_replies"),
        ),
        (a_situation(is_window_open=False), (Decision.HANDOFF, "window_closed", "window_is_open")),
        (a_situation(age=timedelta(days=3, seconds=1)), (Decision.HANDOFF, "turn_too_old", "turn_is_recent")),
        (
            a_situation(allows_assistant=False),
            (Decision.HANDOFF, "assistant_not_allowed", "inbox_allows_assistant"),
        ),
        (a_situation(assistant=None), (Decision.HANDOFF, "no_assistant", "has_assistant")),
        (a_situation(assistant=an_assistant(mode=Mode.OFF)), (Decision.HANDOFF, "assistant_off", "assistant_is_on")),
        (a_situation(llm_enabled=False), (Decision.HANDOFF, "llm_disabled", "llm_is_enabled")),
    ],
)
def test_each_rule_before_the_model_alone(situation: Situation, expected: tuple[Decision, str, str]) -> None:
    assert verdict(before_model(situation)) == expected


@pytest.mark.parametrize(("round", "newest"), [(1, Q1), (0, Q2)])
def test_a_draft_of_an_earlier_round_or_question_holds_nothing_up(round: int, newest: MessageId) -> None:
    window = {Q1: an_entry(0), Q2: an_entry(1)} if newest == Q2 else {Q1: an_entry(0)}
    conversation = a_conversation(window=window, round=round, draft=a_draft(reply_id(Q1, 0)))
    assert before_model(a_situation(conversation, message_id=newest)).decision is Decision.SEND


@pytest.mark.parametrize(
    ("offer", "expected"),
    [
        (an_offer(handoff=True), (Decision.HANDOFF, "model_asked", "model_answers")),
        (an_offer(" \n\t"), (Decision.HANDOFF, "empty_reply", "reply_is_not_empty")),
        (an_offer("12345", limit=4), (Decision.DRAFT, "reply_too_long", "reply_fits")),
        (an_offer(mode=Mode.DRAFT), (Decision.DRAFT, "draft_ready", "mode_is_autonomous")),
        (an_offer("1234", limit=4), (Decision.SEND, "", "mode_is_autonomous")),
    ],
)
def test_each_rule_after_the_model_alone(offer: Offer, expected: tuple[Decision, str, str]) -> None:
    assert verdict(after_model(offer, Ruling(Decision.SEND))) == expected


def test_what_is_worst_comes_first() -> None:
    """Where several rules fail, the first one says why: people before settings, the model's own doubt before form."""
    owned = a_conversation(window={Q1: an_entry(0)}, owner="oleg")
    assert before_model(a_situation(owned, assistant=None, llm_enabled=False)).reason == "owned_by_people"
    assert before_model(a_situation(assistant=None, llm_enabled=False)).reason == "no_assistant"
    assert after_model(an_offer("", handoff=True, mode=Mode.DRAFT), Ruling(Decision.SEND)).reason == "model_asked"
    assert after_model(an_offer("12345", limit=4, mode=Mode.DRAFT), Ruling(Decision.SEND)).reason == "reply_too_long"


@settings(deadline=None)
@given(
    conversation=CONVERSATIONS,
    newest=st.sampled_from(IDS),
    mode=st.none() | st.sampled_from(Mode),
    llm_enabled=st.booleans(),
    proposal=st.builds(Proposal, reply=st.text(max_size=12), handoff=st.booleans()),
)
def test_every_check_that_was_made_is_kept_in_order(
    conversation: Conversation, newest: MessageId, mode: Mode | None, llm_enabled: bool, proposal: Proposal
) -> None:
    assistant = an_assistant(mode=mode) if mode else None
    early = before_model(Situation(conversation, newest, assistant, llm_enabled))
    ruling = early
    if early.decision is Decision.SEND:
        assert conversation.owner == "assistant"
        assert assistant is not None
        ruling = after_model(Offer(proposal, assistant, Capabilities(text_limit=8)), early)
    names = [rule.name for rule in (*BEFORE_MODEL, *AFTER_MODEL)]
    assert [check.rule for check in ruling.checks] == names[: len(ruling.checks)]
    assert [check.passed for check in ruling.checks[:-1]] == [True] * (len(ruling.checks) - 1)
    assert ruling.checks[-1].passed == (ruling.decision is Decision.SEND)
    assert ruling.decision is Decision.SEND or ruling.reason in TEXTS
    if ruling.decision is Decision.SEND:
        assert mode is Mode.AUTONOMOUS
        assert len(ruling.checks) == len(names)


@settings(deadline=None)
@given(text=st.text(st.characters(exclude_categories=())))
def test_length_is_counted_in_the_channels_own_units(text: str) -> None:
    assert length(text, Capabilities(text_limit=1)) == len(text)
    beyond_the_plane = sum(ord(character) > 0xFFFF for character in text)
    assert length(text, Capabilities(text_limit=1, text_unit="utf16")) == len(text) + beyond_the_plane


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("Звоните 8 900 123-45-67", "forbidden_phone"),
        ("Пишите на shop@mail.ru", "forbidden_email"),
        ("Смотрите на shop.ru", "forbidden_link"),
        ("Мы есть в телеграме, точнее в Telegram", "forbidden_messenger"),
    ],
)
def test_a_reply_that_breaks_the_channels_rules_becomes_a_draft_that_says_why(reply: str, reason: str) -> None:
    strict = Capabilities(text_limit=1000, forbids=frozenset({"phone", "email", "link", "messenger"}))
    offer = Offer(Proposal(reply=reply), an_assistant(mode=Mode.AUTONOMOUS), strict)

    assert verdict(after_model(offer, Ruling(Decision.SEND))) == (Decision.DRAFT, reason, "keeps_channel_rules")


def test_a_kind_of_thread_has_its_own_limit() -> None:
    short = Capabilities(text_limit=1000, text_limits={"review": 5})
    offer = Offer(Proposal(reply="300 рублей"), an_assistant(mode=Mode.AUTONOMOUS), short, "review")

    assert verdict(after_model(offer, Ruling(Decision.SEND))) == (Decision.DRAFT, "reply_too_long", "reply_fits")
