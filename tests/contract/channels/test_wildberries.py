"""Writing at Wildberries over real HTTP: messages into chats, their files, and what becomes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from infra.channels.wildberries.limits import MIB
from infra.channels.wildberries.sandbox import WildberriesSandbox
from infra.sandbox.push import Pusher
from infra.sandbox.standin import CustomerFile, SandboxContext
from shared.domain.arrivals import Echo, OutgoingFile, RawDelivery, Received
from shared.domain.messages import Attachment
from shared.errors import ChannelRejected, ChannelUnavailable, ChannelUnclear, UntrustedDelivery
from tests.contract.channels.wildberries_stage import ANNA, SHOP, a_file, ids, nobody, open_stage, texts
from tests.support.files import PNG


async def test_what_we_send_arrives_and_comes_back_under_the_id_of_its_receipt() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()

        receipt = await stage.channel().send(stage.reply(thread, " Подойдёт \n", id="m1"))
        (echo,) = await stage.pull()

        assert stage.shop_texts() == ["Подойдёт"]
        assert isinstance(echo, Echo)
        assert (echo.source_id, echo.marker, echo.thread) == (receipt.source_id, "m1", thread)
        assert echo.at == receipt.at


async def test_the_same_words_twice_are_two_messages_with_ids_of_their_own() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        sent = []
        for _ in range(3):
            sent.append((await stage.channel().send(stage.reply(thread, "Да"))).source_id)
            stage.clock.advance(20)

        assert ids(await stage.pull()) == sent
        assert len(set(sent)) == 3


async def test_the_same_words_typed_in_the_cabinet_are_not_taken_for_ours() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        ours = await stage.channel().send(stage.reply(thread, "Да"))
        theirs = await stage.wb.answer_in_vendor_app(SHOP, ANNA, "Да")

        assert ids(await stage.pull()) == [ours.source_id, theirs]


async def test_another_program_of_the_seller_is_not_taken_for_us() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        await stage.channel().send(stage.reply(thread, "Да"))
        stage.clock.advance(3600)
        theirs = stage.wb.happen(SHOP, ANNA, sender="seller", source="seller-public-api", message={"text": "Да"})

        assert ids(await stage.pull())[-1] == theirs


async def test_text_and_files_go_together_in_one_form() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        photo = OutgoingFile(kind="image", name="a.png", mime_type="image/png", content=PNG)

        receipt = await stage.channel().send(stage.reply(thread, "Вот чек", photo, a_file(size=5 * MIB)))
        (echo,) = await stage.pull()

        assert stage.tap.exchanges[-1].method == "GET"
        assert isinstance(echo, Echo)
        assert (echo.source_id, [one.kind for one in echo.attachments]) == (receipt.source_id, ["image", "file"])
        assert await stage.channel().fetch(echo.attachments[0], echo.source_id) == PNG


async def test_a_file_without_words_is_sent_and_recognised() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        receipt = await stage.channel().send(stage.reply(thread, "", a_file()))

        assert ids(await stage.pull()) == [receipt.source_id]


REFUSED_HERE = [
    pytest.param("я" * 1001, [], "text_too_long", id="1001 characters"),
    pytest.param("😀" * 501, [], "text_too_long", id="1002 UTF-16 units"),
    pytest.param(" \n", [], "text_empty", id="no words"),
    pytest.param("x", [a_file(mime_type="video/mp4")], "file_type_refused", id="a video"),
    pytest.param("x", [a_file(size=5 * MIB + 1)], "file_too_large", id="more than 5 MB"),
    pytest.param("x", [a_file(size=5 * MIB)] * 6 + [a_file()], "files_too_large", id="more than 30 MB together"),
    pytest.param("x", [a_file(size=0)], "file_empty", id="an empty file"),
]


@pytest.mark.parametrize(("text", "files", "code"), REFUSED_HERE)
async def test_what_wildberries_would_refuse_never_leaves(text: str, files: list[OutgoingFile], code: str) -> None:
    async with open_stage() as stage:
        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(stage.reply("chat:1:any", text, *files))

        assert refused.value.code == code
        assert stage.tap.exchanges == []


@pytest.mark.parametrize("text", ["я" * 1000, "😀" * 500])
async def test_a_text_of_exactly_the_limit_is_sent(text: str) -> None:
    async with open_stage() as stage:
        thread = await stage.thread()

        await stage.channel().send(stage.reply(thread, text))

        assert stage.shop_texts() == [text]


LEADING_AWAY = [
    "Звоните: +7 (912) 345-67-89",
    "Пишите на shop@example.com",
    "Смотрите https://example.com/a",
    "Наш сайт магазин.рф",
    "Мы есть и на www.example",
    "Напишите в Телеграм",
    "Ответим тут: t.me/shop",
    "Я @our_shop",
]


@pytest.mark.parametrize("text", LEADING_AWAY)
async def test_words_that_lead_the_customer_away_are_refused_and_not_repeated_in_the_error(text: str) -> None:
    async with open_stage() as stage:
        thread = await stage.thread()

        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(stage.reply(thread, text))

        assert (refused.value.code, refused.value.vendor_code) == ("text_refused", "400")
        assert text not in str(refused.value)
        assert stage.shop_texts() == []


async def test_each_send_takes_a_fresh_signature() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        await stage.channel().send(stage.reply(thread, "Раз"))
        stage.wb.memory.age_signs(SHOP)

        await stage.channel().send(stage.reply(thread, "Два"))

        assert stage.shop_texts() == ["Раз", "Два"]
        assert stage.calls("/seller/chats") == 2


async def test_a_chat_that_the_list_lacks_is_answered_with_the_signature_of_its_event() -> None:
    async with open_stage() as stage:
        stage.wb.hide_chats(SHOP)
        thread = await stage.thread()

        await stage.channel().send(stage.reply(thread, "Подойдёт"))

        assert stage.shop_texts() == ["Подойдёт"]


async def test_the_signature_that_a_send_answers_is_kept_for_the_next_one() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        stage.wb.memory.age_signs(SHOP)
        await stage.channel().send(stage.reply(thread, "Раз"))
        stage.wb.hide_chats(SHOP)

        await stage.channel().send(stage.reply(thread, "Два"))

        assert stage.shop_texts() == ["Раз", "Два"]


async def test_without_a_good_signature_the_message_is_refused_for_good() -> None:
    async with open_stage() as stage:
        stage.wb.hide_chats(SHOP)
        thread = await stage.thread()
        stage.wb.memory.age_signs(SHOP)

        for unreachable in (thread, "chat:1:4f0e2a7c", "chat:", "letter:7", ""):
            with pytest.raises(ChannelRejected) as refused:
                await stage.channel().send(stage.reply(unreachable, "x"))
            assert refused.value.code == "thread_unknown"


async def test_after_a_lost_answer_the_events_show_that_the_message_was_sent() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        outgoing = stage.reply(thread, "Подойдёт")
        stage.wb.faults.lose_answers = 1
        with pytest.raises(ChannelUnclear):
            await stage.channel().send(outgoing)
        stage.clock.advance(10)

        found = await stage.channel().find_sent(outgoing)

        assert found is not None
        assert ids(await stage.pull()) == [found.source_id]


async def test_an_earlier_message_with_the_same_words_is_not_taken_for_the_one_that_is_missing() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        first = stage.reply(thread, "Да")
        await stage.channel().send(first)
        stage.clock.advance(30)
        second = stage.reply(thread, "Да")
        stage.wb.faults.outage = True
        with pytest.raises(ChannelUnavailable):
            await stage.channel().send(second)
        stage.wb.faults.outage = False

        assert await stage.channel().find_sent(second) is None
        assert await stage.channel().find_sent(first) is not None


async def test_a_file_is_fetched_once_moderation_lets_it_through() -> None:
    async with open_stage() as stage:
        stage.wb.moderate_files(SHOP, "pending")
        await stage.wb.write(SHOP, ANNA, "", [CustomerFile("image", "a.png", "image/png", PNG)])
        (arrival,) = await stage.pull()
        assert isinstance(arrival, Received)

        with pytest.raises(ChannelUnavailable) as early:
            await stage.channel().fetch(arrival.attachments[0], arrival.source_id)
        fetched = await stage.channel().fetch(arrival.attachments[0], arrival.source_id)

        assert early.value.retry_after == timedelta(seconds=30)
        assert fetched == PNG


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("", "attachment_gone"),
        ("..", "attachment_gone"),
        ("none", "attachment_gone"),
        ("https://example.com/a.webp", "attachment_refused"),
        ("http://feedback04.wbbasket.ru/a.webp", "attachment_refused"),
        ("https://wbbasket.ru.example.com/a.webp", "attachment_refused"),
        ("https://user@feedback04.wbbasket.ru/a.webp", "attachment_refused"),
    ],
)
async def test_a_file_that_is_gone_or_lies_elsewhere_is_refused(reference: str, code: str) -> None:
    async with open_stage() as stage:
        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().fetch(Attachment(kind="image", reference=reference), "any")

        assert refused.value.code == code


async def test_a_file_that_moderation_refused_is_gone_for_good() -> None:
    async with open_stage() as stage:
        stage.wb.moderate_files(SHOP, "rejected")
        await stage.wb.write(SHOP, ANNA, "", [CustomerFile("image", "a.png", "image/png", PNG)])
        (arrival,) = await stage.pull()
        assert isinstance(arrival, Received)

        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().fetch(arrival.attachments[0], arrival.source_id)

        assert refused.value.code == "attachment_moderated"


async def test_whoever_calls_us_is_not_wildberries() -> None:
    async with open_stage() as stage:
        with pytest.raises(UntrustedDelivery):
            stage.channel().read(RawDelivery(b"{}", secret="secret"))


async def test_the_world_survives_a_restart_of_the_stand_in() -> None:
    async with open_stage() as stage:
        thread = await stage.thread("Здравствуйте")
        await stage.channel().send(stage.reply(thread, "Добрый день"))
        again = WildberriesSandbox(
            SandboxContext(stage.wb.memory.world, stage.clock, Pusher(stage.context.http), nobody)
        )

        assert [seen.text for seen in again.seen_by(SHOP, ANNA)] == ["Здравствуйте", "Добрый день"]
        assert again.open_account(SHOP) == stage.wb.open_account(SHOP)
        assert texts(await stage.pull()) == [("Echo", "Добрый день")]
