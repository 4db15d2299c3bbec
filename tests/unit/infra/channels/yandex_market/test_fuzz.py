"""Whatever is posted to us or listed: hints and arrivals, or one of the two errors that the door knows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from infra.channels.yandex_market.cursor import KINDS, Cursor, Mark, Watch
from infra.channels.yandex_market.listing import Place
from infra.channels.yandex_market.posts import read_answers, read_comments, read_question, read_review
from infra.channels.yandex_market.sandbox_contacts import forbidden_in
from infra.channels.yandex_market.shapes import Answer, Chat, Message, Question, Remark, Review, each
from infra.channels.yandex_market.wire import read_messages, read_notification
from shared.domain.arrivals import PullHint
from shared.errors import InvalidInput
from shared.policy.contact_words import FINDERS

NOW = datetime(2026, 11, 20, tzinfo=UTC)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
CHAT = {"chatId": 1, "type": "CHAT", "status": "NEW", "updatedAt": "2026-01-05T12:29:59+03:00", "context": {}}
MESSAGE = {"messageId": 7001, "createdAt": "2026-01-05T12:29:59+03:00", "sender": "CUSTOMER", "message": "Когда?"}
QUESTION = {
    "questionIdentifiers": {"id": 555, "offerId": "SKU"},
    "text": "Подойдёт?",
    "createdAt": "2026-01-05T12:29:59+03:00",
    "author": {"type": "USER", "name": "Пётр"},
}
ANSWER = {"id": 5, "text": "Да", "status": "PUBLISHED", "canModify": True, "createdAt": "2026-01-05T12:29:59+03:00"}
REVIEW = {"feedbackId": 9, "createdAt": "2026-01-05T12:29:59+03:00", "needReaction": True, "statistics": {"rating": 2}}


def changed(shape: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The shape with some of its fields replaced."""
    return st.dictionaries(st.sampled_from(sorted(shape)), JSON, max_size=3).map(lambda fields: {**shape, **fields})


@settings(max_examples=200, deadline=None)
@given(
    st.binary()
    | JSON.map(lambda value: json.dumps(value).encode())
    | changed({"notificationType": "CHAT_MESSAGE_SENT", "businessId": 1}).map(lambda value: json.dumps(value).encode())
)
def test_any_notification_is_a_hint_or_nothing_or_refused(body: bytes) -> None:
    try:
        arrivals = read_notification(body, "1")
    except InvalidInput:
        return
    assert arrivals in ([], [PullHint()])


@settings(max_examples=200, deadline=None)
@given(st.lists(JSON | changed(MESSAGE), max_size=4), changed(CHAT))
def test_any_message_of_a_chat_is_read_or_named(entries: list[Any], chat: dict[str, Any]) -> None:
    messages, problems = each(Message, entries)
    chats, bad = each(Chat, [chat])

    assert len(messages) + len(problems) == len(entries)
    assert len(chats) + len(bad) == 1
    for one in chats:
        assert len(read_messages(messages, one)) <= len(messages)


@settings(max_examples=200, deadline=None)
@given(changed(QUESTION), changed({**ANSWER, "comments": [ANSWER, {"id": 6}]}), changed(REVIEW), changed(ANSWER))
def test_any_public_talk_is_read_or_named(question: Any, answer: Any, review: Any, comment: Any) -> None:
    questions, reviews = each(Question, [question])[0], each(Review, [review])[0]

    for one in questions:
        read_question(one)
        read_answers(one, each(Answer, [answer])[0])
    for one_review in reviews:
        read_review(one_review)
        read_comments(one_review, each(Remark, [comment])[0], NOW)


@settings(max_examples=200, deadline=None)
@given(st.text() | JSON.map(json.dumps))
@example('{"from":1,"chat":{"since":1,"known":{"5":[1]}},"question":{},"review":{}}')
@example("[" * 5000)
def test_any_cursor_is_read_or_taken_for_none(text: str) -> None:
    cursor = Cursor.read(text)

    assert cursor is None or Cursor.read(str(cursor)) == cursor
    assert Place.read(text).kind in KINDS


MARKS = st.builds(Mark, st.integers(0, 2**45), st.text(max_size=8))
WATCHES = st.builds(Watch, st.integers(0, 2**45), st.dictionaries(st.text("0123456789", min_size=1), MARKS))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**45), st.fixed_dictionaries(dict.fromkeys(KINDS, WATCHES)))
def test_a_cursor_is_what_it_was_after_a_night_in_the_store(floor: int, watches: Any) -> None:
    cursor = Cursor(floor, watches)

    assert Cursor.read(str(cursor)) == cursor


PIECES = [
    "8 (912) 345-67-89",
    "12345",
    "67890",
    "a@b.ru",
    "@",
    "t.me",
    "/x",
    "www.",
    "https://",
    "shop.ru",
    "рф",
    "пример",
]
PIECES += [
    ".",
    " ",
    "-",
    "+7",
    "telegram",
    "ВАТСАП",
    "@nick_name",
    "3.5kg",
    "ООО.Мир",
    "wa.me",
    "x",
    "7",
    "_",
    "магазин.рф",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=6).map("".join) | st.text(max_size=30)


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(TEXTS)
def test_the_desks_linter_and_the_stand_in_forbid_the_same(text: str) -> None:
    assert bool(forbidden_in(text)) == any(finds(text) for finds in FINDERS.values())
