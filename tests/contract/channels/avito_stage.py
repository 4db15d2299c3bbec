"""The stage for Avito's contract tests: stand-in and webhook receiver on a real port, the adapter beside them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from infra.channels.avito.api import AvitoApi
from infra.channels.avito.channel import Avito
from infra.channels.avito.sandbox import AvitoSandbox
from infra.channels.context import ChannelContext
from infra.sandbox.push import Pusher
from infra.sandbox.standin import SandboxContext
from infra.sandbox.world import World
from infra.settings import VendorSettings
from shared.domain.arrivals import Arrival, Outgoing, OutgoingFile, RawDelivery
from tests.support.clock import ManualClock
from tests.support.openapi import Wiretap

INBOX, SECRET, SHOP = "inbox-one", "a-secret-of-forty-three-characters", "shop"


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
    """All parts, wired: the adapter calls the stand-in, the stand-in's webhooks land in `deliveries`."""

    address: str
    avito: AvitoSandbox
    tap: Wiretap
    pusher: Pusher
    clock: ManualClock
    context: ChannelContext
    deliveries: list[RawDelivery] = field(default_factory=list)

    def channel(self, **changes: object) -> Avito:
        """A new adapter on the same vault, as another worker has it."""
        return Avito(replace(self.context, **changes))  # type: ignore[arg-type]

    def webhook(self, secret: str = SECRET, inbox: str = INBOX) -> str:
        return f"{self.address}/hooks/avito/{inbox}/{secret}"

    async def arrivals(self) -> list[Arrival]:
        """What the webhooks brought so far, read by the adapter."""
        await self.pusher.drained()
        return [arrival for delivery in self.deliveries for arrival in self.channel().read(delivery)]

    async def user(self) -> str:
        """The account's id at Avito."""
        return str((await AvitoApi(self.context).me())["id"])

    def calls(self, part: str) -> int:
        """How many calls went to paths with this part."""
        return sum(part in exchange.path for exchange in self.tap.exchanges)

    def reply(self, thread: str, text: str) -> Outgoing:
        return Outgoing(message_id="ours", thread=thread, text=text, first_tried_at=self.clock.now())

    def image(self, thread: str, content: bytes, *, id: str = "picture", mime_type: str = "image/png") -> Outgoing:
        file = OutgoingFile(kind="image", name="photo.png", mime_type=mime_type, content=content)
        return Outgoing(message_id=id, thread=thread, text="", files=(file,), first_tried_at=self.clock.now())


def texts(arrivals: Sequence[Arrival]) -> list[tuple[str, str]]:
    """Kinds and words of arrivals."""
    return [(type(arrival).__name__, getattr(arrival, "text", "")) for arrival in arrivals]


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
        avito = AvitoSandbox(SandboxContext(world=World(), clock=clock, pusher=pusher, notify=_nobody))
        tap = Wiretap(avito.app)
        context = ChannelContext(
            inbox_id=INBOX,
            account="",
            credentials=avito.open_account(SHOP),
            webhook_secret=SECRET,
            vendors=VendorSettings(avito_api_url=f"{address}/avito"),
            http=http,
            clock=clock,
            vault=MemoryVault(clock),
        )
        async with _serving(_site(tap, deliveries), listening):
            yield Stage(address, avito, tap, pusher, clock, context, deliveries)
            await pusher.close()


def _site(tap: Wiretap, deliveries: list[RawDelivery]) -> Starlette:
    async def receive(request: Request) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        deliveries.append(RawDelivery(await request.body(), headers, request.path_params["secret"]))
        return Response(status_code=200)

    return Starlette(routes=[Mount("/avito", tap), Route("/hooks/avito/{inbox}/{secret}", receive, methods=["POST"])])


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
    raise AssertionError("Avito has no Pub/Sub")
