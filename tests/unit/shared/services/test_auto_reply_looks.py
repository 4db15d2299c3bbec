"""The sweep always comes back to a conversation in which the auto-responder is going to speak."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.conversations import Conversation, Status
from shared.domain.ids import MessageId
from shared.domain.messages import Author
from shared.services.pending import after_leaving_outbox, taking_back
from shared.services.sweep import next_look
from shared.services.turns import GRACE, no_auto_reply
from tests.unit.shared.builders import CONVERSATIONS, NOW, a_conversation, an_entry, owed

Q1, O1, O2 = MessageId("q1"), MessageId("o1"), MessageId("o2")
LATER = NOW + timedelta(seconds=75)
WAITING = a_conversation(window={Q1: an_entry(0)}, status=Status.NEEDS_HUMAN, auto_reply_due_at=LATER)


def test_when_the_last_message_has_left_the_sweep_still_looks_for_the_auto_reply() -> None:
    conversation = WAITING.model_copy(update={"outbox": {O1: owed()}})

    assert after_leaving_outbox(conversation, [O1], NOW)["due_at",] == LATER + GRACE
    answered = conversation.model_copy(update={"window": {}})
    assert after_leaving_outbox(answered, [O1], NOW)["due_at",] is None


@settings(deadline=None)
@given(CONVERSATIONS, st.integers(-7200, 7200))
def test_no_look_of_the_sweep_is_the_last_one_while_an_auto_reply_is_due(
    conversation: Conversation, seconds: int
) -> None:
    due = NOW + timedelta(seconds=seconds)
    conversation = conversation.model_copy(update={"auto_reply_due_at": due})

    look = next_look(conversation, NOW)["due_at",]

    if conversation.open_turn():
        assert look is not None
        assert look <= max(due + GRACE, NOW + timedelta(hours=1))


def test_a_reply_of_the_auto_responder_that_is_taken_back_was_not_said() -> None:
    outbox = {O1: owed(Author.AUTO_RESPONDER), O2: owed(Author.ASSISTANT)}
    conversation = a_conversation(outbox=outbox, auto_replied_in=NOW)

    assert taking_back(conversation, [O1, O2]) == {
        ("outbox", O1): None,
        ("outbox", O2): None,
        ("auto_replied_in",): None,
    }
    assert taking_back(conversation, [O2]) == {("outbox", O2): None}


def test_a_timer_is_taken_away_only_where_there_is_one() -> None:
    assert no_auto_reply(WAITING) == {("auto_reply_due_at",): None}
    assert no_auto_reply(a_conversation()) == {}
