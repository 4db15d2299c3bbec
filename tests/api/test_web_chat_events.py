"""The web chat as server-sent events over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from shared.services.web_chat_limits import STREAMS_PER_ADDRESS
from tests.api.office import Office
from tests.api.test_events import Event, Listener
from tests.api.web_chat_shop import Shop, Visitor, open_shop
from tests.support.receiver import serve


@pytest.fixture
async def shop(office: Office) -> Shop:
    opened = await open_shop(office)
    await opened.chat()
    return opened


@pytest.fixture
async def url(office: Office) -> AsyncIterator[str]:
    async with serve(office.app) as address:
        yield address


@asynccontextmanager
async def stream(url: str, visitor: Visitor, method: str, path: str, **more: Any) -> AsyncIterator[Listener]:
    headers = {"authorization": visitor.client.headers["authorization"], **more.pop("headers", {})}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=20) as browser:
        async with browser.stream(method, visitor.shop.root + path, **more) as response:
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("text/event-stream")
            yield Listener(response.aiter_lines())


def hearing(url: str, visitor: Visitor, **headers: str) -> Any:
    return stream(url, visitor, "GET", "/events", headers=headers)


async def events_until(listener: Listener, kind: str) -> list[Event]:
    heard = [await listener.event()]
    while heard[-1].kind != kind:
        heard.append(await listener.event())
    return heard


async def test_an_open_chat_hears_the_answer_and_who_answers(shop: Shop, url: str) -> None:
    visitor = await shop.visitor()
    async with hearing(url, visitor) as listener:
        await visitor.say("Есть кто-нибудь?")
        own = await events_until(listener, "state")
        await shop.call_people(visitor.dialog)
        called = await listener.event()
        await shop.answer(visitor.dialog, "Я здесь")
        answered = await events_until(listener, "message")

    assert [(event.kind, event.data.get("text")) for event in own] == [("message", "Есть кто-нибудь?"), ("state", None)]
    assert own[1].data["is_typing"] is True
    assert called.data == {"status": "needs_human", "is_typing": False, "has_person": True}
    assert (answered[-1].data["text"], answered[-1].data["author"]) == ("Я здесь", "person")


async def test_other_visitors_are_not_heard(shop: Shop, url: str) -> None:
    anna, boris = await shop.visitor(), await shop.visitor()
    async with hearing(url, boris) as listener:
        await anna.say("Секрет Анны")
        await shop.answer(anna.dialog, "Секрет для Анны")
        await boris.say("Вопрос Бориса")

        assert (await listener.event()).data["text"] == "Вопрос Бориса"


async def test_a_stream_goes_on_where_it_broke_off(shop: Shop, url: str) -> None:
    visitor = await shop.visitor()
    async with hearing(url, visitor) as listener:
        await visitor.say("Первое")
        last = (await listener.event()).id
    await shop.answer(visitor.dialog, "Пока вас не было")

    async with hearing(url, visitor, **{"last-event-id": last}) as listener:
        texts = [event.data.get("text") for event in await events_until(listener, "state")]

    assert "Пока вас не было" in texts


async def test_asking_streams_the_way_to_the_answer(shop: Shop, url: str) -> None:
    visitor = await shop.visitor()
    body = {"message": "Сколько стоит?"}
    async with stream(url, visitor, "POST", "", json=body, params={"wait": 20}) as listener:
        before = await events_until(listener, "typing")
        await shop.answer(visitor.dialog, "Сто рублей")
        after = await events_until(listener, "done")
        assert await listener.ended()

    assert [event.kind for event in before] == ["session", "accepted", "typing"]
    assert [event.kind for event in after] == ["message", "done"]
    assert after[0].data["text"] == "Сто рублей"
    assert after[1].data == {"status": "answered"}


async def test_asking_tells_of_a_handoff_and_of_time_that_is_up(shop: Shop, url: str) -> None:
    visitor = await shop.visitor()
    async with stream(url, visitor, "POST", "", json={"message": "Человека!"}, params={"wait": 20}) as listener:
        await events_until(listener, "typing")
        await shop.call_people(visitor.dialog)
        handed = await events_until(listener, "done")
    other = await shop.visitor()
    async with stream(url, other, "POST", "", json={"message": "Ау"}, params={"wait": 0.1}) as listener:
        timed_out = await events_until(listener, "timeout")

    assert [event.kind for event in handed] == ["handoff", "done"]
    assert handed[1].data == {"status": "needs_human"}
    assert timed_out[-1].data == {"status": "waiting"}


async def test_all_chats_of_a_workspace_share_one_look(shop: Shop, url: str) -> None:
    anna, boris = await shop.visitor(), await shop.visitor()

    async with hearing(url, anna) as first, hearing(url, boris) as second:
        await first.line(), await second.line()
        assert shop.office.api.events.watched == 1


async def test_a_stream_ends_with_its_chat(shop: Shop, url: str) -> None:
    visitor = await shop.visitor()
    manager = await shop.office.person("olga")
    async with hearing(url, visitor) as listener:
        await manager.delete(f"/api/v1/workspaces/{shop.workspace}/inboxes/chat1")
        shop.office.clock.advance(5)

        assert await listener.ended()


async def test_one_address_cannot_hold_streams_without_end(shop: Shop, url: str) -> None:
    visitor = await shop.visitor()
    held = [hearing(url, visitor) for _ in range(STREAMS_PER_ADDRESS)]
    listeners = await asyncio.gather(*(one.__aenter__() for one in held))
    for listener in listeners:
        await listener.line()

    async with httpx.AsyncClient(base_url=url, headers=dict(visitor.client.headers)) as browser:
        refused = await browser.get(f"{shop.root}/events")
    for one in held:
        await one.__aexit__(None, None, None)

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
