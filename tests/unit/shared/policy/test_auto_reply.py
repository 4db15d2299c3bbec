"""When the auto-responder speaks: each rule alone, and the moments around its time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.auto_responder import AutoResponder
from shared.domain.channels import Capabilities
from shared.domain.conversations import Conversation, Status
from shared.domain.ids import InboxId, MessageId
from shared.domain.messages import Author
from shared.domain.texts import TEXTS
from shared.policy.auto_reply import Case, Silence, Speak, Wait, at_its_time, due_at, planned, why_not_send
from tests.unit.shared.builders import NOW, a_conversation, an_answer, an_entry, an_inbox, owed

Q1, Q2, A1 = MessageId("q1"), MessageId("q2"), MessageId("a1")
MIDNIGHT = NOW.replace(hour=0)
DUE = NOW + timedelta(seconds=75)
ANYTHING = Capabilities(text_limit=1000)


def a_case(conversation: Conversation | None = None, capabilities: Capabilities = ANYTHING, **changes: Any) -> Case:
    known: dict[str, Any] = {"is_on": True, "text": "Ответим утром", "time_zone": "UTC", "updated_at": NOW}
    inbox = an_inbox(**changes.pop("inbox", {}))
    waiting = conversation or a_conversation(window={Q1: an_entry(0)}, status=Status.NEEDS_HUMAN)
    return Case(waiting, inbox, capabilities, AutoResponder(**(known | changes)))


def test_it_is_due_so_long_after_the_customers_newest_message() -> None:
    conversation = a_conversation(window={Q1: an_entry(0), Q2: an_entry(40)})

    assert planned(a_case(conversation), NOW) == DUE + timedelta(seconds=40)
    assert planned(a_case(conversation, delay_seconds=10), NOW) == NOW + timedelta(seconds=50)


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (a_case(is_on=False), "auto_responder_off"),
        (a_case(text=" "), "auto_responder_off"),
        (a_case(inbox_ids=frozenset({InboxId("other")})), "auto_responder_off"),
        (a_case(inbox={"allows_replies": False}), "replies_not_allowed"),
        (a_case(a_conversation(window={Q1: an_entry(0)}, kind="review")), "public_thread"),
        (a_case(a_conversation(window={Q1: an_entry(0)}, status=Status.CLOSED)), "conversation_closed"),
        (a_case(a_conversation(window={Q1: an_entry(0, is_open=False)})), "human_answered"),
        (a_case(a_conversation(window={Q1: an_entry(0), A1: an_answer(1, is_echo=True)})), "human_answered"),
        (a_case(a_conversation(window={Q1: an_entry(0)}, outbox={A1: owed(Author.MEMBER)})), "human_answered"),
        (a_case(a_conversation(window={Q1: an_entry(0), A1: an_answer(9, author=Author.MEMBER)})), "human_answered"),
        (a_case(capabilities=ANYTHING.model_copy(update={"reply_window": timedelta(seconds=75)})), "window_closed"),
        (a_case(capabilities=Capabilities(text_limit=5)), "text_too_long"),
    ],
)
def test_each_thing_that_keeps_it_silent_does_so_at_every_step(case: Case, reason: str) -> None:
    assert planned(case, DUE) is None
    assert at_its_time(case, DUE) == Silence(reason)
    assert why_not_send(case, DUE) == reason
    assert reason in TEXTS


def test_at_its_time_it_speaks_in_the_interval_that_is_running() -> None:
    assert at_its_time(a_case(), DUE) == Speak(MIDNIGHT)


def test_before_its_time_it_waits_unless_clocks_only_differ() -> None:
    assert at_its_time(a_case(), DUE - timedelta(seconds=2)) == Wait(DUE)
    assert at_its_time(a_case(), DUE - timedelta(seconds=0.9)) == Speak(MIDNIGHT)


@pytest.mark.parametrize(
    "said",
    [
        {"auto_replied_in": MIDNIGHT},
        {"auto_replied_in": MIDNIGHT + timedelta(hours=1)},
        {"window": {Q1: an_entry(0), A1: an_answer(-60, author=Author.AUTO_RESPONDER)}},
    ],
)
def test_what_it_has_said_in_this_interval_it_does_not_say_again(said: dict[str, Any]) -> None:
    conversation = a_conversation(**({"window": {Q1: an_entry(0)}} | said))

    assert planned(a_case(conversation), NOW) is None
    assert at_its_time(a_case(conversation), DUE) == Silence("already_replied")


def test_what_it_said_in_an_earlier_interval_does_not_count() -> None:
    yesterday = MIDNIGHT - timedelta(days=1)
    earlier = an_answer(-86_400, author=Author.AUTO_RESPONDER)
    conversation = a_conversation(window={Q1: an_entry(0), A1: earlier}, auto_replied_in=yesterday)

    assert planned(a_case(conversation), NOW) == DUE
    assert at_its_time(a_case(conversation), DUE) == Speak(MIDNIGHT)


def test_while_a_reply_is_on_its_way_a_newer_message_is_planned_for_and_no_second_one_is_queued() -> None:
    conversation = a_conversation(
        window={Q1: an_entry(0)}, outbox={A1: owed(Author.AUTO_RESPONDER)}, auto_replied_in=MIDNIGHT
    )

    assert planned(a_case(conversation), NOW) == DUE
    assert at_its_time(a_case(conversation), DUE) == Silence("already_replied")


def test_outside_its_hours_nothing_is_planned_and_what_was_planned_is_dropped() -> None:
    nowhere = a_case(mode="intervals")

    assert planned(nowhere, NOW) is None
    assert at_its_time(nowhere, DUE) == Silence("outside_hours")


def test_a_reply_leaves_in_its_own_interval_once_its_delay_has_passed() -> None:
    queued = a_conversation(
        window={Q1: an_entry(0)}, outbox={A1: owed(Author.AUTO_RESPONDER)}, auto_replied_in=MIDNIGHT
    )
    case = a_case(queued)

    assert why_not_send(case, DUE) is None
    assert why_not_send(case, DUE - timedelta(seconds=10)) == "newer_message"
    assert why_not_send(case, DUE + timedelta(days=1)) == "outside_hours"
    assert due_at(case) == DUE


def test_a_reply_does_not_leave_when_another_one_has_been_heard() -> None:
    heard = an_answer(10, author=Author.AUTO_RESPONDER)
    queued = a_conversation(
        window={Q1: an_entry(0), Q2: heard}, outbox={A1: owed(Author.AUTO_RESPONDER)}, auto_replied_in=MIDNIGHT
    )

    assert why_not_send(a_case(queued), DUE) == "already_replied"


@pytest.mark.parametrize("owner", ["assistant", "nobody", "oleg"])
def test_whoever_has_the_conversation_it_may_speak_while_nobody_has_answered(owner: str) -> None:
    conversation = a_conversation(window={Q1: an_entry(0)}, owner=owner)

    assert at_its_time(a_case(conversation), DUE) == Speak(MIDNIGHT)
