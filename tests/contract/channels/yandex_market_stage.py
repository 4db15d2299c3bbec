"""The stage for Market's contract tests: stand-in and receiver of notifications on a real port, the adapter beside."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from infra.channels.context import ChannelContext
from infra.channels.yandex_market.channel import YandexMarket
from infra.channels.yandex_market.sandbox import YandexMarketSandbox
from infra.sandbox.push import Pusher
from infra.sandbox.standin import SandboxContext
from infra.sandbox.world import World
from infra.settings import VendorSettings
from shared.domain.arrivals import Arrival, Outgoing, Page, RawDelivery
from tests.support.clock import ManualClock
from tests.support.openapi import Wiretap

INBOX, SECRET, SHOP = "inbox-one", "a-secret-of-forty-three-characters", "shop"


class NoVault:
    """Market gives out no tokens that could be kept."""

    async def get(self, name: str) -> str | None:
        raise AssertionError(name)

    async def put(self, name: str, value: str, *, expires_at: datetime) -> None:
        raise AssertionError(name)


@dataclass
class Stage:
    """All parts, wired: the adapter calls the stand-in, the stand-in's notifications land in `deliveries`."""

    address: str
    market: YandexMarketSandbox
    tap: Wiretap
    pusher: Pusher
    clock: ManualClock
    context: ChannelContext
    deliveries: list[RawDelivery] = field(default_factory=list)

    def channel(self, **changes: object) -> YandexMarket:
        """A new adapter, as another worker has it."""
        return YandexMarket(replace(self.context, **changes))  # type: ignore[arg-type]

    @property
    def webhook(self) -> str:
        return f"{self.address}/hooks/yandex_market/{INBOX}/{SECRET}"

    async def connected(self) -> str:
        """The cursor of an inbox that was just connected, whose owner has pasted the address."""
        connection = await self.channel().connect(self.webhook)
        self.market.paste_address(SHOP, connection.webhook_url)
        assert connection.cursor is not None
        return connection.cursor

    async def arrivals(self) -> list[Arrival]:
        """What the notifications brought so far, read by the adapter."""
        await self.pusher.drained()
        return [arrival for delivery in self.deliveries for arrival in self.channel().read(delivery)]

    def calls(self, part: str) -> int:
        """How many calls went to paths that end so."""
        return sum(exchange.path.endswith(part) for exchange in self.tap.exchanges)

    def reply(self, arrival: Any, text: str, **more: Any) -> Outgoing:
        """Our answer to an arrival."""
        return Outgoing(
            message_id="ours",
            thread=arrival.thread,
            kind=arrival.kind,
            context=arrival.context,
            text=text,
            first_tried_at=self.clock.now(),
            **more,
        )


def texts(arrivals: Sequence[Arrival]) -> list[tuple[str, str]]:
    """Kinds and words of arrivals; words that wait for nobody are called notices."""
    return [(_kind(arrival), getattr(arrival, "text", "")) for arrival in arrivals]


def _kind(arrival: Arrival) -> str:
    return "Notice" if getattr(arrival, "is_automatic", False) else type(arrival).__name__


async def pulled(channel: YandexMarket, cursor: str | None) -> Page:
    """All pages of a pull as one."""
    found: list[Arrival] = []
    while True:
        page = await channel.pull(cursor)
        found += page.arrivals
        cursor = page.cursor
        if not page.more:
            return page.model_copy(update={"arrivals": tuple(found)})


async def whole_history(channel: YandexMarket, since: datetime) -> list[Arrival]:
    """All pages of the history."""
    found: list[Arrival] = []
    page = await channel.history(since, None)
    found += page.arrivals
    while page.more:
        page = await channel.history(since, page.cursor)
        found += page.arrivals
    return found


@asynccontextmanager
async def open_stage() -> AsyncIterator[Stage]:
    """A stage with one open account and nothing connected."""
    clock, deliveries = ManualClock(), list[RawDelivery]()
    # Naming the protocol lets asyncio switch Nagle off: 40 ms less for every answer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with httpx.AsyncClient() as http, httpx.AsyncClient() as calling_us:
        pusher = Pusher(calling_us)
        market = YandexMarketSandbox(SandboxContext(world=World(), clock=clock, pusher=pusher, notify=_nobody))
        tap = Wiretap(market.app)
        context = ChannelContext(
            inbox_id=INBOX,
            account="",
            credentials=market.open_account(SHOP),
            webhook_secret=SECRET,
            vendors=VendorSettings(yandex_market_api_url=f"{address}/market"),
            http=http,
            clock=clock,
            vault=NoVault(),
        )
        async with _serving(_site(tap, deliveries), listening):
            yield Stage(address, market, tap, pusher, clock, context, deliveries)
            await pusher.close()


def _site(tap: Wiretap, deliveries: list[RawDelivery]) -> Starlette:
    async def receive(request: Request) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        deliveries.append(RawDelivery(await request.body(), headers, request.path_params["secret"]))
        return JSONResponse({})

    hook = Route("/hooks/yandex_market/{inbox}/{secret}", receive, methods=["POST"])
    return Starlette(routes=[Mount("/market", tap), hook])


@asynccontextmanager
async def _serving(site: Starlette, listening: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(site, log_level="critical", lifespan="off", timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 - it offers no event
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = server.force_exit = True
        await task


async def _nobody(topic: str, message: dict[str, object]) -> None:
    raise AssertionError("Market has no Pub/Sub")
