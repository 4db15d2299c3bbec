"""What a flood of calls costs the public web chat, and what it may not cost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from shared.domain.web_chat import FILE_LIMIT
from shared.services.web_chat_limits import CALLS_PER_ADDRESS, STREAMS_PER_ADDRESS
from tests.api.network_store import NetworkStore
from tests.api.office import Office
from tests.api.web_chat_shop import SITE, Shop, open_shop
from tests.support.files import PNG
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


def store_of(shop: Shop) -> NetworkStore:
    store = shop.office.desk.ports.store
    assert isinstance(store, NetworkStore)
    return store


async def test_a_call_above_the_limit_reads_nothing_whatever_page_it_comes_from(shop: Shop) -> None:
    client = await shop.office.client(origin=SITE)
    for _ in range(CALLS_PER_ADDRESS):
        shop.office.api.web_chat_limits.knock("127.0.0.1")
    reads = store_of(shop).reads

    for number in range(5):
        refused = await client.post(f"/api/v1/chat/guess-{number}/session")
        assert refused.status_code == 429
        assert (await client.get("/api/v1/chat", params={"inbox": f"guess{number}"})).status_code == 429

    assert store_of(shop).reads == reads


async def test_preflights_count_as_calls(shop: Shop) -> None:
    headers = {"origin": SITE, "access-control-request-method": "POST"}
    client = await shop.office.client(**headers)
    for _ in range(CALLS_PER_ADDRESS - 1):
        shop.office.api.web_chat_limits.knock("127.0.0.1")

    admitted = await client.options(f"{shop.root}/messages")
    reads = store_of(shop).reads
    refused = await client.options("/api/v1/chat/another/messages")

    assert admitted.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-origin" not in refused.headers
    assert store_of(shop).reads == reads


async def test_a_listed_site_may_take_up_a_stream_where_it_broke_off(shop: Shop) -> None:
    client = await shop.office.client(**{"origin": SITE, "access-control-request-method": "GET"})

    allowed = (await client.options(f"{shop.root}/events")).headers["access-control-allow-headers"]

    assert "last-event-id" in allowed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
        ("1.2.3.4, 2001:db8:1:2::1", "5.6.7.8, 2001:db8:1:2::2"),
        ("9.9.9.9, 192.0.2.1", "8.8.8.8, 192.0.2.1"),
        ("192.0.2.1", "::ffff:192.0.2.1"),
        ("not an address", "another one"),
    ],
)
async def test_what_one_subscriber_can_choose_freely_is_one_address(shop: Shop, one: str, other: str) -> None:
    client = await shop.office.client(**{"x-forwarded-for": one})
    for _ in range(CALLS_PER_ADDRESS):
        await client.get("/api/v1/chat", params={"inbox": "nothing"})

    refused = await client.get("/api/v1/chat", params={"inbox": "nothing"}, headers={"x-forwarded-for": other})
    neighbour = await client.get(
        "/api/v1/chat", params={"inbox": "nothing"}, headers={"x-forwarded-for": "2001:db8:9::"}
    )

    assert (refused.status_code, neighbour.status_code) == (429, 404)


async def test_many_streams_at_once_do_not_slip_through(shop: Shop, url: str) -> None:
    visitor = await shop.visitor()
    asked = 3 * STREAMS_PER_ADDRESS
    statuses: list[int] = []
    all_answered = asyncio.Event()

    async def listen(browser: httpx.AsyncClient) -> None:
        async with browser.stream("GET", f"{shop.root}/events") as response:
            statuses.append(response.status_code)
            if len(statuses) == asked:
                all_answered.set()
            await all_answered.wait()

    limits = httpx.Limits(max_connections=asked)
    async with httpx.AsyncClient(
        base_url=url, headers=dict(visitor.client.headers), timeout=20, limits=limits
    ) as browser:
        await asyncio.gather(*(listen(browser) for _ in range(asked)))

    assert statuses.count(200) == STREAMS_PER_ADDRESS
    assert statuses.count(429) == asked - STREAMS_PER_ADDRESS


async def test_many_visitors_of_one_address_may_wait_for_their_answers_at_once(shop: Shop) -> None:
    client = await shop.office.client()
    body = {"message": "Есть кто-нибудь?"}
    asked = 2 * STREAMS_PER_ADDRESS
    calls = [client.post(f"{shop.root}{path}", params={"wait": 0}, json=body) for path in ("", "/message")]
    calls += [client.post(f"{shop.root}/message", params={"wait": 0}, json=body) for _ in range(asked - len(calls))]

    answers = await asyncio.gather(*calls)

    assert {answer.status_code for answer in answers} == {200}


async def test_a_stream_that_is_over_makes_room(shop: Shop, url: str) -> None:
    visitor = await shop.visitor()
    limits = shop.office.api.web_chat_limits
    async with httpx.AsyncClient(base_url=url, headers=dict(visitor.client.headers)) as browser:
        async with browser.stream("GET", f"{shop.root}/events"):
            assert limits.streams == 1
    for _ in range(500):
        await asyncio.sleep(0.01)
        if not limits.streams:
            break

    assert limits.streams == 0


async def test_a_body_above_a_files_limit_is_read_no_further(shop: Shop) -> None:
    visitor = await shop.visitor()
    taken = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(24):
            taken += 2**20
            yield PNG + bytes(2**20 - len(PNG))

    refused = await visitor.client.post(f"{shop.root}/files", content=pieces(), headers={"content-type": "image/png"})

    assert (refused.status_code, refused.json()["code"]) == (413, "file_too_large")
    assert taken <= FILE_LIMIT + 2**21


async def test_what_a_visitor_calls_a_file_is_kept_short_and_printable(shop: Shop) -> None:
    visitor = await shop.visitor()

    sent = await visitor.upload(b"a,b", "text/csv; header=present", "..%2F..%2Fbad%0D%0A%E2%80%AEname.csv")
    refused = await visitor.upload(b"abc", f"audio/{'x' * 5000}")
    odd = await visitor.upload(b"abc", 'audio/x"; filename="y')

    assert sent.status_code == 202
    assert [refused.json()["code"], odd.json()["code"]] == ["file_refused"] * 2
    ((file,),) = [item["files"] for item in (await visitor.history())["items"]]
    assert (file["name"], file["mime_type"]) == ("badname.csv", "text/csv")


@pytest.mark.parametrize("field", ["message", "name", "user_id", "page", "referrer", "dialog_id"])
async def test_half_a_character_is_refused_or_taken_and_breaks_nothing(shop: Shop, field: str) -> None:
    visitor = await shop.visitor()
    body = b'{"message": "x", "%s": "https://a.example/\\ud800"}' % field.encode()

    answer = await visitor.client.post(
        f"{shop.root}/messages", content=body, headers={"content-type": "application/json"}
    )

    assert answer.status_code in (202, 404, 422), answer.text
