"""Pulling Wildberries over real HTTP: nothing is skipped, nothing told twice, nothing written when nothing came."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from infra.channels.wildberries.sandbox_chat import PAGE
from infra.sandbox.standin import CustomerFile
from shared.domain.arrivals import Arrival, Echo, Received
from shared.errors import ChannelRejected, ChannelUnavailable
from tests.contract.channels.wildberries_stage import ANNA, SHOP, Stage, ids, open_stage, texts
from tests.support.files import PDF, PNG


async def test_a_customers_message_comes_with_its_order_and_its_files() -> None:
    async with open_stage() as stage:
        files = [
            CustomerFile("image", "a.png", "image/png", PNG),
            CustomerFile("file", "b.pdf", "application/pdf", PDF),
        ]
        source_id = await stage.wb.write(SHOP, ANNA, "Пришёл не тот размер", files)

        (arrival,) = await stage.pull()

        assert isinstance(arrival, Received)
        assert (arrival.source_id, arrival.kind, arrival.contact.name) == (source_id, "chat", ANNA)
        assert arrival.thread == f"chat:{arrival.contact.source_id}"
        assert arrival.facts["price"] == "1500 RUB"
        assert arrival.facts["link"].endswith(f"/{arrival.facts['article']}/detail.aspx")
        assert [attachment.kind for attachment in arrival.attachments] == ["image", "file"]
        fetched = [await stage.channel().fetch(attachment, source_id) for attachment in arrival.attachments]
        assert fetched == [PNG, PDF]


async def test_a_quiet_pull_leaves_the_cursor_as_it_is() -> None:
    async with open_stage() as stage:
        await stage.thread()
        stage.wb.ask(SHOP, "Из чего сшита?")
        stage.wb.review(SHOP, "Пётр", 5, text="Хорошо")
        await stage.pull()
        before = stage.cursor

        for minutes in (1, 3, 30, 600):
            stage.clock.advance(60 * minutes)
            assert await stage.pull() == []
            assert stage.cursor == before


async def test_wildberries_is_asked_no_oftener_than_needed_to_know_that_there_is_no_more() -> None:
    async with open_stage() as stage:
        stage.without_limits()
        await stage.wb.write(SHOP, ANNA, "Здравствуйте")
        stage.tap.exchanges.clear()
        await stage.pull()
        assert stage.calls("/seller/events") == 2

        stage.clock.advance(600)
        stage.tap.exchanges.clear()
        assert await stage.pull() == []
        assert (stage.calls("/seller/events"), len(stage.tap.exchanges)) == (1, 1 + 4)


async def test_what_is_behind_a_full_page_of_one_millisecond_is_told() -> None:
    async with open_stage() as stage:
        stage.without_limits()
        moment = int(stage.clock.now().timestamp() * 1000) + 500
        words = {"sender": "client", "message": {"text": "same"}, "addTimestamp": moment}
        for _ in range(PAGE):
            stage.wb.happen(SHOP, ANNA, **words)
        assert len(await stage.pull()) == PAGE
        stage.clock.advance(600)
        late = await stage.wb.write(SHOP, ANNA, "Ещё один")

        assert ids(await stage.pull()) == [late]


class GoesDown(httpx.AsyncBaseTransport):
    """A way to Wildberries on which the second call for events finds nobody."""

    def __init__(self) -> None:
        self.way = httpx.AsyncHTTPTransport()
        self.calls = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += request.url.path.endswith("/events")
        return httpx.Response(503) if self.calls == 2 else await self.way.handle_async_request(request)


async def test_what_was_read_before_a_host_went_down_is_told() -> None:
    async with open_stage() as stage, httpx.AsyncClient(transport=GoesDown()) as http:
        stage.context = replace(stage.context, http=http)
        first = await stage.wb.write(SHOP, ANNA, "Здравствуйте")
        assert ids(await stage.pull()) == [first]

        second = await stage.wb.write(SHOP, ANNA, "Вы здесь?")
        assert ids(await stage.pull()) == [second]


@pytest.mark.parametrize("count", [1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE + 7])
async def test_however_many_events_there_are_each_is_told_once_and_in_order(count: int) -> None:
    async with open_stage() as stage:
        stage.without_limits()
        written = [await stage.wb.write(SHOP, f"customer {number % 3}", f"text {number}") for number in range(count)]

        assert ids(await stage.pull()) == written
        assert await stage.pull() == []


async def test_events_of_one_millisecond_on_both_sides_of_a_pages_end_are_all_told() -> None:
    async with open_stage() as stage:
        stage.without_limits()
        moment = int(stage.clock.now().timestamp() * 1000)
        for number in range(PAGE - 2):
            await stage.wb.write(SHOP, ANNA, f"text {number}")
        written = [
            stage.wb.happen(SHOP, ANNA, sender="client", message={"text": f"same {number}"}, addTimestamp=moment + 500)
            for number in range(6)
        ]

        found = ids(await stage.pull())

        assert set(written) <= set(found)
        assert len(found) == len(set(found)) == PAGE + 4


async def test_an_event_that_appears_late_is_told_although_newer_ones_were_seen() -> None:
    async with open_stage() as stage:
        await stage.thread()
        stage.clock.advance(-30)
        earlier = int(stage.clock.now().timestamp() * 1000) - 40_000
        late = stage.wb.happen(SHOP, ANNA, sender="client", message={"text": "позже"}, addTimestamp=earlier)

        assert ids(await stage.pull()) == [late]


async def test_after_a_month_without_us_everything_is_there() -> None:
    async with open_stage() as stage:
        await stage.thread("Первое")
        for day in range(30):
            stage.clock.advance(24 * 3600)
            await stage.wb.write(SHOP, ANNA, f"день {day}")
        question = stage.wb.ask(SHOP, "Есть ли размер 46?")

        told = texts(await stage.pull())

        assert told[:30] == [("Received", f"день {day}") for day in range(30)]
        assert ("Received", "Есть ли размер 46?") in told
        assert question


ODD = [
    pytest.param({"sender": "client"}, ["[Сообщение видно только"], id="a customer's event without a message"),
    pytest.param({"sender": "seller"}, [], id="the seller's event without a message"),
    pytest.param({"sender": "wb", "message": {"text": "Оцените заказ"}}, ["Оцените заказ"], id="Wildberries writes"),
    pytest.param({"sender": "client", "eventType": "refund"}, ["[Событие «refund»"], id="a refund"),
    pytest.param({"sender": "client", "message": "words"}, ["[Сообщение видно только"], id="a message of another form"),
    pytest.param({"sender": "client", "message": {"text": None, "attachments": None}}, ["[Сообщение"], id="nulls"),
    pytest.param(
        {"sender": "client", "message": {"attachments": {"goodCard": {"nmID": 7}}}}, ["[Товар 7]"], id="a card only"
    ),
    pytest.param({"sender": "client", "eventType": {"a": 1}}, ["[Сообщение видно только"], id="a type of another form"),
    pytest.param({"sender": "client", "clientName": None, "message": {"text": "да"}}, ["да"], id="no name"),
]


@pytest.mark.parametrize(("fields", "expected"), ODD)
async def test_an_odd_event_stops_nothing_behind_it(fields: dict[str, object], expected: list[str]) -> None:
    async with open_stage() as stage:
        stage.wb.happen(SHOP, ANNA, **fields)
        behind = await stage.wb.write(SHOP, ANNA, "А это обычное")

        arrivals = await stage.pull()

        words = [arrival.text for arrival in arrivals if isinstance(arrival, Received)]
        assert len(words) == len(expected) + 1
        assert all(any(word.startswith(start) for word in words) for start in expected)
        assert behind in ids(arrivals)
        assert await stage.pull() == []


async def test_what_wildberries_itself_writes_is_no_customers_turn() -> None:
    async with open_stage() as stage:
        stage.wb.happen(SHOP, ANNA, sender="wb", message={"text": "Покупатель поставил низкую оценку"})
        stage.wb.happen(SHOP, ANNA, sender="client", eventType="refund")

        arrivals = await stage.pull()

        assert [arrival.is_automatic for arrival in arrivals if isinstance(arrival, Received)] == [True, True]


async def test_an_answer_typed_in_the_cabinet_comes_as_an_echo() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        source_id = await stage.wb.answer_in_vendor_app(SHOP, ANNA, "Да, подойдёт")

        (arrival,) = await stage.pull()

        assert isinstance(arrival, Echo)
        assert (arrival.source_id, arrival.thread, arrival.marker) == (source_id, thread, "")


async def test_one_host_that_is_down_holds_back_nothing_of_the_other() -> None:
    async with open_stage() as stage:
        await stage.wb.write(SHOP, ANNA, "Здравствуйте")
        stage.wb.ask(SHOP, "Из чего сшита?")
        stage.wb.gate.full["feedbacks"].most, saved = 0, stage.wb.gate.full["feedbacks"].most
        first = texts(await stage.pull())
        stage.wb.gate.full["feedbacks"].most = saved
        second = texts(await stage.pull())

        assert first == [("Received", "Здравствуйте")]
        assert second == [("Received", "Из чего сшита?")]


async def test_when_nothing_can_be_read_the_pull_says_so_and_the_cursor_stays() -> None:
    async with open_stage() as stage:
        await stage.wb.write(SHOP, ANNA, "Здравствуйте")
        stage.wb.faults.outage = True
        with pytest.raises(ChannelUnavailable):
            await stage.pull()
        stage.wb.faults.outage = False

        assert texts(await stage.pull()) == [("Received", "Здравствуйте")]


async def test_wildberries_wish_to_wait_is_passed_on() -> None:
    async with open_stage() as stage:
        stage.wb.faults.rate_limited = 5

        with pytest.raises(ChannelUnavailable) as refused:
            await stage.channel().send(stage.reply("chat:1:none", "x"))

        assert refused.value.retry_after == timedelta(seconds=1)
        assert stage.tap.exchanges[-1].answer_headers["x-ratelimit-retry"] == "1"


async def test_a_broken_cursor_is_told() -> None:
    async with open_stage() as stage:
        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().pull("1767605460000")

        assert refused.value.code == "bad_cursor"


async def history(stage: Stage, days: int = 40) -> list[Arrival]:
    since = stage.clock.now() - timedelta(days=days)
    page = await stage.channel().history(since, None)
    found = list(page.arrivals)
    while page.more:
        page = await stage.channel().history(since, page.cursor)
        found += page.arrivals
    return found


async def test_the_history_lists_all_kinds_answered_or_not_under_the_ids_that_pulls_give() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        receipt = await stage.channel().send(stage.reply(thread, "Подойдёт"))
        await stage.wb.answer_in_vendor_app(SHOP, ANNA, "И на рост 175")
        question, review = stage.wb.ask(SHOP, "Из чего сшита?"), stage.wb.review(SHOP, "Пётр", 2, cons="Мала")
        pulled = ids(await stage.pull())
        stage.wb.answer_in_cabinet(SHOP, "review", review, "Нам жаль")
        answered = await stage.channel().send(stage.reply(f"question:{question}", "Из хлопка"))
        pulled += ids(await stage.pull())

        found = ids(await history(stage))

        assert set(pulled) <= set(found)
        assert len(found) == len(set(found)) == len(set(pulled)) + 1  # the customer's first message
        assert {receipt.source_id, answered.source_id, f"question:{question}", f"review:{review}"} <= set(found)


async def test_a_history_of_many_pages_is_whole() -> None:
    async with open_stage() as stage:
        written = [await stage.wb.write(SHOP, ANNA, f"text {number}") for number in range(12 * PAGE)]

        assert ids(await history(stage)) == written
