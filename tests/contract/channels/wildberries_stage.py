"""The stage for Wildberries' contract tests: the stand-in on a real port, the adapter beside it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from infra.channels.context import ChannelContext
from infra.channels.wildberries.channel import Wildberries
from infra.channels.wildberries.sandbox import WildberriesSandbox
from infra.sandbox.push import Pusher
from infra.sandbox.standin import SandboxContext
from infra.sandbox.world import World
from infra.settings import VendorSettings
from shared.domain.arrivals import Arrival, Echo, Outgoing, OutgoingFile, Page, Received
from shared.domain.messages import AttachmentKind
from tests.support.clock import ManualClock
from tests.support.openapi import Wiretap

SHOP, ANNA = "shop", "Анна"


class MemoryVault:
    """Keeps what it is given until it expires."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.kept: dict[str, tuple[str, datetime]] = {}

    async def get(self, name: str) -> str | None:
        value, until = self.kept.get(name, ("", self._clock.now()))
        return value if until > self._clock.now() else None

    async def put(self, name: str, value: str, *, expires_at: datetime) -> None:
        self.kept[name] = (value, expires_at)


@dataclass
class Stage:
    """All parts, wired; `cursor` is where the next pull starts."""

    address: str
    wb: WildberriesSandbox
    tap: Wiretap
    clock: ManualClock
    context: ChannelContext
    vault: MemoryVault
    cursor: str | None = None
    sent: int = field(default=0)

    def channel(self, credentials: Mapping[str, str] | None = None) -> Wildberries:
        """A new adapter on the same vault, as another worker has it."""
        return Wildberries(replace(self.context, credentials=credentials or self.context.credentials))

    async def connect(self) -> None:
        self.cursor = (await self.channel().connect("https://desk.example/hooks")).cursor

    async def pull(self) -> list[Arrival]:
        """One pull as the desk makes it, a minute after the last: page after page, the cursor kept."""
        self.clock.advance(60)
        arrivals: list[Arrival] = []
        page = Page(more=True)
        while page.more:
            page = await self.channel().pull(self.cursor)
            arrivals += page.arrivals
            self.cursor = page.cursor
        return arrivals

    async def thread(self, text: str = "Подойдёт ли на рост 170?") -> str:
        """A chat in which a customer has written."""
        await self.wb.write(SHOP, ANNA, text)
        first = (await self.pull())[0]
        assert isinstance(first, Received)
        return first.thread

    def reply(self, thread: str, text: str, *files: OutgoingFile, id: str = "") -> Outgoing:
        self.sent += 1
        return Outgoing(
            message_id=id or f"ours-{self.sent}",
            thread=thread,
            text=text,
            files=files,
            first_tried_at=self.clock.now(),
        )

    def shop_texts(self, customer: str = ANNA) -> list[str]:
        return [seen.text for seen in self.wb.seen_by(SHOP, customer) if seen.sender == "shop"]

    def calls(self, part: str) -> int:
        """How many calls went to paths with this part."""
        return sum(part in exchange.path for exchange in self.tap.exchanges)

    def without_limits(self) -> None:
        """For tests that make more calls at one moment than Wildberries takes."""
        for bucket in self.wb.gate.full:
            self.wb.gate.full[bucket] = replace(self.wb.gate.full[bucket], most=10_000)


def texts(arrivals: Sequence[Arrival]) -> list[tuple[str, str]]:
    """Kinds and words of arrivals."""
    return [(type(arrival).__name__, getattr(arrival, "text", "")) for arrival in arrivals]


def ids(arrivals: Sequence[Arrival]) -> list[str]:
    return [arrival.source_id for arrival in arrivals if isinstance(arrival, (Received, Echo))]


def a_file(
    name: str = "Чек.pdf", mime_type: str = "application/pdf", size: int = 64, kind: AttachmentKind = "file"
) -> OutgoingFile:
    return OutgoingFile(kind=kind, name=name, mime_type=mime_type, content=b"%PDF".ljust(size, b"x")[:size])


@asynccontextmanager
async def open_stage() -> AsyncIterator[Stage]:
    """A stage with one open account, connected."""
    clock = ManualClock()
    vault = MemoryVault(clock)
    # Naming the protocol lets asyncio switch Nagle off: 40 ms less for every answer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with httpx.AsyncClient() as http:
        wb = WildberriesSandbox(SandboxContext(World(), clock, Pusher(http), nobody))
        tap = Wiretap(wb.app)
        vendors = VendorSettings(
            wildberries_chat_api_url=f"{address}/wb/chat", wildberries_feedbacks_api_url=f"{address}/wb/feedbacks"
        )
        context = ChannelContext("inbox", "", wb.open_account(SHOP), "secret", vendors, http, clock, vault)
        async with _serving(Starlette(routes=[Mount("/wb", tap)]), listening):
            stage = Stage(address, wb, tap, clock, context, vault)
            await stage.connect()
            tap.exchanges.clear()
            yield stage


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


async def nobody(topic: str, message: dict[str, object]) -> None:
    raise AssertionError("Wildberries has no Pub/Sub")
