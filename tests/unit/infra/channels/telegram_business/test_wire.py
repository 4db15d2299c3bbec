"""Bodies of connected accounts as Telegram sends them, in our words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infra.channels.telegram_business.wire import Thread, to_arrivals
from shared.domain.arrivals import Arrival, Deleted, Echo, Edited, Received
from shared.domain.contacts import ContactRef
from shared.domain.messages import Attachment

PAYLOADS = Path(__file__).parents[4] / "payloads" / "telegram_business"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
AT = datetime(2026, 11, 20, 10, 1, 40, tzinfo=UTC)
THREAD = "bc_7Qp:987654321"
ANNA = ContactRef(source_id="987654321", name="Анна Петрова", username="anna_p", language="ru")


def payload(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return body


def arrivals(body: dict[str, Any]) -> tuple[Arrival, ...]:
    return to_arrivals(json.dumps(body).encode(), NOW)


def test_a_customer_writes_to_the_owner() -> None:
    assert arrivals(payload("text")) == (
        Received(source_id=f"{THREAD}:412", thread=THREAD, contact=ANNA, text="Есть?", at=AT),
    )


def test_a_photo_of_an_album_and_a_reply() -> None:
    (photo,), (reply,) = arrivals(payload("photo")), arrivals(payload("reply"))

    assert isinstance(photo, Received)
    image = Attachment(kind="image", mime_type="image/jpeg", size=81200, reference="A2")
    assert (photo.attachments, photo.text, photo.group_id) == ((image,), "вот", "1337")
    assert isinstance(reply, Received)
    assert reply.reply_to == f"{THREAD}:410"


@pytest.mark.parametrize(("name", "number", "text"), [("owner", 413, "Да, есть"), ("own_send", 414, "Сейчас узнаю")])
def test_what_our_side_writes_is_an_echo_with_the_id_that_sending_gives(name: str, number: int, text: str) -> None:
    contact = ContactRef(source_id="987654321", name="Анна Петрова", username="anna_p")

    assert arrivals(payload(name)) == (
        Echo(source_id=f"{THREAD}:{number}", thread=THREAD, text=text, at=AT, contact=contact, author_name="Ольга"),
    )


def test_the_same_customer_of_two_owners_is_in_two_threads() -> None:
    other = payload("text")
    other["business_message"]["business_connection_id"] = "bc_other"

    threads = {arrival.thread for body in (payload("text"), other) for arrival in arrivals(body)}  # type: ignore[union-attr]

    assert threads == {THREAD, "bc_other:987654321"}
    assert Thread.of(THREAD) == Thread("bc_7Qp", "987654321")


def test_edits_and_deletions_name_the_messages() -> None:
    assert arrivals(payload("edited")) == (
        Edited(
            source_id=f"{THREAD}:412",
            thread=THREAD,
            text="Есть? Нужно два",
            at=datetime(2026, 11, 20, 10, 2, 30, tzinfo=UTC),
        ),
    )
    assert arrivals(payload("deleted")) == (
        Deleted(source_id=f"{THREAD}:412", thread=THREAD, at=NOW),
        Deleted(source_id=f"{THREAD}:413", thread=THREAD, at=NOW),
    )


@pytest.mark.parametrize(
    "name", ["greeting", "login_code", "other_bot", "connected", "disconnected", "written_to_the_bot"]
)
def test_what_is_nobodys_question_and_nobodys_answer_is_nothing(name: str) -> None:
    assert arrivals(payload(name)) == ()


def test_an_edited_login_code_is_nothing_too() -> None:
    assert arrivals({"update_id": 1, "edited_business_message": payload("login_code")["business_message"]}) == ()
