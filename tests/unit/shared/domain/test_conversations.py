from __future__ import annotations

from hypothesis import given, settings

from shared.domain.conversations import Conversation
from shared.domain.ids import MessageId
from tests.unit.shared.builders import CONVERSATIONS, a_conversation, an_answer, an_entry

Q1, Q2, A1 = MessageId("q1"), MessageId("q2"), MessageId("a1")


def test_messages_wait_oldest_first_whatever_came_first() -> None:
    window = {Q2: an_entry(20), Q1: an_entry(10, received_at=an_entry(40).at)}
    assert a_conversation(window=window).open_turn() == [Q1, Q2]


def test_an_answer_in_the_vendors_app_answers_what_came_before_it_though_it_reached_us_first() -> None:
    window = {A1: an_answer(15, is_echo=True), Q1: an_entry(10), Q2: an_entry(20)}
    assert a_conversation(window=window).open_turn() == [Q2]


def test_a_question_of_the_same_second_as_an_echo_still_waits() -> None:
    """Vendors count whole seconds: nobody knows which was first, and an unanswered customer is worse."""
    window = {A1: an_answer(10, is_echo=True), Q1: an_entry(10)}
    assert a_conversation(window=window).open_turn() == [Q1]


def test_our_own_answers_close_nothing_by_their_time() -> None:
    """They say what they answer: their clock is ours and not the vendor's."""
    assert a_conversation(window={A1: an_answer(30), Q1: an_entry(10)}).open_turn() == [Q1]


@settings(deadline=None)
@given(conversation=CONVERSATIONS)
def test_only_open_messages_of_the_customer_wait(conversation: Conversation) -> None:
    turn = conversation.open_turn()
    last_echo = max((entry.at for entry in conversation.window.values() if entry.is_echo), default=None)
    expected = {
        id
        for id, entry in conversation.window.items()
        if entry.is_open and (last_echo is None or entry.at >= last_echo)
    }
    assert set(turn) == expected
    assert [conversation.window[id].at for id in turn] == sorted(conversation.window[id].at for id in turn)
