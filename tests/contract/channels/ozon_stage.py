"""The stage for Ozon's contract tests: stand-in and a door for its pushes on a real port, the adapter beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from infra.channels.context import ChannelContext
from infra.channels.ozon.api import OzonApi
from infra.channels.ozon.channel import Ozon
from infra.channels.ozon.sandbox import OzonSandbox
from infra.sandbox.push import Pusher
from infra.sandbox.standin import SandboxContext
from infra.sandbox.world import World
from infra.settings import VendorSettings
from shared.domain.arrivals import Arrival, Outgoing, OutgoingFile, RawDelivery
from tests.support.clock import ManualClock
from tests.support.openapi import Wiretap
from tests.support.receiver import serve

INBOX, SECRET, SHOP, ANNA = "inbox-one", "a-secret-of-forty-three-characters", "shop", "Анна"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


class NoVault:
    """Ozon's keys need no tokens."""

    async def get(self, name: str) -> str | None:
        raise AssertionError("nothing is kept")

    async def put(self, name: str, value: str, *, expires_at: datetime) -> None:
        raise AssertionError("nothing is kept")


@dataclass
class Stage:
    """All parts, wired: the adapter calls the stand-in, the stand-in's pushes land in `deliveries`."""

    ozon: OzonSandbox
    tap: Wiretap
    pusher: Pusher
    clock: ManualClock
    context: ChannelContext
    address: str = ""
    answer: Any = None
    """What the door answers instead of what the adapter says."""
    deliveries: list[RawDelivery] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)

    def channel(self, **changes: object) -> Ozon:
        """A new adapter, as another worker has it."""
        return Ozon(replace(self.context, **changes))  # type: ignore[arg-type]

    @property
    def api(self) -> OzonApi:
        return OzonApi(self.context)

    def webhook(self, secret: str = SECRET, inbox: str = INBOX) -> str:
        return f"{self.address}/hooks/ozon/{inbox}/{secret}"

    async def urls(self) -> set[str]:
        """The addresses that Ozon pushes to."""
        return {endpoint.url for endpoint in await self.api.endpoints()}

    async def arrivals(self) -> list[Arrival]:
        """What the pushes brought so far, read by the adapter."""
        await self.pusher.drained()
        return [arrival for delivery in self.deliveries for arrival in self.channel().read(delivery)]

    async def thread(self, text: str = "Подойдёт?") -> str:
        """A chat in which a customer has just written."""
        source_id = await self.ozon.write(SHOP, ANNA, text)
        del source_id
        page = await self.channel().pull(None)
        return page.arrivals[-1].thread  # type: ignore[union-attr]

    def calls(self, part: str) -> int:
        return sum(part in exchange.path for exchange in self.tap.exchanges)

    def reply(self, thread: str, text: str, *files: OutgoingFile) -> Outgoing:
        return Outgoing(message_id="ours", thread=thread, text=text, files=files, first_tried_at=self.clock.now())

    def shop_says(self) -> list[tuple[str, tuple[str, ...]]]:
        """What the customer got: words and names of files."""
        return [(seen.text, seen.files) for seen in self.ozon.seen_by(SHOP, ANNA) if seen.sender == "shop"]

    async def receive(self, request: Request) -> Response:
        """Our door, as the function behind it answers."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        delivery = RawDelivery(await request.body(), headers, request.path_params["secret"])
        self.deliveries.append(delivery)
        self.answers.append(self.answer or dict(self.channel().acknowledge(delivery)))
        return JSONResponse(self.answers[-1])


def texts(arrivals: Sequence[Arrival]) -> list[tuple[str, str]]:
    """Kinds and words of arrivals."""
    return [(type(arrival).__name__, getattr(arrival, "text", "")) for arrival in arrivals]


@asynccontextmanager
async def open_stage() -> AsyncIterator[Stage]:
    """A stage with one open account and nothing connected."""
    clock = ManualClock()
    async with httpx.AsyncClient() as http, httpx.AsyncClient() as calling_us:
        pusher = Pusher(calling_us)
        ozon = OzonSandbox(SandboxContext(world=World(), clock=clock, pusher=pusher, notify=_nobody))
        ozon.gate.requests_per_second = 10_000  # the clock stands still
        tap = Wiretap(ozon.app)
        context = ChannelContext(
            inbox_id=INBOX,
            account="",
            credentials=ozon.open_account(SHOP),
            webhook_secret=SECRET,
            vendors=VendorSettings(),
            http=http,
            clock=clock,
            vault=NoVault(),
        )
        stage = Stage(ozon, tap, pusher, clock, context)
        hook = Route("/hooks/ozon/{inbox}/{secret}", stage.receive, methods=["POST"])
        async with serve(Starlette(routes=[Mount("/ozon", tap), hook])) as stage.address:
            stage.context = replace(context, vendors=VendorSettings(ozon_api_url=f"{stage.address}/ozon"))
            yield stage
            await pusher.close()


async def _nobody(topic: str, message: dict[str, object]) -> None:
    raise AssertionError("Ozon has no Pub/Sub")
