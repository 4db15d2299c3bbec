from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.commands.commands import (
    AddNote,
    Assign,
    Close,
    Command,
    DiscardDraft,
    GiveBack,
    MarkRead,
    Reopen,
    SetLabels,
    TakeOver,
)
from shared.commands.effects import Actor, Effect, effect_of
from shared.domain.conversations import ASSISTANT, NOBODY, Conversation, Status
from shared.domain.ids import MessageId, UserId
from shared.errors import Conflict
from shared.store.codec import fields_of, noun_of, plain
from tests.unit.shared.builders import CONVERSATIONS, IDS, NOW, a_conversation, a_draft, an_entry, owed

OLEG = Actor(UserId("oleg"), "Олег")
ONCE = [TakeOver(), GiveBack(), Close(), Reopen(), MarkRead(), Assign(user_id=UserId("oleg")), Assign(user_id=None)]
WAITING = a_conversation(window={IDS[0]: an_entry(0)})


def after(conversation: Conversation, effect: Effect) -> Conversation:
    """The conversation with the changes of an effect."""
    fields: dict[str, Any] = fields_of(conversation)
    for path, value in effect.changes.items():
        place: Any = fields
        for part in path[:-1]:
            place = place[part]
        if value is None:
            place.pop(path[-1], None)
        else:
            place[path[-1]] = plain(value)
    return noun_of(Conversation, fields)


def effect(command: Command, conversation: Conversation) -> Effect:
    return effect_of(command, conversation, OLEG, NOW)


@settings(deadline=None)
@given(conversation=CONVERSATIONS, command=st.sampled_from(ONCE))
def test_no_command_has_an_effect_twice(conversation: Conversation, command: Command) -> None:
    changed = after(conversation, effect(command, conversation))
    assert effect(command, changed) == Effect()


@settings(deadline=None)
@given(conversation=CONVERSATIONS)
def test_whoever_takes_over_has_it_and_silences_the_assistant(conversation: Conversation) -> None:
    done = effect(TakeOver(), conversation)
    assert after(conversation, done).owner == OLEG.user_id
    assert not done.wakes_assistant
    if conversation.owner != OLEG.user_id:
        assert (done.event, done.cancels) == ("taken_over", "human_answered")
        assert after(conversation, done).assignee == OLEG.user_id


@settings(deadline=None)
@given(conversation=CONVERSATIONS)
def test_giving_back_wakes_the_assistant_exactly_where_somebody_waits(conversation: Conversation) -> None:
    done = effect(GiveBack(), conversation)
    changed = after(conversation, done)
    assert changed.owner == ASSISTANT
    is_news = conversation.owner != ASSISTANT
    assert done.wakes_assistant == (is_news and bool(conversation.open_turn()))
    assert changed.round == conversation.round + is_news
    if done.wakes_assistant:
        assert (changed.status, changed.handoff) == (Status.AWAITING_RESPONSE, None)


@settings(deadline=None)
@given(conversation=CONVERSATIONS)
def test_a_closed_conversation_owes_no_answer_and_belongs_to_the_assistant_again(conversation: Conversation) -> None:
    done = effect(Close(), conversation)
    changed = after(conversation, done)
    assert changed.status is Status.CLOSED
    if conversation.status is not Status.CLOSED:
        assert changed.open_turn() == []
        assert (changed.owner, changed.unread, changed.is_unread, changed.closed_at) == (ASSISTANT, 0, False, NOW)
        assert (changed.draft, changed.handoff) == (None, None)
        assert (done.event, done.cancels) == ("closed", "conversation_closed")
        assert changed.due_at == (NOW if conversation.outbox else None)


def test_what_a_person_has_written_still_leaves_a_closed_conversation() -> None:
    conversation = a_conversation(outbox={MessageId("o1"): owed()}, due_at=NOW)
    assert after(conversation, effect(Close(), conversation)).due_at == NOW


@settings(deadline=None)
@given(conversation=CONVERSATIONS)
def test_reopening_is_for_closed_conversations_only(conversation: Conversation) -> None:
    done = effect(Reopen(), conversation)
    if conversation.status is Status.CLOSED:
        changed = after(conversation, done)
        assert (changed.status, changed.owner, changed.closed_at) == (Status.NEEDS_HUMAN, NOBODY, None)
    else:
        assert done == Effect()


@settings(deadline=None)
@given(conversation=CONVERSATIONS)
def test_reading_touches_the_counter_only(conversation: Conversation) -> None:
    expected: Mapping[Any, Any] = {("unread",): 0, ("is_unread",): False} if conversation.unread else {}
    assert effect(MarkRead(), conversation) == Effect(dict(expected))


def test_assigning_changes_nobodys_ownership() -> None:
    assigned = effect(Assign(user_id=UserId("vera")), WAITING)
    assert (assigned.changes, assigned.event) == ({("assignee",): "vera"}, "assigned")
    freed = effect(Assign(user_id=None), WAITING.model_copy(update={"assignee": "vera"}))
    assert (freed.changes, freed.event) == ({("assignee",): None}, "unassigned")


def test_labels_are_replaced_and_kept_in_order_without_repeats() -> None:
    assert effect(SetLabels(labels=("b", "a", "b")), WAITING).changes == {("labels",): ("b", "a")}


def test_a_note_is_a_line_and_nothing_else() -> None:
    assert effect(AddNote(text="перезвонить"), WAITING) == Effect(note="перезвонить")


@settings(deadline=None)
@given(conversation=CONVERSATIONS, id=st.sampled_from(IDS))
def test_only_the_draft_that_is_there_is_discarded(conversation: Conversation, id: MessageId) -> None:
    command = DiscardDraft(draft_id=id)
    if conversation.draft is not None and conversation.draft.id == id:
        assert after(conversation, effect(command, conversation)).draft is None
    else:
        with pytest.raises(Conflict) as caught:
            effect(command, conversation)
        assert caught.value.code == "draft_changed"


def test_a_draft_is_discarded_once() -> None:
    conversation = a_conversation(draft=a_draft(IDS[0]))
    command = DiscardDraft(draft_id=IDS[0])
    with pytest.raises(Conflict):
        effect(command, after(conversation, effect(command, conversation)))
