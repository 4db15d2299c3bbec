"""What people do in work groups, in our words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from infra.channels.telegram_bot.wire import to_arrivals
from infra.channels.telegram_business.wire import to_arrivals as to_business_arrivals
from shared.domain.arrivals import Arrival, ThreadMoved
from shared.domain.cockpit import GroupMembership, GroupMessage, GroupPress, GroupTopicChange, GroupUser
from shared.domain.messages import Attachment
from tests.unit.infra.channels.telegram_bot.reading import delivery, payload

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
GROUP = "-1002003004005"
OLEG = GroupUser(source_id="55501", name="Oleg", language="ru")
ANNA = GroupUser(source_id="987654321", name="Анна Петрова", username="anna_p", language="ru")


def arrivals(body: dict[str, Any]) -> tuple[Arrival, ...]:
    """As both kinds of bot read it."""
    raw = delivery(body).body
    assert to_arrivals(raw, NOW) == to_business_arrivals(raw, NOW)
    return to_arrivals(raw, NOW)


def only(body: dict[str, Any]) -> Arrival:
    (arrival,) = arrivals(body)
    return arrival


def test_a_managers_words_in_a_topic() -> None:
    assert only(payload("group_topic")) == GroupMessage(
        chat=GROUP,
        source_id="9042",
        topic="8811",
        author=OLEG,
        text="Когда привезут?",
        at=datetime(2026, 11, 20, 10, 0, tzinfo=UTC),
    )


def test_a_real_quote_is_told_and_the_topics_opening_is_not() -> None:
    body = payload("group_topic")
    body["message"]["reply_to_message"] = {"message_id": 9001, "text": "вопрос"}
    assert only(body).reply_to == "9001"  # type: ignore[union-attr]
    body["message"]["reply_to_message"] = {"message_id": 8811}
    assert only(body).reply_to == ""  # type: ignore[union-attr]


def test_general_has_no_topic() -> None:
    body = payload("group_topic")
    for field in ("message_thread_id", "is_topic_message", "reply_to_message"):
        del body["message"][field]

    assert only(body).topic == ""  # type: ignore[union-attr]


def test_an_edit_is_the_same_message_with_other_words() -> None:
    edited = only(payload("topic_edited"))

    assert isinstance(edited, GroupMessage)
    assert (edited.source_id, edited.text, edited.is_edit) == ("9050", "Завтра", True)
    assert edited.at == datetime(2026, 11, 20, 10, 1, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "reference"), [("photo", "AgACAgIAAxkBAAIBx"), ("voice", "AgACAgIAAxkBAAIBv"), ("document", None)]
)
def test_files_are_attachments(name: str, reference: str | None) -> None:
    body = payload(name)
    body["message"]["chat"] = payload("group_topic")["message"]["chat"]

    message = only(body)

    assert isinstance(message, GroupMessage)
    (attachment,) = message.attachments
    assert isinstance(attachment, Attachment)
    assert attachment.reference == (reference or attachment.reference)


def test_pieces_of_an_album_share_a_group() -> None:
    body = payload("album_piece")
    body["message"]["chat"] = payload("group_topic")["message"]["chat"]

    assert only(body).group_id == "13378561234"  # type: ignore[union-attr]


def test_an_anonymous_administrator_is_marked() -> None:
    message = only(payload("anonymous_admin"))

    assert isinstance(message, GroupMessage)
    assert message.author == GroupUser(source_id=GROUP, name="Двор на Лесной", is_anonymous=True)


@pytest.mark.parametrize("change", ["bot", "service", "automatic forward", "renamed topic", "edited service"])
def test_what_no_person_of_the_staff_wrote_is_nothing(change: str) -> None:
    body = payload("group_topic")
    message = body["message"]
    if change == "bot":
        message["from"]["is_bot"] = True
    elif change == "automatic forward":
        message |= {"is_automatic_forward": True, "sender_chat": {"id": -100555, "type": "channel", "title": "Новости"}}
    else:
        del message["text"]
        message["forum_topic_edited" if change == "renamed topic" else "pinned_message"] = {}
    if change == "edited service":
        body["edited_message"] = body.pop("message")

    assert arrivals(body) == ()


@pytest.mark.parametrize(("name", "is_closed"), [("topic_closed", True), ("topic_reopened", False)])
def test_a_topic_closed_or_opened_by_hand(name: str, is_closed: bool) -> None:
    at = datetime(2026, 11, 20, 10, 0, 50, tzinfo=UTC)
    body = payload(name)
    assert only(body) == GroupTopicChange(chat=GROUP, topic="8811", is_closed=is_closed, author=OLEG, at=at)

    body["message"]["from"] = {"id": 7001, "is_bot": True, "first_name": "Desk"}
    assert arrivals(body) == (), "the bot's own doing is no news"


def test_a_pressed_button_in_a_topic_and_in_a_private_chat() -> None:
    assert only(payload("topic_button")) == GroupPress(
        chat=GROUP,
        topic="8811",
        source_id="9050",
        press_id="43212",
        data="snd:Qm3x9",
        author=OLEG,
        at=NOW,
    )
    private = only(payload("callback_query"))
    assert isinstance(private, GroupPress)
    assert (private.chat, private.topic, private.author) == ("987654321", "", ANNA)


@pytest.mark.parametrize("missing", ["message", "data"])
def test_a_press_that_names_no_message_or_nothing_at_all_is_nothing(missing: str) -> None:
    body = payload("topic_button")
    del body["callback_query"][missing]

    assert arrivals(body) == ()


@pytest.mark.parametrize(
    ("status", "is_member", "is_admin"),
    [
        ("administrator", True, True),
        ("creator", True, True),
        ("member", True, False),
        ("restricted", False, False),
        ("left", False, False),
        ("kicked", False, False),
    ],
)
def test_the_bots_own_membership(status: str, is_member: bool, is_admin: bool) -> None:
    body = payload("added_to_group")
    body["my_chat_member"]["new_chat_member"]["status"] = status

    assert only(body) == GroupMembership(
        chat=GROUP,
        title="Двор на Лесной",
        is_forum=True,
        is_member=is_member,
        is_admin=is_admin,
        author=ANNA,
        at=datetime(2026, 11, 20, 10, 1, 10, tzinfo=UTC),
    )


def test_a_restricted_member_is_one_and_a_channel_is_no_group() -> None:
    body = payload("added_to_group")
    body["my_chat_member"]["new_chat_member"] |= {"status": "restricted", "is_member": True}
    assert only(body).is_member  # type: ignore[union-attr]

    body["my_chat_member"]["chat"]["type"] = "channel"
    assert arrivals(body) == ()


def test_a_group_that_moves_is_told_as_before() -> None:
    body = payload("migrated_from")
    body["message"]["chat"]["is_forum"] = True

    (moved,) = to_arrivals(delivery(body).body, NOW)

    assert isinstance(moved, ThreadMoved)
