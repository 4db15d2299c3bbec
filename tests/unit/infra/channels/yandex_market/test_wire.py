"""Market's shapes in our words: what no stand-in shows."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from infra.channels.hook_secret import check_secret
from infra.channels.yandex_market.posts import digest, is_ours, is_shown, read_comments, read_review
from infra.channels.yandex_market.questions import months
from infra.channels.yandex_market.shapes import Chat, Message, Remark, Review
from infra.channels.yandex_market.wire import contact_of, read_messages, read_notification
from shared.domain.arrivals import Echo, PullHint, Received
from shared.errors import UntrustedDelivery

AT = "2026-01-05T12:29:59+03:00"
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def a_chat(**context: Any) -> Chat:
    return Chat.model_validate({"chatId": 10203040, "updatedAt": AT, "context": {"type": "ORDER", **context}})


def a_message(id: int, sender: str, second: int = 0, **fields: Any) -> Message:
    return Message.model_validate(
        {"messageId": id, "createdAt": f"2026-01-05T12:29:{second:02}+03:00", "sender": sender, **fields}
    )


def a_remark(id: int = 1, **fields: Any) -> Remark:
    return Remark.model_validate({"id": id, "text": "Слова", "status": "PUBLISHED", **fields})


@pytest.mark.parametrize(
    ("kind", "rings"),
    [
        ("PING", False),
        ("ORDER_CREATED", False),
        ("SOMETHING_NEW", False),
        ("CHAT_CREATED", True),
        ("CHAT_MESSAGE_SENT", True),
        ("CHAT_ARBITRAGE_STARTED", True),
        ("QUESTION_COMMENT_CREATED", True),
        ("GOODS_FEEDBACK_CREATED", True),
    ],
)
def test_what_concerns_talks_rings(kind: str, rings: bool) -> None:
    body = json.dumps({"notificationType": kind, "businessId": 5, "messageId": "7001", "chatId": 1}).encode()

    assert read_notification(body, "5") == ([PullHint()] if rings else [])
    assert read_notification(body, "") == ([PullHint()] if rings else [])
    assert read_notification(body, "6") == []


@pytest.mark.parametrize(("given", "expected"), [("", ""), ("a", ""), ("", "a"), ("b", "a"), ("\ud800", "a")])
def test_a_wrong_secret_is_not_trusted(given: str, expected: str) -> None:
    with pytest.raises(UntrustedDelivery):
        check_secret(given, expected)


def test_ids_beyond_what_floats_hold_stay_exact() -> None:
    (arrival,) = read_messages([a_message(9_007_199_254_740_993, "CUSTOMER", message="a")], a_chat())

    assert isinstance(arrival, Received)
    assert arrival.source_id == "chat:10203040:9007199254740993"


def test_a_file_of_the_shop_stands_with_the_text_just_before_it_and_with_no_other() -> None:
    file = {"payload": [{"name": "a.pdf", "url": "https://x", "size": 5}]}
    messages = [
        a_message(1, "PARTNER", 0, message="Вот счёт"),
        a_message(2, "PARTNER", 9, **file),
        a_message(3, "PARTNER", 30, message="И ещё"),
        a_message(4, "CUSTOMER", 31, **file),
        a_message(5, "PARTNER", 32, **file),
        a_message(6, "PARTNER", 33, message="Позже"),
        a_message(7, "PARTNER", 50, **file),
    ]

    arrivals = read_messages(reversed(messages), a_chat())

    shown = [(arrival.text, len(arrival.attachments)) for arrival in arrivals]  # type: ignore[union-attr]
    assert shown == [("Вот счёт", 1), ("И ещё", 0), ("", 1), ("", 1), ("Позже", 0), ("", 1)]


def test_a_message_without_words_and_files_says_where_to_look() -> None:
    (arrival,) = read_messages([a_message(1, "CUSTOMER")], a_chat())

    assert isinstance(arrival, Received)
    assert "Маркете" in arrival.text


def test_a_chat_whose_buyer_is_hidden_is_its_own_contact() -> None:
    assert contact_of(a_chat()).source_id == "chat:10203040"
    assert contact_of(a_chat(customer={"name": "Мария"})).source_id == "chat:10203040"
    assert contact_of(a_chat(customer={"name": "Мария", "publicId": "abc"})).source_id == "abc"


@pytest.mark.parametrize(
    ("fields", "ours", "shown"),
    [
        ({"canModify": True, "author": {"type": "BUSINESS"}, "status": "BANNED"}, True, True),
        ({"canModify": True, "status": "DELETED"}, True, False),
        ({"canModify": False, "author": {"type": "BUSINESS"}}, False, True),
        ({"author": {"type": "BUSINESS"}, "status": "UNMODERATED"}, True, True),
        ({"author": {"type": "USER"}, "status": "UNMODERATED"}, False, False),
        ({"status": "BANNED"}, False, False),
    ],
)
def test_own_words_count_and_others_when_they_are_public(fields: dict[str, Any], ours: bool, shown: bool) -> None:
    remark = a_remark(**fields)

    assert (is_ours(remark), is_shown(remark)) == (ours, shown)


def test_a_review_says_what_is_good_and_bad_and_links_its_pictures() -> None:
    review = Review.model_validate(
        {
            "feedbackId": 9,
            "createdAt": AT,
            "needReaction": True,
            "author": "Анна",
            "description": {"advantages": "Цвет", "disadvantages": "Запах", "comment": "Верну"},
            "media": {"photos": ["https://avatars.mds.yandex.net/1.jpg", "javascript:alert(1)"], "videos": None},
            "statistics": {"rating": 2, "commentsCount": 0},
        }
    )

    arrival = read_review(review)

    assert arrival.text == "Достоинства: Цвет\nНедостатки: Запах\nКомментарий: Верну"
    assert [attachment.url for attachment in arrival.attachments] == ["https://avatars.mds.yandex.net/1.jpg"]


def test_comments_of_one_look_keep_their_order_and_only_answers_to_us_wait() -> None:
    review = Review.model_validate({"feedbackId": 9, "createdAt": AT, "author": "Анна"})
    comments = [
        a_remark(1, canModify=True),
        a_remark(2, canModify=False, parentId=1, author={"type": "USER", "name": "Вера"}),
        a_remark(3, canModify=False, author={"type": "USER", "name": "Вера"}),
        a_remark(4, canModify=False, author={"type": "USER", "name": "Анна"}),
    ]

    arrivals = read_comments(review, comments, NOW)

    assert isinstance(arrivals[0], Echo)
    assert [arrival.is_automatic for arrival in arrivals[1:] if isinstance(arrival, Received)] == [False, True, False]
    assert sorted(arrivals, key=lambda arrival: arrival.at) == arrivals


def test_a_digest_tells_sets_apart_and_not_orders() -> None:
    assert digest(["1", "2"]) == digest(["2", "1"])
    assert len({digest([]), digest(["1"]), digest(["2"]), digest(["1", "2"])}) == 4


@pytest.mark.parametrize("days", [0, 1, 27, 28, 29, 90])
def test_periods_cover_every_day_and_none_is_longer_than_a_month(days: int) -> None:
    periods = months(NOW - timedelta(days=days), NOW)

    covered: set[date] = set()
    for first, last in periods:
        assert timedelta() < last - first <= timedelta(days=28)
        covered |= {first + timedelta(days=day) for day in range((last - first).days + 1)}
    assert {(NOW - timedelta(days=day)).date() for day in range(days + 1)} <= covered
