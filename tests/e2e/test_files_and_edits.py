"""Files are copied while the vendor gives them out; edits and withdrawals reach what is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from infra.sandbox.standin import CustomerFile
from shared.domain.channels import ChannelKind
from shared.domain.messages import AttachmentKind
from tests.support.machine import FAQ, Machine, running_machine

PDF = b"%PDF-1.4\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
DELIVERY = "Сколько стоит доставка?"
TELEGRAM = ChannelKind.TELEGRAM_BOT


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    async with running_machine(tmp_path) as running:
        yield running


def a_file(kind: AttachmentKind, name: str, mime_type: str) -> CustomerFile:
    return CustomerFile(kind, name, mime_type, PDF if mime_type == "application/pdf" else PNG)


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        (TELEGRAM, a_file("image", "photo.jpg", "image/jpeg")),
        (TELEGRAM, a_file("voice", "voice.ogg", "audio/ogg")),
        (TELEGRAM, a_file("file", "Счёт.pdf", "application/pdf")),
        (ChannelKind.GMAIL, a_file("file", "Счёт.pdf", "application/pdf")),
        (ChannelKind.IMAP, a_file("file", "Счёт.pdf", "application/pdf")),
        (ChannelKind.AVITO, a_file("image", "photo.jpg", "image/jpeg")),
        (ChannelKind.AVITO, a_file("voice", "voice.mp4", "audio/mp4")),
        (ChannelKind.OZON, a_file("image", "photo.jpg", "image/jpeg")),
        (ChannelKind.OZON, a_file("file", "Счёт.pdf", "application/pdf")),
        (ChannelKind.YANDEX_MARKET, a_file("image", "photo.jpg", "image/jpeg")),
        (ChannelKind.YANDEX_MARKET, a_file("file", "Счёт.pdf", "application/pdf")),
        (ChannelKind.WEB_CHAT, a_file("image", "photo.png", "image/png")),
        (ChannelKind.WEB_CHAT, a_file("file", "Счёт.pdf", "application/pdf")),
    ],
    ids=lambda value: value.kind if isinstance(value, CustomerFile) else value.value,
)
async def test_a_customers_file_is_copied(machine: Machine, kind: ChannelKind, file: CustomerFile) -> None:
    standin = await machine.connect(kind)

    await standin.write(kind.value, "Пётр", "", [file])
    await machine.run()

    (conversation,) = await machine.conversations()
    stored = [attachment for message in await machine.messages(conversation) for attachment in message.attachments]
    assert [attachment.kind for attachment in stored] == [file.kind]
    assert await machine.desk.ports.blobs.get(stored[0].blob) == file.data


async def test_an_album_with_a_question_is_answered_once(machine: Machine) -> None:
    standin = await machine.connect(TELEGRAM)
    photos = [a_file("image", f"{number}.jpg", "image/jpeg") for number in range(3)]

    await standin.write(TELEGRAM.value, "Пётр", DELIVERY, photos)
    await machine.run()

    (conversation,) = await machine.conversations()
    messages = await machine.messages(conversation)
    album = [message for message in messages if message.attachments]
    assert len(album) == 3
    assert len({message.group_id for message in album}) == 1
    assert [message.text for message in messages if message not in album] == [FAQ[DELIVERY]]


async def test_an_edit_before_the_answer_is_what_is_answered(machine: Machine) -> None:
    standin: Any = await machine.connect(TELEGRAM)
    written = await standin.write(TELEGRAM.value, "Пётр", "Какая столица у Австралии?")
    await machine.outside.pusher.drained()

    await standin.edit(TELEGRAM.value, "Пётр", written, DELIVERY)
    await machine.run()

    (conversation,) = await machine.conversations()
    question, answer = await machine.messages(conversation)
    assert (question.text, question.previous_texts) == (DELIVERY, ("Какая столица у Австралии?",))
    assert answer.text == FAQ[DELIVERY]


async def test_a_customer_who_blocked_the_bot_is_reported_and_not_tried_again(machine: Machine) -> None:
    standin: Any = await machine.connect(TELEGRAM)
    await standin.write(TELEGRAM.value, "Пётр", DELIVERY)
    await machine.outside.pusher.drained()

    await standin.block(TELEGRAM.value, "Пётр")
    await machine.settle(2)

    (conversation,) = await machine.conversations()
    reply = (await machine.messages(conversation))[-1]
    assert (reply.delivery, reply.problem) == ("failed", "recipient_unreachable")
    assert conversation.status == "needs_human"
    assert conversation.outbox == {}


async def test_a_group_that_became_a_supergroup_stays_one_conversation(machine: Machine) -> None:
    standin: Any = await machine.connect(TELEGRAM)
    await standin.write(TELEGRAM.value, "Пётр", DELIVERY)
    await machine.run()

    await standin.migrate(TELEGRAM.value, "Пётр")
    await machine.run()
    await standin.write(TELEGRAM.value, "Пётр", DELIVERY)
    await machine.run()

    (conversation,) = await machine.conversations()
    replies = [seen.text for seen in standin.seen_by(TELEGRAM.value, "Пётр") if seen.sender == "shop"]
    assert replies == [FAQ[DELIVERY]] * 2
    assert conversation.status == "answered_by_llm"


async def test_a_letter_too_large_to_be_kept_whole_holds_back_nothing(machine: Machine) -> None:
    standin: Any = await machine.connect(ChannelKind.GMAIL)
    words = "слово " * 130_000
    letter = "From: big@example.net\nTo: gmail@shop.example\nSubject: Big\nMessage-ID: <big@x>\n"
    letter += "Content-Type: text/html; charset=utf-8\n\n<p>" + words + "</p>"

    await standin.put_raw("gmail", letter.encode())
    await standin.write("gmail", "Пётр", DELIVERY)
    await machine.run()

    by_name = {conversation.contact_name: conversation for conversation in await machine.conversations()}
    assert by_name["Пётр"].status == "answered_by_llm"
    big = next(conversation for name, conversation in by_name.items() if name != "Пётр")
    (stored, *_) = await machine.messages(big)
    assert stored.text.startswith("слово слово")
    assert stored.text.endswith("[...]")
