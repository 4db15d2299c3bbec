"""Small decisions about topics: names, the queue, the pace, posts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.conversations import Conversation, Status
from shared.domain.messages import Author
from shared.domain.topics import ForumTopic
from shared.policy.pace import MINUTE, MOST, allowance, next_chance, recent
from shared.policy.topic_card import card_buttons, card_digest, draft_post
from shared.policy.topic_debts import Rank, moment_of, place, rank_of
from shared.policy.topic_names import NAME_LIMIT, mark_of, name_of
from shared.policy.topic_posts import ROOM, Composer, Piece, body_of, cut, first_post, units
from shared.ports.forum import CAPTION_LIMIT, POST_LIMIT
from tests.unit.shared.builders import CONVERSATIONS, IDS, NOW, a_conversation, a_draft, an_answer, an_entry

MOMENTS = st.integers(-300, 300).map(lambda seconds: NOW + timedelta(seconds=seconds))
WORDS = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("status", "mark"),
    [
        (Status.AWAITING_RESPONSE, "🔴"),
        (Status.ANSWERED_BY_LLM, "🟢"),
        (Status.ANSWERED_BY_HUMAN, "🟢"),
        (Status.NEEDS_HUMAN, "🆘"),
        (Status.CLOSED, "⚪"),
    ],
)
def test_each_status_has_its_mark(status: Status, mark: str) -> None:
    assert mark_of(a_conversation(status=status)) == mark


def test_the_auto_responders_words_are_blue_until_people_are_called() -> None:
    window = {IDS[0]: an_entry(0), IDS[1]: an_answer(5, author=Author.AUTO_RESPONDER)}

    assert mark_of(a_conversation(window=window)) == "🔵"
    assert mark_of(a_conversation(window=window, status=Status.NEEDS_HUMAN)) == "🆘"
    assert mark_of(a_conversation(window={**window, IDS[2]: an_entry(9)})) == "🔴"


@given(st.builds(a_conversation, contact_name=WORDS, subject=WORDS, source_id=WORDS))
def test_a_name_fits_on_one_line(conversation: Conversation) -> None:
    name = name_of(conversation)

    assert 1 <= len(name) <= NAME_LIMIT
    assert len(name.splitlines()) == 1


@given(st.sampled_from(Rank), MOMENTS, st.sampled_from(Rank), MOMENTS)
def test_rank_goes_before_age_and_both_are_read_back(one: Rank, at: datetime, other: Rank, then: datetime) -> None:
    assert (place(one, at) < place(other, then)) == ((one, at) < (other, then))
    assert (rank_of(place(one, at)), moment_of(place(one, at))) == (one, at)


@given(st.lists(MOMENTS, max_size=60))
def test_whoever_asks_first_never_exceeds_the_pace(wishes: list[datetime]) -> None:
    spent: list[datetime] = []
    for now in sorted(wishes):
        if allowance(spent, now):
            spent.append(now)

    assert all(sum(at - MINUTE < other <= at for other in spent) <= MOST for at in spent)


@given(st.lists(MOMENTS, min_size=MOST, max_size=MOST))
def test_the_next_chance_is_one(spent: list[datetime]) -> None:
    now = max(spent)

    assert allowance(spent, next_chance(spent, now)) > 0
    assert next_chance(spent, now) <= now + MINUTE
    assert recent(spent, now + MINUTE) == ()


@given(st.text(st.characters(exclude_categories=()), max_size=300), st.integers(2, 200))
def test_a_cut_text_fits_and_is_a_beginning(words: str, room: int) -> None:
    short = cut(words, room)

    assert units(short) <= max(room, units(words) if units(words) <= room else 0)
    assert words.startswith(short.removesuffix("…")) or short == words


PIECES = st.lists(
    st.builds(
        Piece, st.tuples(st.uuids().map(str)), st.sampled_from(["👤 Анна", "🤖 Ассистент"]), st.text(max_size=3000)
    ),
    min_size=1,
    max_size=8,
)


@given(PIECES)
def test_posts_hold_all_pieces_in_order_and_none_is_too_long(pieces: list[Piece]) -> None:
    left, posts = pieces, []
    while left:
        taken = first_post(left)
        assert taken
        posts.append(taken)
        left = left[len(taken) :]

    assert [piece for post in posts for piece in post] == pieces
    assert all(units(body_of(post)) <= ROOM for post in posts if len(post) > 1)
    assert all(piece.text in body_of(post) or not piece.text.strip("\n") for post in posts for piece in post[1:-1])


@given(st.text(max_size=9000), st.text(max_size=200))
def test_what_a_customer_writes_always_fits_into_a_post(text: str, name: str) -> None:
    conversation = a_conversation(window={IDS[0]: an_entry(text=text)}, contact_name=name[:80])
    composer = Composer(conversation, ForumTopic(conversation_id=conversation.id, chat="-1"), "ru", NOW, {})

    piece = composer._from_window(IDS[0], conversation.window[IDS[0]])

    limit = CAPTION_LIMIT if piece.document else POST_LIMIT
    assert units(f"{piece.title}\n{piece.text}") <= limit
    assert piece.text == text or piece.document == text


@given(CONVERSATIONS)
def test_buttons_fit_into_what_telegram_carries(conversation: Conversation) -> None:
    rows = [*card_buttons(conversation, "ru"), *draft_post(a_draft(IDS[0]), "en").buttons]

    assert all(1 <= len(button.data.encode()) <= 64 for row in rows for button in row)
    assert card_digest(conversation, "ru") == card_digest(conversation.model_copy(), "ru")
