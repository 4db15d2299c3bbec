from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.channels import Capabilities
from shared.domain.conversations import Conversation
from shared.domain.ids import MessageId
from shared.policy.reply_window import closes_at, is_closed
from tests.unit.shared.builders import NOW, a_conversation, an_answer, an_entry

DAY = timedelta(days=1)
A_DAY = Capabilities(text_limit=1000, reply_window=DAY)
Q1, Q2, A1 = MessageId("q1"), MessageId("q2"), MessageId("a1")


def test_the_window_closes_so_long_after_the_customers_newest_message() -> None:
    conversation = a_conversation(window={Q1: an_entry(0, is_open=False), Q2: an_entry(60), A1: an_answer(500)})

    assert closes_at(conversation, A_DAY) == NOW + timedelta(seconds=60) + DAY
    assert not is_closed(conversation, A_DAY, NOW + timedelta(seconds=59) + DAY)
    assert is_closed(conversation, A_DAY, NOW + timedelta(seconds=60) + DAY)


@pytest.mark.parametrize(
    "conversation",
    [
        a_conversation(),
        a_conversation(window={A1: an_answer(0)}),
        a_conversation(window={Q1: an_entry(0, is_automatic=True)}),
        a_conversation(window={Q1: an_entry(0)}, kind="review"),
    ],
    ids=["empty", "the shop wrote first", "a notice", "a review"],
)
def test_where_no_customer_is_known_to_have_written_the_vendor_decides(conversation: Conversation) -> None:
    assert closes_at(conversation, A_DAY) is None
    assert not is_closed(conversation, A_DAY, NOW + timedelta(days=400))


def test_most_channels_have_no_window() -> None:
    conversation = a_conversation(window={Q1: an_entry(0)})

    assert not is_closed(conversation, Capabilities(text_limit=1000), NOW + timedelta(days=400))
