"""Ozon's repair path over real HTTP: what pushes lose, a pull brings, and a comparison finds."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from infra.channels.ozon import api, pulling, reading
from shared.domain.arrivals import Arrival, Page
from shared.domain.model import EPOCH
from shared.errors import ChannelUnavailable, CredentialsRejected
from tests.contract.channels.ozon_stage import ANNA, SHOP, Stage, open_stage, texts


def ids(arrivals: tuple[Arrival, ...]) -> list[str]:
    return [arrival.source_id for arrival in arrivals]  # type: ignore[union-attr]


async def whole(stage: Stage, cursor: str | None) -> tuple[list[str], str | None]:
    """All pages from a cursor: words, and where the next pull starts."""
    words, more = [], True
    while more:
        page = await stage.channel().pull(cursor)
        words += [text for _, text in texts(page.arrivals)]
        cursor, more = page.cursor, page.more
    return words, cursor


async def test_a_pull_brings_what_a_lost_push_did_not_and_the_same_ids_as_the_push() -> None:
    async with open_stage() as stage:
        cursor = (await stage.channel().connect(stage.webhook())).cursor
        await stage.ozon.write(SHOP, ANNA, "Подойдёт?")
        stage.ozon.faults.lose_pushes = True
        stage.clock.advance(5)
        await stage.ozon.write(SHOP, ANNA, "Алло?")

        pushed = await stage.arrivals()
        page = await stage.channel().pull(cursor)

        assert texts(page.arrivals) == [("Received", "Подойдёт?"), ("Received", "Алло?")]
        assert ids(page.arrivals)[:1] == ids(tuple(pushed))
        assert page.arrivals[0].facts["order"]  # type: ignore[union-attr]


async def test_what_was_there_before_the_connection_is_not_news() -> None:
    async with open_stage() as stage:
        await stage.ozon.write(SHOP, ANNA, "Давний вопрос")
        cursor = (await stage.channel().connect(stage.webhook())).cursor

        assert (await stage.channel().pull(cursor)) == Page(cursor=cursor)


async def test_a_fresh_start_takes_the_unread_messages_of_the_last_day() -> None:
    async with open_stage() as stage:
        await stage.ozon.write(SHOP, "Борис", "Вчерашний")
        await stage.ozon.write(SHOP, "Вера", "Уже отвечен")
        await stage.ozon.answer_in_vendor_app(SHOP, "Вера", "Да")
        stage.clock.advance(timedelta(hours=24).total_seconds() + 1)
        await stage.ozon.write(SHOP, ANNA, "Свежий")

        page = await stage.channel().pull(None)
        again = await stage.channel().pull(page.cursor)

        assert texts(page.arrivals) == [("Received", "Свежий")]
        assert again == Page(cursor=page.cursor)


async def test_a_quiet_account_is_listed_and_not_read() -> None:
    async with open_stage() as stage:
        cursor = (await stage.channel().connect(stage.webhook())).cursor
        await stage.ozon.write(SHOP, ANNA, "Подойдёт?")
        stage.clock.advance(600)
        _, cursor = await whole(stage, cursor)
        stage.tap.exchanges.clear()

        quiet = await stage.channel().pull(cursor)

        assert quiet == Page(cursor=cursor)
        assert (stage.calls("/chat/list"), stage.calls("/chat/history")) == (1, 0)


async def test_a_young_message_is_looked_at_once_more_until_it_has_settled() -> None:
    async with open_stage() as stage:
        cursor = (await stage.channel().connect(stage.webhook())).cursor
        await stage.ozon.write(SHOP, ANNA, "Подойдёт?")

        first, cursor = await whole(stage, cursor)
        stage.clock.advance(pulling.SETTLED.total_seconds())
        second, cursor = await whole(stage, cursor)
        third, _ = await whole(stage, cursor)

        assert (first, second, third) == (["Подойдёт?"], ["Подойдёт?"], [])


async def test_the_cursor_stays_behind_messages_that_others_may_still_overtake() -> None:
    async with open_stage() as stage:
        cursor = (await stage.channel().connect(stage.webhook())).cursor
        late = await stage.ozon.write(SHOP, ANNA, "Опоздавшее")
        await stage.ozon.write(SHOP, "Борис", "Более новое")
        newest = (await stage.channel().pull(cursor)).cursor

        assert newest is not None
        assert int(newest) < int(late)


async def test_a_month_without_pulls_skips_nothing_and_long_chats_take_several_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(api, "MESSAGES_A_PAGE", 3)
    monkeypatch.setattr(reading, "CHATS_AT_ONCE", 2)
    monkeypatch.setattr(pulling, "CHATS_A_PAGE", 2)
    async with open_stage() as stage:
        await stage.ozon.write(SHOP, ANNA, "До подключения")
        cursor = (await stage.channel().connect(stage.webhook())).cursor
        written = []
        for day in range(30):
            stage.clock.advance(24 * 3600)
            written.append(f"Вопрос {day}")
            await stage.ozon.write(SHOP, f"customer {day % 5}" if day % 3 else ANNA, written[-1])
        stage.clock.advance(3600)

        words, cursor = await whole(stage, cursor)

        assert sorted(words) == sorted(written)
        assert (await whole(stage, cursor))[0] == []


async def test_a_pull_that_is_stopped_half_way_keeps_what_it_read_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "CHATS_A_PAGE", 10)
    async with open_stage() as stage:
        cursor = (await stage.channel().connect(stage.webhook())).cursor
        for number in range(5):
            await stage.ozon.write(SHOP, f"customer {number}", f"Вопрос {number}")
        stage.clock.advance(600)
        stage.ozon.gate.requests_per_second = 4

        first = await stage.channel().pull(cursor)  # the list and three chats
        with pytest.raises(ChannelUnavailable):
            await stage.channel().pull(first.cursor)  # the same second
        stage.clock.advance(1)
        rest, _ = await whole(stage, first.cursor)

        assert first.more
        assert [text for _, text in texts(first.arrivals)] + rest == [f"Вопрос {number}" for number in range(5)]


async def test_refused_keys_stop_a_pull_with_their_reason() -> None:
    async with open_stage() as stage:
        cursor = (await stage.channel().connect(stage.webhook())).cursor
        await stage.ozon.write(SHOP, ANNA, "Подойдёт?")
        stage.ozon.afflict(SHOP, "rights_missing")

        with pytest.raises(CredentialsRejected) as refused:
            await stage.channel().pull(cursor)

        assert refused.value.code == "rights_missing"


async def history(stage: Stage, since: datetime) -> list[tuple[str, str]]:
    cursor: str | None = None
    found: list[tuple[str, str]] = []
    while True:
        page = await stage.channel().history(since, cursor)
        found += texts(page.arrivals)
        if not page.more:
            return found
        cursor = page.cursor


async def test_the_whole_history_holds_both_sides_of_read_answered_and_closed_chats(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pulling, "CHATS_A_PAGE", 1)
    async with open_stage() as stage:
        thread = await stage.thread("Подойдёт?")
        await stage.channel().send(stage.reply(thread, "Да"))
        await stage.channel().mark_read(thread, "")
        await stage.ozon.close_chat(SHOP, ANNA)
        await stage.ozon.notify(SHOP, "Новости")
        stage.clock.advance(60)
        later = stage.clock.now()
        await stage.ozon.write(SHOP, "Борис", "Сколько идёт?")

        assert await history(stage, EPOCH) == [
            ("Received", "Подойдёт?"),
            ("Echo", "Да"),
            ("Received", "Новости"),
            ("Received", "Сколько идёт?"),
        ]
        assert await history(stage, later) == [("Received", "Сколько идёт?")]
