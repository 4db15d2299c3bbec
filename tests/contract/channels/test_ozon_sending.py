"""Sending to Ozon over real HTTP: Ozon gives no id, sells writing separately and closes its window after 48 hours."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.arrivals import OutgoingFile
from shared.errors import (
    ChannelRejected,
    ChannelUnavailable,
    ChannelUnclear,
    CredentialsRejected,
    RecipientUnreachable,
)
from tests.contract.channels.ozon_stage import ANNA, PNG, SHOP, open_stage

PHOTO = OutgoingFile(kind="image", name="Схема.png", mime_type="image/png", content=PNG)
BILL = OutgoingFile(kind="file", name="Счёт.pdf", mime_type="application/pdf", content=b"%PDF")
TWO_DAYS = timedelta(hours=48).total_seconds()


async def test_a_receipt_has_the_id_and_moment_that_the_history_shows() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        stage.clock.advance(30)

        receipt = await stage.channel().send(stage.reply(thread, "Да,\n берите *две*"))
        echo = (await stage.channel().pull("0")).arrivals[-1]

        assert receipt.source_id == echo.source_id  # type: ignore[union-attr]
        assert receipt.at == stage.clock.now()
        assert stage.shop_says() == [("Да,\n берите *две*", ())]


async def test_the_same_words_sent_twice_have_two_ids() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()

        first = await stage.channel().send(stage.reply(thread, "Да"))
        second = await stage.channel().send(stage.reply(thread, "Да"))

        assert first.source_id
        assert second.source_id not in ("", first.source_id)


async def test_after_a_lost_answer_the_history_shows_that_the_message_was_sent() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        channel, outgoing = stage.channel(), stage.reply(thread, "Да,  берите")
        nothing = await channel.find_sent(outgoing)
        stage.ozon.faults.lose_answers = 1

        with pytest.raises(ChannelUnclear):
            await channel.send(outgoing)
        stage.clock.advance(30)
        found = await channel.find_sent(outgoing)

        assert nothing is None
        assert found is not None
        assert found.source_id
        assert len(stage.shop_says()) == 1


async def test_an_older_message_with_the_same_text_is_not_taken_for_the_unclear_one() -> None:
    async with open_stage() as stage:
        thread = await stage.thread("Да")
        await stage.channel().send(stage.reply(thread, "Да"))
        stage.clock.advance(61)

        assert await stage.channel().find_sent(stage.reply(thread, "Да")) is None


async def test_a_message_whose_id_cannot_be_learned_was_still_sent() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        outgoing = stage.reply(thread, "Да").model_copy(
            update={"first_tried_at": stage.clock.now() + timedelta(hours=1)}  # our clock is far ahead of Ozon's
        )

        receipt = await stage.channel().send(outgoing)

        assert receipt.source_id == ""
        assert stage.shop_says() == [("Да", ())]


@pytest.mark.parametrize(
    ("text", "files", "seen"),
    [
        ("", (PHOTO,), [("", ("Схема.png",))]),
        ("", (BILL,), [("", ("Счёт.pdf",))]),
        ("Вот счёт", (BILL,), [("", ("Счёт.pdf",)), ("Вот счёт", ())]),
    ],
)
async def test_files_reach_the_customer(text: str, files: tuple[OutgoingFile, ...], seen: list[object]) -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        outgoing = stage.reply(thread, text, *files)

        receipt = await stage.channel().send(outgoing)

        assert stage.shop_says() == seen
        assert receipt.source_id
        assert await stage.channel().find_sent(outgoing) == receipt


async def test_a_message_that_got_half_way_is_finished_and_not_begun_again() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        outgoing = stage.reply(thread, "Вот счёт", BILL)
        await stage.api.send_file(thread, BILL.name, BILL.content)  # then the process died
        stage.clock.advance(10)

        half = await stage.channel().find_sent(outgoing)
        receipt = await stage.channel().send(outgoing)

        assert half is None
        assert stage.shop_says() == [("", ("Счёт.pdf",)), ("Вот счёт", ())]
        assert receipt.source_id


async def test_words_that_were_said_a_moment_ago_are_said_again_beside_a_file() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        await stage.channel().send(stage.reply(thread, "Вот"))

        await stage.channel().send(stage.reply(thread, "Вот", BILL))

        assert [text for text, _ in stage.shop_says()] == ["Вот", "", "Вот"]


@pytest.mark.parametrize(
    ("text", "files", "code"),
    [
        ("я" * 1001, (), "text_too_long"),
        (" \n", (), "text_empty"),
        ("", (BILL.model_copy(update={"content": bytes(10 * 2**20 + 1)}),), "file_too_large"),
        ("", (BILL, PHOTO), "too_many_files"),
    ],
)
async def test_what_ozon_surely_refuses_never_leaves(text: str, files: tuple[OutgoingFile, ...], code: str) -> None:
    async with open_stage() as stage:
        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(stage.reply("any", text, *files))

        assert refused.value.code == code
        assert stage.tap.exchanges == []


async def test_a_text_of_exactly_the_limit_is_sent() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()

        await stage.channel().send(stage.reply(thread, "я" * 1000))

        assert stage.shop_says() == [("я" * 1000, ())]


@pytest.mark.parametrize(
    "text",
    [
        "Звоните +7 (912) 345-67-89",
        "Пишите на shop@example.com",
        "Смотрите на https://shop.example/sale",
        "Наш сайт магазин.рф",
        "Мы есть в телеграм",
        "Ищите @our_shop",
    ],
)
async def test_a_text_with_contacts_is_refused_without_its_words_in_the_error(text: str) -> None:
    async with open_stage() as stage:
        thread = await stage.thread()

        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(stage.reply(thread, text))

        assert refused.value.vendor_code == "400"
        assert text not in str(refused.value)
        assert stage.shop_says() == []


async def test_an_ozon_link_and_a_price_are_no_contacts() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        text = "Вот он: https://www.ozon.ru/product/1000001. Цена 12 500 руб."

        receipt = await stage.channel().send(stage.reply(thread, text))

        assert receipt.source_id


async def test_after_48_hours_the_refusal_says_that_the_window_has_closed() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        stage.clock.advance(TWO_DAYS)
        await stage.channel().send(stage.reply(thread, "Успели"))
        stage.clock.advance(1)

        with pytest.raises(RecipientUnreachable) as late:
            await stage.channel().send(stage.reply(thread, "Опоздали"))

        assert late.value.code == "window_closed"
        assert stage.shop_says() == [("Успели", ())]


async def test_an_order_that_the_shop_delivered_keeps_the_chat_open_for_72_hours() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        delivered = stage.clock.now() + timedelta(hours=24)
        stage.ozon.deliver_order(SHOP, ANNA, delivered)
        stage.clock.advance(timedelta(hours=96).total_seconds())
        await stage.channel().send(stage.reply(thread, "Всё подошло?"))
        stage.clock.advance(1)

        with pytest.raises(RecipientUnreachable):
            await stage.channel().send(stage.reply(thread, "Опоздали"))


async def test_without_the_subscription_the_inbox_says_so_and_no_window_is_blamed() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        stage.ozon.afflict(SHOP, "tariff_missing")
        stage.clock.advance(TWO_DAYS + 1)

        with pytest.raises(CredentialsRejected) as refused:
            await stage.channel().send(stage.reply(thread, "Да"))

        assert refused.value.code == "tariff_missing"
        assert (await stage.channel().pull("0")).arrivals  # reading goes on


async def test_a_closed_chat_refuses_for_good() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        await stage.ozon.close_chat(SHOP, ANNA)

        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(stage.reply(thread, "Да"))

        assert (refused.value.code, refused.value.vendor_code) == ("channel_rejected", "400")


@pytest.mark.parametrize("thread", ["no-such-chat", "../../../v1/roles", "a/b?c#d"])
async def test_an_unknown_chat_is_told_apart(thread: str) -> None:
    async with open_stage() as stage:
        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(stage.reply(thread, "Да"))

        assert refused.value.code == "thread_unknown"


async def test_a_limit_on_requests_says_how_long_to_wait_and_nothing_was_sent() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        stage.ozon.faults.rate_limited = 1

        with pytest.raises(ChannelUnavailable) as limited:
            await stage.channel().send(stage.reply(thread, "Да"))

        assert limited.value.retry_after == timedelta(seconds=1)
        assert stage.shop_says() == []


async def test_more_than_fifty_calls_a_second_are_refused_and_the_next_second_is_free() -> None:
    async with open_stage() as stage:
        stage.ozon.gate.requests_per_second = 50
        for _ in range(50):
            await stage.api.key()

        with pytest.raises(ChannelUnavailable):
            await stage.api.key()
        stage.clock.advance(1)

        assert (await stage.api.key()).roles


async def test_an_outage_surely_did_nothing() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        stage.ozon.faults.outage = True

        with pytest.raises(ChannelUnavailable):
            await stage.channel().send(stage.reply(thread, "Да"))
        with pytest.raises(ChannelUnavailable):
            await stage.channel().find_sent(stage.reply(thread, "Да"))

        assert stage.shop_says() == []
