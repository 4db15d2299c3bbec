"""Avito's webhooks and lists in our words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.channels.avito.content import MISSED_CALL, ONLY_IN_AVITO, UNKNOWN
from infra.channels.avito.shapes import Chat, Message, each
from infra.channels.avito.wire import is_the_same, read_history, read_webhook
from infra.channels.hook_secret import check_secret
from shared.domain.arrivals import Arrival, Deleted, Echo, Outgoing, Received
from shared.domain.messages import Attachment
from shared.errors import InvalidInput, UntrustedDelivery
from tests.unit.infra.channels.avito.payloads import changed, listed, webhook

LARGEST = "https://img.k.avito.ru/chat/1280x960/5083651369.3e798a9bf88345ae8fe85ff891266b24.jpg"


def received(body: bytes) -> Received:
    (arrival,) = read_webhook(body)
    assert isinstance(arrival, Received)
    return arrival


def test_a_customers_text_arrives_with_its_chat_author_and_listing() -> None:
    arrival = received(webhook("text"))

    assert arrival.source_id == "7d9a6f0d4d3b4ce0a4f7c1b0a9e85d21"
    assert arrival.thread == "u2i-Qm9vazEyMzQ1Njc4OTA"
    assert arrival.contact.source_id == "141906442"
    assert arrival.text == "Здравствуйте, ещё продаёте?"
    assert arrival.at == datetime(2026, 1, 5, 9, 29, 59, tzinfo=UTC)
    assert arrival.context == {"item_id": "1768287444"}
    assert not arrival.is_automatic


def test_an_older_delivery_without_published_at_is_read() -> None:
    assert received(webhook("old_text")).text == "Торг возможен?"


def test_our_own_message_is_an_echo() -> None:
    (arrival,) = read_webhook(webhook("own"))

    assert isinstance(arrival, Echo)
    assert (arrival.text, arrival.thread) == ("Да, приезжайте.", "u2i-Qm9vazEyMzQ1Njc4OTA")


@pytest.mark.parametrize(
    ("name", "text", "attachments"),
    [
        ("image", "", (Attachment(kind="image", reference=LARGEST),)),
        ("voice", "", (Attachment(kind="voice", mime_type="audio/mp4", reference="voice:c8a1f3d2-voice"),)),
        (
            "link",
            "habr.com",
            (Attachment(kind="link", name="Лучшие публикации за сутки / Хабр", url="https://habr.com"),),
        ),
        (
            "item",
            "Велосипед · 12 500 ₽",
            (Attachment(kind="link", name="Велосипед", url="https://avito.ru/moskva/velosipedy/1"),),
        ),
        (
            "location",
            "Москва, Варшавское шоссе (55.599799, 37.603954)",
            (Attachment(kind="location", name="55.599799, 37.603954"),),
        ),
        ("call", MISSED_CALL, ()),
        ("app_call", ONLY_IN_AVITO["appCall"], ()),
        ("file", ONLY_IN_AVITO["file"], ()),
        ("video", ONLY_IN_AVITO["video"], ()),
        ("profile_chat", "Вы работаете в выходные?", ()),
    ],
)
def test_each_type_of_message_is_understood(name: str, text: str, attachments: tuple[Attachment, ...]) -> None:
    arrival = received(webhook(name))

    assert (arrival.text, arrival.attachments, arrival.is_automatic) == (text, attachments, False)


@pytest.mark.parametrize("name", ["system", "system_text", "from_avito"])
def test_avitos_own_notices_are_shown_and_never_answered_by_a_machine(name: str) -> None:
    assert received(webhook(name)).is_automatic


@pytest.mark.parametrize("name", ["system", "system_text"])
def test_a_notice_in_our_own_name_is_no_persons_answer(name: str) -> None:
    assert received(changed(name, author_id=94235311)).is_automatic


def test_a_message_that_was_taken_back_is_deleted() -> None:
    (arrival,) = read_webhook(webhook("deleted"))

    assert isinstance(arrival, Deleted)
    assert arrival.source_id == "7d9a6f0d4d3b4ce0a4f7c1b0a9e85d21"


@pytest.mark.parametrize(
    ("type", "content"),
    [
        ("sticker", {"sticker": {"id": 1}}),
        ("", {}),
        (None, None),
        ("text", None),
        ("text", {"text": {"deep": True}}),
        ("image", {"image": {"sizes": {}}}),
        ("image", {"image": "none"}),
        ("voice", {}),
        ("link", {"link": {}}),
        ("item", {"item": None}),
        ("location", {"location": {"lat": "north"}}),
    ],
)
def test_what_nobody_can_read_still_shows_that_somebody_wrote(type: str | None, content: Any) -> None:
    arrival = received(changed("text", type=type, content=content))

    assert (arrival.text, arrival.attachments) == (UNKNOWN, ())


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "http://[", "//", ""])
def test_a_link_that_a_browser_should_not_open_is_only_text(url: str) -> None:
    arrival = received(changed("text", type="link", content={"link": {"text": "смотрите", "url": url}}))

    assert (arrival.text, arrival.attachments) == ("смотрите", ())


@pytest.mark.parametrize("body", [b"{}", b'{"payload": {"type": "chat", "value": 1}}', b'{"payload": {}}'])
def test_a_body_without_a_message_holds_nothing_for_us(body: bytes) -> None:
    assert read_webhook(body) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"{",
        b'{"payload": {"type": "message", "value": "secret words"}}',
        changed("text", id="", content={"text": "secret words"}),
        changed("text", created="yesterday", content={"text": "secret words"}),
        changed("text", created=10**30, content={"text": "secret words"}),
        b'{"payload": ' + b"[" * 5000,
    ],
)
def test_a_body_that_cannot_be_read_is_refused_without_quoting_it(body: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_webhook(body)

    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(("given", "expected"), [("", ""), ("", "right"), ("wrong", "right"), ("\ud800", "right")])
def test_only_our_secret_is_trusted(given: str, expected: str) -> None:
    check_secret("right", "right")
    with pytest.raises(UntrustedDelivery):
        check_secret(given, expected)


def history() -> list[Arrival]:
    chat = Chat.model_validate(listed("chat"))
    messages, _ = each(Message, listed("messages"))
    return [read_history(message, chat, "94235311") for message in messages]


def test_the_history_tells_more_than_the_webhook() -> None:
    own, image, text = history()

    assert isinstance(text, Received)
    assert (text.contact.source_id, text.contact.name) == ("141906442", "Guldan")
    assert text.contact.avatar_url == "https://www.avito.st/stub_avatars/_/15_256x256.png"
    assert text.reply_to == "m0"
    assert text.context == {
        "item_id": "1768287444",
        "item_title": "Mazda 3 2008",
        "item_url": "https://avito.ru/moskva/avtomobili/mazda_3_2008_1768287444",
        "item_price": "300 000 ₽",
    }
    assert isinstance(image, Received)
    assert image.attachments[0].reference == LARGEST
    assert isinstance(own, Echo)
    assert own.contact is not None
    assert own.contact.name == "Guldan"


def test_a_chat_without_listing_and_names_is_read() -> None:
    chat = Chat.model_validate({"id": "u2u-1", "users": [], "context": None, "last_message": None})
    message = Message.model_validate(listed("messages")[2])

    arrival = read_history(message, chat, "94235311")

    assert isinstance(arrival, Received)
    assert (arrival.contact.source_id, arrival.context) == ("141906442", {})


def test_one_unreadable_entry_is_named_and_stops_nothing() -> None:
    entries = [{"id": "bad", "created": None}, *listed("messages"), "noise"]

    messages, problems = each(Message, entries)

    assert [message.id for message in messages] == ["m3", "m2", "m1"]
    assert problems == ["bad", "?"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"content": {"text": " Да,\n приезжайте. "}}, True),
        ({"content": {"text": "Да, приезжайтe."}}, False),
        ({"direction": "in"}, False),
        ({"type": "image"}, False),
        ({"created": 1767605454}, False),
        ({"created": 1767605455}, True),
        ({"content": {}}, False),
    ],
)
def test_our_message_is_known_again_by_side_text_and_time(changes: dict[str, Any], expected: bool) -> None:
    message = Message.model_validate({**listed("messages")[0], **changes})
    first_tried_at = datetime.fromtimestamp(1767605455, UTC) + timedelta(seconds=5)
    outgoing = Outgoing(message_id="m", thread="t", text="Да, приезжайте.", first_tried_at=first_tried_at)

    assert is_the_same(message, outgoing) is expected
