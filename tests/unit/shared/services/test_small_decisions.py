"""The pure parts that several steps share: turns, what is pending, the sweep's next look, pauses, prompts."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.arrivals import Receipt
from shared.domain.conversations import ASSISTANT, WINDOW_SIZE, Conversation, Status
from shared.domain.ids import MessageId
from shared.domain.messages import Attachment, Author, Direction
from shared.ports.document_store import DELETE, Merge
from shared.services.deliver import first_owed
from shared.services.failures import LONGEST_DELAY, backoff
from shared.services.pending import MACHINES, after_leaving_outbox, booking_sent, cancellable, left_unanswered
from shared.services.sweep import PATIENCE, next_look, waits_for_reply
from shared.services.turns import GRACE, closing, outbox_entry, preview_of, reopening, trimming, window_entry
from shared.store.workspace import WorkspaceStore
from tests.unit.shared.builders import (
    CONVERSATIONS,
    IDS,
    NOW,
    a_conversation,
    a_message,
    an_answer,
    an_entry,
    owed,
)

Q1, Q2, O1, O2 = MessageId("q1"), MessageId("q2"), MessageId("o1"), MessageId("o2")
NOWHERE = WorkspaceStore(None, "ws1")  # type: ignore[arg-type]
"""Only paths are asked of it."""
MANY = st.dictionaries(
    st.integers(0, 60).map(lambda number: MessageId(f"m{number}")),
    st.builds(lambda seconds, is_open: an_entry(seconds, is_open=is_open), st.integers(-500, 500), st.booleans()),
    min_size=25,
)


@settings(deadline=None)
@given(window=MANY, keeping=st.lists(st.integers(0, 60).map(lambda number: MessageId(f"m{number}"))))
def test_trimming_leaves_the_newest_the_open_and_what_the_same_write_changes(window, keeping) -> None:  # type: ignore[no-untyped-def]
    conversation = a_conversation(window=window)
    gone = {path[1] for path in trimming(conversation, keeping)}
    kept = set(window) - gone
    waiting = set(conversation.open_turn())
    assert not gone & (waiting | set(keeping))
    assert len(kept) <= max(WINDOW_SIZE, len(waiting | (set(keeping) & set(window))))
    assert len(kept) >= min(WINDOW_SIZE, len(window))
    order = [id for id, _ in conversation.ordered_window() if id not in waiting and id not in keeping]
    assert set(order[: len(gone)]) == gone


@settings(deadline=None)
@given(conversation=CONVERSATIONS, ids=st.lists(st.sampled_from([*IDS, O1]), unique=True))
def test_no_step_writes_into_a_window_entry_that_is_not_there(conversation: Conversation, ids: list[MessageId]) -> None:
    """A write to a field of a missing entry would make one without a time, and the conversation unreadable."""
    for changes in (closing(conversation, ids), reopening(conversation, tuple(ids))):
        assert {path[1] for path in changes if path[0] == "window"} <= set(conversation.window)


def test_an_automatic_message_opens_no_turn() -> None:
    assert window_entry(a_message(direction=Direction.INCOMING, author=Author.CONTACT)).is_open
    assert not window_entry(a_message(direction=Direction.INCOMING, is_automatic=True)).is_open
    assert not window_entry(a_message()).is_open


@settings(deadline=None)
@given(text=st.text(), kinds=st.lists(st.sampled_from(["image", "voice"]), max_size=3))
def test_a_preview_is_one_short_line_and_never_empty_where_there_is_something(text: str, kinds: list[str]) -> None:
    files = tuple(Attachment(kind=kind) for kind in kinds)  # type: ignore[arg-type]
    preview = preview_of(a_message(text=text, attachments=files))
    assert len(preview) <= 160
    assert len(preview.splitlines()) <= 1
    assert bool(preview) == bool(text.split() or kinds)


@settings(deadline=None)
@given(conversation=CONVERSATIONS)
def test_only_machine_written_messages_that_are_not_on_their_way_are_taken_back(conversation: Conversation) -> None:
    assert set(cancellable(conversation)) == {
        id for id, entry in conversation.outbox.items() if entry.author in MACHINES and entry.state == "queued"
    }


def test_what_a_taken_back_reply_would_have_answered_waits_unless_a_person_wrote_after_it() -> None:
    reply = owed(seconds=10, answers=(Q1,))
    assert left_unanswered(a_conversation(outbox={O1: reply}), reply) == (Q1,)
    later, earlier = owed(Author.MEMBER, 20), owed(Author.MEMBER, 5)
    assert left_unanswered(a_conversation(outbox={O1: reply, O2: earlier}), reply) == (Q1,)
    assert left_unanswered(a_conversation(outbox={O1: reply, O2: later}), reply) == ()
    said = an_answer(20, author=Author.MEMBER)
    assert left_unanswered(a_conversation(outbox={O1: reply}, window={O2: said}), reply) == ()
    assert left_unanswered(a_conversation(outbox={O1: reply}, window={O2: an_answer(20)}), reply) == (Q1,)


@settings(deadline=None)
@given(conversation=CONVERSATIONS)
def test_the_sweep_looks_again_as_long_as_something_is_owed(conversation: Conversation) -> None:
    gone = list(conversation.outbox)[:1]
    waits = conversation.status is Status.AWAITING_RESPONSE and bool(conversation.open_turn())
    changes = after_leaving_outbox(conversation, gone, NOW)
    assert changes["due_at",] == (NOW + GRACE if len(conversation.outbox) > 1 or waits else None)


@settings(deadline=None)
@given(conversation=CONVERSATIONS, author=st.sampled_from([Author.MEMBER, Author.ASSISTANT]))
def test_a_booked_message_answers_only_where_nobody_waits(conversation: Conversation, author: Author) -> None:
    message = a_message(id=O1, author=author)
    sending = conversation.model_copy(update={"outbox": {**conversation.outbox, O1: owed(author, state="sending")}})
    receipt = Receipt(source_id="v1", at=NOW - timedelta(seconds=1), thread="moved")
    booked, merge = booking_sent(NOWHERE, sending, "7", message, receipt, NOW)
    assert isinstance(booked, Merge)
    assert isinstance(merge, Merge)
    assert (booked.fields["delivery",], booked.fields["source_id",]) == ("sent", "v1")
    assert merge.fields["outbox", O1] is DELETE
    assert merge.fields["source_id",] == "moved"
    settles = not conversation.open_turn() and conversation.status is not Status.CLOSED
    assert merge.fields.get(("status",)) == (
        ("answered_by_human" if author is Author.MEMBER else "answered_by_llm") if settles else None
    )


@settings(deadline=None)
@given(conversation=CONVERSATIONS)
def test_the_sweep_gives_up_only_on_turns_and_forgets_only_what_is_settled(conversation: Conversation) -> None:
    changes = next_look(conversation, NOW)
    waits = waits_for_reply(conversation)
    if changes.get(("status",)) is Status.NEEDS_HUMAN:
        assert waits
        assert not conversation.outbox
        assert conversation.sweeps >= PATIENCE
        assert changes["owner",] != ASSISTANT
        assert changes["handoff",].reason == "turn_stuck"
    elif changes["due_at",] is None:
        assert not waits
        assert not conversation.outbox
    else:
        assert GRACE <= changes["due_at",] - NOW <= timedelta(hours=1)
        assert changes["sweeps",] == conversation.sweeps + 1


def test_the_sweep_looks_ever_more_rarely() -> None:
    owing = [a_conversation(outbox={O1: owed()}, sweeps=sweeps) for sweeps in range(100)]
    looks: list[datetime] = [next_look(conversation, NOW)["due_at",] for conversation in owing]
    assert looks == sorted(looks)
    assert looks[-1] == NOW + timedelta(hours=1)


@settings(deadline=None)
@given(attempt=st.integers(-5, 10_000))
def test_pauses_grow_to_a_limit(attempt: int) -> None:
    assert timedelta(seconds=5) <= backoff(attempt) <= backoff(attempt + 1) <= LONGEST_DELAY


def test_pauses_double() -> None:
    assert [backoff(attempt).total_seconds() for attempt in range(1, 9)] == [5, 10, 20, 40, 80, 160, 320, 600]


@settings(deadline=None)
@given(conversation=CONVERSATIONS, later=st.integers(0, 120))
def test_the_outbox_leaves_in_order_and_waits_as_a_whole(conversation: Conversation, later: int) -> None:
    lease = NOW + timedelta(seconds=60)
    outbox = {
        id: entry.model_copy(update={"lease_until": lease if entry.state == "sending" else None})
        for id, entry in conversation.outbox.items()
    }
    now = NOW + timedelta(seconds=later)
    order = sorted(outbox, key=lambda id: (outbox[id].queued_at, id))
    expected = order[0] if order and not (outbox[order[0]].state == "sending" and later < 60) else None
    assert first_owed(a_conversation(outbox=outbox), now) == expected


def test_a_message_joins_the_outbox_with_its_words_and_its_questions() -> None:
    entry = outbox_entry(a_message(text="x" * 5000, answers=(Q1, Q2), author=Author.MEMBER), NOW)
    assert (entry.state, entry.author, entry.answers, entry.queued_at) == ("queued", Author.MEMBER, (Q1, Q2), NOW)
    assert len(entry.text) == 1000
