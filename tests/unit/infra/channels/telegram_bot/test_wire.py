"""Bodies as Telegram sends them, in our words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from infra.channels.telegram_bot.wire import to_arrivals
from infra.telegram.sending import calls_of
from shared.domain.arrivals import Arrival, Edited, Outgoing, Reachability, Received, ThreadMoved
from shared.domain.contacts import ContactRef
from shared.domain.messages import Attachment
from shared.errors import InvalidInput, UntrustedDelivery
from tests.unit.infra.channels.telegram_bot.reading import PAYLOADS, a_bot, delivery, payload

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def arrivals(body: dict[str, Any]) -> tuple[Arrival, ...]:
    return to_arrivals(delivery(body).body, NOW)


def received(name: str) -> Received:
    (arrival,) = arrivals(payload(name))
    assert isinstance(arrival, Received)
    return arrival


def test_a_text_is_received_with_its_writer_thread_and_time() -> None:
    assert received("text") == Received(
        source_id="987654321:412",
        thread="987654321",
        contact=ContactRef(source_id="987654321", name="Анна Петрова", username="anna_p", language="ru"),
        text="Есть в наличии?\nЦена та же?",
        at=datetime(2026, 11, 20, 10, 1, 40, tzinfo=UTC),
    )


def test_a_deep_link_is_a_normal_text() -> None:
    assert received("start").text == "/start Qm3x9"


@pytest.mark.parametrize(
    ("name", "attachment"),
    [
        ("photo", Attachment(kind="image", mime_type="image/jpeg", size=81200, reference="AgACAgIAAxkBAAIBx")),
        ("voice", Attachment(kind="voice", mime_type="audio/ogg", size=9120, reference="AgACAgIAAxkBAAIBv")),
        (
            "video",
            Attachment(
                kind="video", name="clip.mp4", mime_type="video/mp4", size=912000, reference="AgACAgIAAxkBAAIBd"
            ),
        ),
        ("video_note", Attachment(kind="video", size=512000, reference="AgACAgIAAxkBAAIBn")),
        (
            "audio",
            Attachment(kind="audio", name="Песня", mime_type="audio/mpeg", size=3120000, reference="AgACAgIAAxkBAAIBu"),
        ),
        (
            "document",
            Attachment(
                kind="file",
                name="Счёт 7.pdf",
                mime_type="application/pdf",
                size=24000,
                reference="AgACAgIAAxkBAAIBp",
            ),
        ),
        (
            "animation",
            Attachment(kind="video", name="fun.mp4", mime_type="video/mp4", size=48000, reference="AgACAgIAAxkBAAIBg"),
        ),
        ("sticker", Attachment(kind="sticker", name="👍", size=12000, reference="AgACAgIAAxkBAAIBk")),
        ("contact", Attachment(kind="contact", name="Анна Петрова +79990001122")),
        ("location", Attachment(kind="location", name="55.751244, 37.618423")),
        ("venue", Attachment(kind="location", name="Пекарня, Лесная, 5 (55.751244, 37.618423)")),
    ],
)
def test_each_kind_of_content_is_one_attachment(name: str, attachment: Attachment) -> None:
    assert received(name).attachments == (attachment,)


def test_a_caption_is_the_text_of_a_file() -> None:
    assert received("photo").text == "Вот такой"
    assert received("voice").text == ""


def test_the_pieces_of_an_album_share_a_group() -> None:
    assert received("album_piece").group_id == "13378561234"
    assert received("photo").group_id == ""


def test_a_customers_own_card_tells_their_phone() -> None:
    foreign = payload("contact")
    foreign["message"]["contact"]["user_id"] = 1

    (from_a_friend,) = arrivals(foreign)

    assert received("contact").contact.phone == "+79990001122"
    assert isinstance(from_a_friend, Received)
    assert from_a_friend.contact.phone == ""


def test_a_reply_names_what_it_quotes() -> None:
    assert received("reply").reply_to == "987654321:410"


@pytest.mark.parametrize(
    ("name", "text"),
    [("rich_message", "[unsupported content: rich_message]"), ("future_content", "[unsupported content]")],
)
def test_content_that_we_cannot_read_is_never_an_empty_message(name: str, text: str) -> None:
    assert received(name).text == text


def test_an_edit_names_the_message_and_its_new_text() -> None:
    assert arrivals(payload("edited")) == (
        Edited(
            source_id="987654321:412",
            thread="987654321",
            text="Есть в наличии? Нужно два",
            at=datetime(2026, 11, 20, 10, 2, 30, tzinfo=UTC),
        ),
    )


@pytest.mark.parametrize(("name", "is_blocked"), [("blocked", True), ("unblocked", False)])
def test_a_customer_blocks_the_bot_and_lets_it_in_again(name: str, is_blocked: bool) -> None:
    (arrival,) = arrivals(payload(name))

    assert isinstance(arrival, Reachability)
    assert (arrival.contact_source_id, arrival.thread) == ("987654321", "987654321")
    assert arrival.is_blocked is is_blocked


@pytest.mark.parametrize("name", ["migrated_to", "migrated_from"])
def test_both_announcements_of_a_new_chat_id_say_the_same(name: str) -> None:
    at = datetime(2026, 11, 20, 9, 58, 20, tzinfo=UTC)

    assert arrivals(payload(name)) == (ThreadMoved(old_thread="-500600700", new_thread="-1002003004005", at=at),)


def test_somebody_who_writes_as_a_chat_is_that_chat() -> None:
    body = payload("anonymous_admin")
    del body["message"]["chat"]["is_forum"]

    (anonymous,) = arrivals(body)

    assert isinstance(anonymous, Received)
    assert anonymous.contact == ContactRef(source_id="-1002003004005", name="Двор на Лесной")


@pytest.mark.parametrize(
    "name",
    ["other_bot", "service_pinned", "service_joined", "business_message"],
)
def test_what_no_customer_wrote_is_nothing(name: str) -> None:
    assert arrivals(payload(name)) == ()


def test_an_edited_service_message_and_another_bots_edit_are_nothing() -> None:
    for name in ("service_pinned", "other_bot"):
        assert arrivals({"update_id": 1, "edited_message": payload(name)["message"]}) == ()


def test_messages_without_a_number_do_not_collide() -> None:
    _, later, scheduled, plain = bodies = [payload("ephemeral") for _ in range(4)]
    for each in bodies:
        del each["message"]["chat"]["is_forum"]
    later["message"]["ephemeral_message_id"] = 78
    del scheduled["message"]["ephemeral_message_id"]
    plain["message"] |= {"message_id": 77}

    ids = [arrival.source_id for each in bodies for arrival in arrivals(each)]  # type: ignore[union-attr]

    assert len(set(ids)) == 4
    assert ids[0] == "-1002003004005:e77"


def test_a_channels_post_in_a_discussion_group_is_not_answered_by_a_machine() -> None:
    body = payload("text")
    body["message"]["is_automatic_forward"] = True

    (arrival,) = arrivals(body)

    assert isinstance(arrival, Received)
    assert arrival.is_automatic


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"update_id": "7"}',
        b'{"update_id": 1, "message": {}}',
        b'{"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 1}, "text": 5}}',
        b'{"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 1}, "text": "\\ud800"}}',
        b'{"update_id": 1, "message": {"message_id": 1, "date": 99999999999999, "chat": {"id": 1}, "text": "x"}}',
        b'{"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 1' + b"0" * 5000 + b"}}}",
        b'{"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 9223372036854775808}, "text": "x"}}',
        b"[" * 100_000,
        b'{"update_id": 1, "message": {"message_id": 1, "date"',
        b"\xff\xfe",
    ],
)
def test_a_body_that_is_no_update_is_invalid(body: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        to_arrivals(body, NOW)

    assert not isinstance(caught.value, UntrustedDelivery)


def test_an_error_does_not_repeat_what_the_customer_wrote() -> None:
    body = payload("text")
    body["message"]["date"] = "секрет"

    with pytest.raises(InvalidInput) as caught:
        to_arrivals(delivery(body).body, NOW)

    assert "секрет" not in repr(caught.value) + repr(caught.value.__context__)


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_one_cut_off_anywhere_is_invalid(path: Any) -> None:
    body = path.read_bytes().rstrip()
    for end in range(0, len(body), 97):
        with pytest.raises(InvalidInput):
            to_arrivals(body[:end], NOW)


async def test_only_a_caller_with_our_secret_is_read() -> None:
    async with httpx.AsyncClient() as http:
        bot, careless = a_bot(http), a_bot(http, secret="")
        assert len(bot.read(delivery(payload("text")))) == 1
        for headers in ({"x-other": "1"}, {"x-telegram-bot-api-secret-token": "hook-secret_2"}):
            with pytest.raises(UntrustedDelivery):
                bot.read(delivery(payload("text"), **headers))
        with pytest.raises(UntrustedDelivery):
            careless.read(delivery(payload("text"), **{"x-telegram-bot-api-secret-token": ""}))


async def test_a_stranger_is_turned_away_before_the_body_is_read() -> None:
    async with httpx.AsyncClient() as http:
        with pytest.raises(UntrustedDelivery):
            a_bot(http).read(delivery(b"{", **{"x-telegram-bot-api-secret-token": "я"}))


def test_half_a_character_from_a_model_does_not_stop_a_message() -> None:
    outgoing = Outgoing(message_id="m1", thread="1", text="ok \ud83d", first_tried_at=NOW)

    (call,) = calls_of(outgoing)

    assert call.parameters["text"] == "ok ?"
