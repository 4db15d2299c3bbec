"""The mail channel sending: once each, into the thread, with a copy that the owner sees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from infra.channels.imap.channel import Imap
from infra.mail.conversing import LARGEST_FILES, MOST_AUTOMATIC_A_DAY, answer
from infra.mail.parsing import LARGEST, file_of, read_letter
from shared.domain.arrivals import Outgoing, Received
from shared.errors import (
    ChannelRejected,
    ChannelUnavailable,
    ChannelUnclear,
    CredentialsRejected,
    RecipientUnreachable,
)
from tests.contract.channels.gmail_world import listening
from tests.contract.channels.imap_stage import ADDRESS, SHOP, Stage, a_file, echoes, open_stage, received

CUSTOMER = "anna@example.net"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_stage() as opened:
        yield opened


async def a_question(stage: Stage, customer: str = CUSTOMER) -> tuple[Received, str]:
    """A customer's letter, and the cursor behind it."""
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    await stage.write("Есть ли синий чайник?", customer)
    page = await channel.pull(cursor)
    (letter,) = received(page)
    assert page.cursor is not None
    return letter, page.cursor


def shop_letters(stage: Stage, customer: str = CUSTOMER) -> list[str]:
    return [seen.text for seen in stage.provider.seen_by(SHOP, customer) if seen.sender == "shop"]


@pytest.mark.parametrize("keeps_sent", [True, False])
async def test_an_answer_arrives_in_its_thread_and_lies_once_among_the_sent_letters(
    stage: Stage, keeps_sent: bool
) -> None:
    stage.provider.keep_sent(SHOP, keeps_sent)
    letter, cursor = await a_question(stage)
    channel = stage.channel(name="Лавка чайников")

    receipt = await channel.send(stage.answer_to(letter, "Есть.", id="m-42", is_automatic=True))
    page = await channel.pull(cursor)

    (seen,) = [seen for seen in stage.provider.seen_by(SHOP, CUSTOMER) if seen.sender == "shop"]
    (echo,) = echoes(page)
    (copy,) = stage.folder("Sent")
    assert (seen.text, seen.extra["subject"]) == ("Есть.", "Re: Есть ли синий чайник?")
    assert seen.extra["references"] == (letter.context["message_id"],)
    assert seen.extra["automatic"] == "auto_submitted"
    assert (echo.marker, echo.source_id, echo.thread) == ("m-42", receipt.source_id, letter.thread)
    assert stage.folder("Drafts") == []
    sender = read_letter(copy).sender
    assert sender is not None
    assert (sender.name, sender.address) == ("Лавка чайников", ADDRESS)


async def test_a_persons_answer_says_nothing_of_machines(stage: Stage) -> None:
    letter, _ = await a_question(stage)

    await stage.channel().send(stage.answer_to(letter))

    (copy,) = stage.folder("Sent")
    assert b"Auto-Submitted" not in copy
    assert b"X-Loop" not in copy


async def test_a_first_letter_begins_a_thread_that_its_answer_stays_in(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    first = Outgoing(
        message_id="m7",
        thread="",
        contact_source_id=CUSTOMER,
        text="Привет",
        subject="Новинки",
        first_tried_at=stage.clock.now(),
    )

    receipt = await channel.send(first)
    await stage.write("Расскажите!", CUSTOMER)
    page = await channel.pull(cursor)

    (echo,), (answer,) = echoes(page), received(page)
    assert receipt.thread == echo.thread == answer.thread
    assert await channel.find_sent(first) == receipt


async def test_files_of_ours_arrive_whole(stage: Stage) -> None:
    letter, _ = await a_question(stage)
    files = (
        a_file(),
        a_file("письмо.eml", "message/rfc822", b"Subject: x\r\n\r\ny"),
        a_file("x" * 300 + ".bin", "", b"\x00"),
    )

    await stage.channel().send(stage.answer_to(letter, "", files=files))

    (copy,) = stage.folder("Sent")
    read = read_letter(copy)
    assert [file.name for file in read.files] == ["Счёт № 15.pdf", "письмо.eml", "x" * 146 + ".bin"]
    assert [file_of(copy, file.part_id) for file in read.files] == [file.content for file in files]


@pytest.mark.parametrize("keeps_sent", [True, False])
async def test_a_letter_whose_answer_was_lost_is_found_or_nobody_can_tell_but_it_is_not_sent_again(
    stage: Stage, keeps_sent: bool
) -> None:
    stage.provider.keep_sent(SHOP, keeps_sent)
    letter, _ = await a_question(stage)
    outgoing = stage.answer_to(letter)
    channel = stage.channel()
    stage.provider.faults.lose_answers = 1

    with pytest.raises(ChannelUnclear):
        await channel.send(outgoing)

    if keeps_sent:
        receipt = await channel.find_sent(outgoing)
        assert receipt is not None
        assert receipt.source_id == "<m1@parley>"
    else:
        with pytest.raises(ChannelUnclear):
            await channel.find_sent(outgoing)
    assert shop_letters(stage) == ["Есть."]


async def test_what_never_left_is_surely_not_found(stage: Stage) -> None:
    letter, _ = await a_question(stage)

    assert await stage.channel().find_sent(stage.answer_to(letter)) is None


async def test_a_refused_letter_leaves_no_draft_and_can_be_sent_later(stage: Stage) -> None:
    letter, _ = await a_question(stage, "full@example.net")
    stranger = stage.answer_to(letter)

    with pytest.raises(ChannelUnavailable):
        await stage.channel().send(stranger)

    assert stage.folder("Drafts") == []
    assert await stage.channel().find_sent(stranger) is None


@pytest.mark.parametrize(
    ("recipient", "error", "code"),
    [
        ("nobody@nowhere.example", RecipientUnreachable, "recipient_unreachable"),
        ("no-reply@bank.example", RecipientUnreachable, "no_reply_address"),
        ("not an address", RecipientUnreachable, "no_reply_address"),
        ("a@b.example, c@d.example", ChannelRejected, "bad_letter"),
    ],
)
async def test_recipients_that_cannot_be_written_to(
    stage: Stage, recipient: str, error: type[ChannelRejected], code: str
) -> None:
    outgoing = Outgoing(
        message_id="m1", thread="", contact_source_id=recipient, text="Привет", first_tried_at=stage.clock.now()
    )

    with pytest.raises(error) as caught:
        await stage.channel().send(outgoing)

    assert (type(caught.value), caught.value.code) == (error, code)
    assert recipient not in str(caught.value)


async def test_a_letter_larger_than_the_server_takes_is_refused_before_it_is_sent(stage: Stage) -> None:
    letter, _ = await a_question(stage)
    stage.provider.limit_letters(20_000)

    with pytest.raises(ChannelRejected) as caught:
        await stage.channel().send(stage.answer_to(letter, files=(a_file(content=b"\x00" * 20_000),)))

    assert caught.value.code == "files_too_large"
    assert (stage.folder("Drafts"), shop_letters(stage)) == ([], [])


def test_the_largest_files_that_we_promise_fit_into_what_servers_take() -> None:
    outgoing = Outgoing(
        message_id="m1",
        thread="",
        contact_source_id=CUSTOMER,
        text="ж" * Imap.capabilities.text_limit,
        files=(a_file(content=b"\x00" * LARGEST_FILES),),
        first_tried_at=datetime(2026, 11, 20, tzinfo=UTC),
    )

    raw = answer(outgoing, ADDRESS, outgoing.first_tried_at)

    assert len(raw) <= min(LARGEST, 25 * 1024 * 1024)


async def test_an_outage_and_a_crowd_are_waited_out(stage: Stage) -> None:
    letter, _ = await a_question(stage)
    outgoing, channel = stage.answer_to(letter), stage.channel()
    stage.provider.faults.outage = True
    with pytest.raises(ChannelUnavailable):
        await channel.send(outgoing)
    stage.provider.faults.outage = False
    stage.provider.faults.rate_limited = 1
    with pytest.raises(ChannelUnavailable):
        await channel.send(outgoing)

    await channel.send(outgoing)

    assert shop_letters(stage) == ["Есть."]


async def test_refused_credentials_are_the_inboxes_fault(stage: Stage) -> None:
    letter, _ = await a_question(stage)
    channel = stage.channel()
    stage.provider.faults.reject_credentials = True

    with pytest.raises(CredentialsRejected):
        await channel.send(stage.answer_to(letter))


async def test_two_machines_do_not_talk_to_each_other_for_ever(stage: Stage) -> None:
    letter, _ = await a_question(stage)
    channel = stage.channel()
    for number in range(MOST_AUTOMATIC_A_DAY):
        await channel.send(stage.answer_to(letter, f"автоответ {number}", id=f"a{number}", is_automatic=True))

    with pytest.raises(ChannelRejected) as caught:
        await channel.send(stage.answer_to(letter, "ещё один", id="one-more", is_automatic=True))
    await channel.send(stage.answer_to(letter, "отвечает человек", id="by-hand"))
    stage.clock.advance(3 * 24 * 3600)
    await channel.send(stage.answer_to(letter, "через три дня", id="later", is_automatic=True))

    assert caught.value.code == "mail_loop"
    assert shop_letters(stage)[-2:] == ["отвечает человек", "через три дня"]


async def test_a_token_serves_instead_of_a_password_and_is_renewed_when_it_has_died(stage: Stage) -> None:
    async with listening(stage.provider.app) as url:
        credentials = stage.provider.open_with_token(SHOP, f"{url}/token")
        channel = stage.channel_with(credentials)
        cursor = (await channel.connect("")).cursor
        await stage.write("Вопрос", CUSTOMER)
        stage.clock.advance(2 * 3600)

        (letter,) = received(await channel.pull(cursor))
        await channel.send(stage.answer_to(letter))
        stage.provider.renew_credentials(SHOP)
        with pytest.raises(CredentialsRejected) as caught:
            await stage.channel_with(credentials).pull(cursor)

    assert shop_letters(stage) == ["Есть."]
    assert caught.value.code == "credentials_expired"


async def test_a_letter_that_nobody_waits_for_any_more_does_not_leave(stage: Stage) -> None:
    """The desk gives up after a while and asks whether it was sent; the thread may still be at it."""
    letter, _ = await a_question(stage)
    outgoing = stage.answer_to(letter)
    pause = asyncio.Event()
    async with slowed(int(stage.provider.open_account(SHOP)["smtp_port"]), pause) as port:
        sending = asyncio.create_task(stage.channel(smtp_port=str(port)).send(outgoing))
        while not stage.folder("Drafts"):  # noqa: ASYNC110 - it says nothing when it has come so far
            await asyncio.sleep(0.01)

        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        pause.set()
        while stage.folder("Drafts"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    assert await stage.channel().find_sent(outgoing) is None
    assert shop_letters(stage) == []


@asynccontextmanager
async def slowed(port: int, pause: asyncio.Event) -> AsyncIterator[int]:
    """A server in front of another one that says nothing until the pause is over."""

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await pause.wait()
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pass_on(reader, inner_writer), pass_on(inner_reader, writer), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
