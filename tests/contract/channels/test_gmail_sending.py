"""Gmail: letters of ours in their threads, once each, and found again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from infra.mail.conversing import MOST_AUTOMATIC_A_DAY
from shared.domain.arrivals import Outgoing, OutgoingFile
from shared.errors import (
    ChannelRejected,
    ChannelUnavailable,
    ChannelUnclear,
    RecipientUnreachable,
)
from tests.contract.channels.gmail_world import (
    GmailWorld,
    echoes,
    gmail_world,
    received,
)


@pytest.fixture
async def gmail() -> AsyncIterator[GmailWorld]:
    async with gmail_world() as world:
        yield world
        assert world.witness.problems == []


async def test_an_answer_of_ours_stays_in_the_thread_and_comes_back_as_our_own(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    await gmail.sandbox.write("shop", "Анна", "Вопрос про доставку")
    page = await channel.pull(cursor)
    (letter,) = received(page)

    receipt = await channel.send(gmail.answer_to(letter, "Доставим завтра.", id="m-42"))
    (echo,) = echoes(await channel.pull(page.cursor))

    assert (echo.marker, echo.thread, echo.source_id, receipt.thread) == ("m-42", letter.thread, receipt.source_id, "")
    seen = gmail.sandbox.seen_by("shop", "Анна")
    assert [(one.sender, one.text) for one in seen] == [
        ("customer", "Вопрос про доставку"),
        ("shop", "Доставим завтра."),
    ]
    assert seen[1].extra["subject"] == "Re: Вопрос про доставку"
    assert seen[1].extra["references"] == (letter.context["message_id"],)
    assert seen[1].extra["automatic"] == "auto_submitted"


async def test_a_talk_of_many_letters_is_one_thread_and_quotes_are_folded_away(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    threads = set()

    for turn in range(3):
        await gmail.sandbox.write("shop", "Анна", f"вопрос {turn}")
        page = await channel.pull(cursor)
        (letter,) = received(page)
        threads.add(letter.thread)
        assert letter.text == f"вопрос {turn}"
        assert (f"ответ {turn - 1}" in letter.quoted) is (turn > 0)
        await channel.send(gmail.answer_to(letter, f"ответ {turn}", id=f"m{turn}", is_automatic=False))
        cursor = (await channel.pull(page.cursor)).cursor

    assert len(threads) == 1
    assert len({one.extra["thread_id"] for one in gmail.sandbox.seen_by("shop", "Анна")}) == 1


async def test_letters_that_are_no_mail_for_us_are_left_out(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    await gmail.sandbox.write("shop", "Anna", "Hello")
    page = await channel.pull(cursor)

    draft = await channel.save_draft(gmail.answer_to(received(page)[0], "a draft of ours"))
    after = await channel.pull(page.cursor)
    await channel.delete_draft(draft)
    await channel.delete_draft(draft)

    assert after.arrivals == ()
    assert [one.text for one in gmail.sandbox.seen_by("shop", "Anna")] == ["Hello"]


async def test_a_letter_is_found_after_its_answer_was_lost_and_is_sent_once(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    await gmail.sandbox.write("shop", "Anna", "Hello")
    (letter,) = received(await channel.pull(cursor))
    outgoing = gmail.answer_to(letter, "Good day")
    gmail.sandbox.faults.lose_answers = 1

    with pytest.raises(ChannelUnclear):
        await channel.send(outgoing)
    receipt = await channel.find_sent(outgoing)

    assert receipt is not None
    assert receipt.source_id
    assert [one.sender for one in gmail.sandbox.seen_by("shop", "Anna")] == ["customer", "shop"]


async def test_a_connection_cut_before_the_answer_does_not_send_twice(gmail: GmailWorld) -> None:
    """httplib2 repeats such a request by itself."""
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    await gmail.sandbox.write("shop", "Anna", "Hello")
    (letter,) = received(await channel.pull(cursor))

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        attempts.append(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    attempts: list[bytes] = []
    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    cutter = gmail.channel(gmail_api_url=address)
    with pytest.raises(ChannelUnclear):
        await cutter.send(gmail.answer_to(letter, "Good day", is_automatic=False))
    server.close()

    assert len(attempts) == 1


async def test_what_was_never_sent_is_not_found_even_where_a_draft_says_the_same(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    await gmail.sandbox.write("shop", "Anna", "Hello")
    (letter,) = received(await channel.pull(cursor))
    outgoing = gmail.answer_to(letter, "Good day")
    await channel.save_draft(outgoing)

    assert await channel.find_sent(outgoing) is None
    assert await channel.find_sent(outgoing.model_copy(update={"thread": ""})) is None


async def test_a_sent_letter_is_found_without_its_thread(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    first = Outgoing(
        message_id="m7", thread="", contact_source_id="new@example.com", text="Hi", first_tried_at=gmail.clock.now()
    )

    receipt = await channel.send(first)

    assert receipt.thread
    assert await channel.find_sent(first) == receipt


async def test_an_answer_into_a_deleted_thread_begins_a_new_one(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    await gmail.sandbox.write("shop", "Anna", "Hello")
    (letter,) = received(await channel.pull(cursor))

    receipt = await channel.send(gmail.answer_to(letter.model_copy(update={"thread": "19affffffffffff0"}), "Hi"))

    assert receipt.thread == letter.thread  # by the ids in its headers


async def test_an_address_that_nobody_reads_is_not_written_to(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    outgoing = Outgoing(
        message_id="m1",
        thread="",
        contact_source_id="no-reply@bank.example",
        text="Hi",
        first_tried_at=gmail.clock.now(),
    )

    with pytest.raises(RecipientUnreachable):
        await channel.send(outgoing)


async def test_a_subject_cannot_add_headers(gmail: GmailWorld) -> None:
    outgoing = Outgoing(
        message_id="m1",
        thread="",
        contact_source_id="a@example.com",
        subject="Hello\r\nBcc: everybody@example.com",
        text="Hi",
        first_tried_at=gmail.clock.now(),
    )

    with pytest.raises(ChannelRejected) as caught:
        await gmail.channel().send(outgoing)

    assert caught.value.code == "bad_letter"


async def test_a_server_that_is_not_there_has_surely_sent_nothing(gmail: GmailWorld) -> None:
    channel = gmail.channel(gmail_api_url="http://127.0.0.1:9")
    outgoing = Outgoing(
        message_id="m1", thread="", contact_source_id="a@example.com", text="Hi", first_tried_at=gmail.clock.now()
    )

    with pytest.raises(ChannelUnavailable):
        await channel.send(outgoing)


async def test_files_of_ours_arrive_whole(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    await gmail.sandbox.write("shop", "Anna", "Hello")
    page = await channel.pull(cursor)
    (letter,) = received(page)
    file = OutgoingFile(kind="file", name="Счёт № 15.pdf", mime_type="application/pdf", content=b"%PDF-1.4\n")

    await channel.send(gmail.answer_to(letter, "").model_copy(update={"files": (file,)}))
    (echo,) = echoes(await channel.pull(page.cursor))

    assert gmail.sandbox.seen_by("shop", "Anna")[1].files == ("Счёт № 15.pdf",)
    assert await channel.fetch(echo.attachments[0], echo.source_id) == file.content


async def test_two_machines_do_not_talk_to_each_other_for_ever(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    await gmail.sandbox.write("shop", "Anna", "Hello")
    (letter,) = received(await channel.pull(cursor))
    for number in range(MOST_AUTOMATIC_A_DAY):
        await channel.send(gmail.answer_to(letter, f"automatic {number}", id=f"a{number}"))

    with pytest.raises(ChannelRejected) as caught:
        await channel.send(gmail.answer_to(letter, "one more", id="one-more"))
    await channel.send(gmail.answer_to(letter, "by hand", id="by-hand", is_automatic=False))
    gmail.clock.advance(25 * 3600)
    await channel.send(gmail.answer_to(letter, "the next day", id="later"))

    assert caught.value.code == "mail_loop"
    assert [one.text for one in gmail.sandbox.seen_by("shop", "Anna")][-2:] == ["by hand", "the next day"]
