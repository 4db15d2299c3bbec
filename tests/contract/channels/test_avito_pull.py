"""Avito's repair path over real HTTP: what webhooks lose, a pull brings."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from infra.channels.avito import pulling
from shared.domain.arrivals import Received
from shared.errors import ChannelUnavailable
from tests.contract.channels.avito_stage import SHOP, open_stage, texts


async def test_a_pull_brings_what_a_lost_webhook_did_not_and_the_same_ids_as_the_webhook() -> None:
    async with open_stage() as stage:
        cursor = (await stage.channel().connect(stage.webhook())).cursor
        stage.clock.advance(5)
        await stage.avito.write(SHOP, "Анна", "Ещё продаёте?")
        stage.avito.faults.lose_pushes = True
        stage.clock.advance(5)
        await stage.avito.write(SHOP, "Анна", "Алло?")

        pushed = await stage.arrivals()
        page = await stage.channel().pull(cursor)

        assert texts(pushed) == [("Received", "Ещё продаёте?")]
        assert texts(page.arrivals) == [("Received", "Ещё продаёте?"), ("Received", "Алло?")]
        first = page.arrivals[0]
        assert isinstance(first, Received)
        assert first.source_id == pushed[0].source_id  # type: ignore[union-attr]
        assert first.contact.source_id == pushed[0].contact.source_id  # type: ignore[union-attr]
        assert first.contact.name == "Анна"
        assert set(first.context) == {"item_id", "item_title", "item_url", "item_price"}


async def test_messages_of_one_second_come_in_the_order_in_which_they_were_written() -> None:
    async with open_stage() as stage:
        written = ["Здравствуйте", "ещё продаёте?", "сколько стоит?"]
        for text in written:
            await stage.avito.write(SHOP, "Анна", text)

        page = await stage.channel().pull(None)

        assert [text for _, text in texts(page.arrivals)] == written


async def test_a_message_that_avito_lists_late_is_still_found_shortly_behind_the_cursor() -> None:
    async with open_stage() as stage:
        await stage.avito.write(SHOP, "Анна", "Ещё продаёте?")
        now = int(stage.clock.now().timestamp())

        near, far = await stage.channel().pull(str(now + 60)), await stage.channel().pull(str(now + 61))

        assert texts(near.arrivals) == [("Received", "Ещё продаёте?")]
        assert far.arrivals == ()


async def test_a_quiet_account_is_not_read_again_and_again() -> None:
    async with open_stage() as stage:
        cursor = (await stage.channel().connect(stage.webhook())).cursor
        await stage.avito.write(SHOP, "Анна", "Ещё продаёте?")
        for _ in range(2):
            stage.clock.advance(600)
            cursor = (await stage.channel().pull(cursor)).cursor
        stage.tap.exchanges.clear()

        stage.clock.advance(600)
        quiet = await stage.channel().pull(cursor)
        await stage.avito.write(SHOP, "Анна", "Алло?")
        stage.clock.advance(600)
        busy = await stage.channel().pull(quiet.cursor)

        assert quiet.arrivals == ()
        assert texts(busy.arrivals) == [("Received", "Алло?")]
        assert stage.calls("/messages/") == 1


async def test_a_pull_sees_a_colleagues_answer_although_the_chat_is_no_longer_unread() -> None:
    async with open_stage() as stage:
        cursor = (await stage.channel().connect(stage.webhook())).cursor
        stage.avito.faults.lose_pushes = True
        await stage.avito.write(SHOP, "Анна", "Ещё продаёте?")
        stage.clock.advance(1)
        await stage.avito.answer_in_vendor_app(SHOP, "Анна", "Да")

        page = await stage.channel().pull(cursor)

        assert texts(page.arrivals) == [("Received", "Ещё продаёте?"), ("Echo", "Да")]


async def test_a_first_pull_takes_unread_chats_of_the_last_day_only() -> None:
    async with open_stage() as stage:
        await stage.avito.write(SHOP, "Вера", "Позавчера")
        stage.clock.advance(timedelta(hours=30).total_seconds())
        await stage.avito.write(SHOP, "Борис", "Прочитано")
        await stage.avito.answer_in_vendor_app(SHOP, "Борис", "Ответ")
        await stage.avito.write(SHOP, "Анна", "Сегодня")

        page = await stage.channel().pull(None)

        assert texts(page.arrivals) == [("Received", "Сегодня")]


async def test_many_chats_are_pulled_page_by_page_and_none_is_lost() -> None:
    async with open_stage() as stage:
        cursor = (await stage.channel().connect(stage.webhook())).cursor
        stage.avito.faults.lose_pushes = True
        count = pulling.CHATS_A_PAGE + 75
        for number in range(count):
            stage.clock.advance(number % 2)
            await stage.avito.write(SHOP, f"customer {number}", f"text {number}")

        found: list[str] = []
        pages = 0
        more = True
        while more:
            page = await stage.channel().pull(cursor)
            found += [text for _, text in texts(page.arrivals)]
            cursor, more, pages = page.cursor, page.more, pages + 1

        assert sorted(found) == sorted(f"text {number}" for number in range(count))
        assert pages == 4


async def test_a_pull_stops_when_avito_takes_no_more_calls_and_goes_on_where_it_stopped() -> None:
    async with open_stage() as stage:
        cursor = (await stage.channel().connect(stage.webhook())).cursor
        stage.avito.faults.lose_pushes = True
        for number in range(3):
            await stage.avito.write(SHOP, f"customer {number}", f"text {number}")
        stage.clock.advance(60)
        stage.avito.gate.requests_per_minute = 5  # whose account, two lists, two chats

        first = await stage.channel().pull(cursor)
        with pytest.raises(ChannelUnavailable) as refused:
            await stage.channel().pull(first.cursor)
        stage.clock.advance(60)
        rest = await stage.channel().pull(first.cursor)

        assert (len(first.arrivals), first.more) == (2, True)
        assert refused.value.retry_after == timedelta(minutes=1)
        assert (len(rest.arrivals), rest.more) == (1, False)
        assert {text for _, text in texts(first.arrivals + rest.arrivals)} == {"text 0", "text 1", "text 2"}


async def test_what_was_read_before_a_refusal_without_warning_is_not_lost() -> None:
    async def without_warning(response: httpx.Response) -> None:
        response.headers.pop("x-ratelimit-remaining", None)

    async with open_stage() as stage, httpx.AsyncClient(event_hooks={"response": [without_warning]}) as http:
        cursor = (await stage.channel().connect(stage.webhook())).cursor
        for number in range(3):
            await stage.avito.write(SHOP, f"customer {number}", f"text {number}")
        stage.clock.advance(60)
        stage.avito.gate.requests_per_minute = 5  # whose account, two lists, two chats

        first = await stage.channel(http=http).pull(cursor)
        stage.clock.advance(60)
        rest = await stage.channel(http=http).pull(first.cursor)

        assert stage.tap.exchanges[-5].status == 429
        assert {text for _, text in texts(first.arrivals)} | {text for _, text in texts(rest.arrivals)} == {
            "text 0",
            "text 1",
            "text 2",
        }
        assert (len(first.arrivals), first.more, len(rest.arrivals), rest.more) == (2, True, 1, False)


async def test_a_chat_with_more_than_one_page_of_messages_is_pulled_whole() -> None:
    async with open_stage() as stage:
        for number in range(130):
            await stage.avito.write(SHOP, "Анна", f"text {number}")

        page = await stage.channel().pull(None)

        assert {text for _, text in texts(page.arrivals)} == {f"text {number}" for number in range(130)}
