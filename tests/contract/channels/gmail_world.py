"""The stand-in for Gmail on a real port, and an inbox of ours connected to it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import uvicorn
from starlette.types import ASGIApp

from infra.channels.context import ChannelContext
from infra.channels.gmail.channel import Gmail
from infra.channels.gmail.sandbox import GmailSandbox
from infra.sandbox.push import Pusher
from infra.sandbox.standin import SandboxContext
from infra.sandbox.world import World
from infra.settings import VendorSettings
from shared.domain.arrivals import Echo, Outgoing, Page, Received
from tests.contract.channels.gmail_discovery import Witness
from tests.support.clock import ManualClock

TOPIC = "projects/parley/topics/gmail-push"


class MemoryVault:
    """The vault of one inbox, in memory."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self._values: dict[str, tuple[str, datetime]] = {}

    async def get(self, name: str) -> str | None:
        value, expires_at = self._values.get(name, ("", self._clock.now()))
        return value if expires_at > self._clock.now() else None

    async def put(self, name: str, value: str, *, expires_at: datetime) -> None:
        self._values[name] = (value, expires_at)


@dataclass
class GmailWorld:
    """Everything a test touches."""

    sandbox: GmailSandbox
    clock: ManualClock
    http: httpx.AsyncClient
    url: str
    witness: Witness
    notices: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def vendors(self, **changes: Any) -> VendorSettings:
        settings = {
            "gmail_api_url": self.url,
            "google_oauth_url": self.url,
            "google_consent_url": f"{self.url}/consent",
            "google_client_id": "client",
            "google_client_secret": "client-secret",
            "gmail_topic": TOPIC,
        }
        return VendorSettings(**(settings | changes))

    def channel(self, account: str = "shop", vault: MemoryVault | None = None, **changes: Any) -> Gmail:
        credentials = dict(self.sandbox.open_account(account))
        return Gmail(
            ChannelContext(
                inbox_id=account,
                account=credentials["email"],
                credentials=credentials,
                webhook_secret="",
                vendors=self.vendors(**changes),
                http=self.http,
                clock=self.clock,
                vault=vault or MemoryVault(self.clock),
            )
        )

    def answer_to(self, letter: Received, text: str, *, id: str = "m1", is_automatic: bool = True) -> Outgoing:
        return Outgoing(
            message_id=id,
            thread=letter.thread,
            contact_source_id=letter.contact.source_id,
            text=text,
            context=letter.context,
            is_automatic=is_automatic,
            first_tried_at=self.clock.now(),
        )


def received(page: Page) -> list[Received]:
    return [arrival for arrival in page.arrivals if isinstance(arrival, Received)]


def texts(*pages: Page) -> list[str]:
    """Of letters and echoes, in their order."""
    return [arrival.text for page in pages for arrival in page.arrivals if isinstance(arrival, Received | Echo)]


def echoes(page: Page) -> list[Echo]:
    return [arrival for arrival in page.arrivals if isinstance(arrival, Echo)]


async def pull_all(channel: Gmail, cursor: str | None) -> list[Page]:
    """Pull until there is no more."""
    pages = [await channel.pull(cursor)]
    while pages[-1].more:
        pages.append(await channel.pull(pages[-1].cursor))
    return pages


@asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[str]:
    """Serve on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def gmail_world() -> AsyncIterator[GmailWorld]:
    clock, world = ManualClock(), World()
    notices: list[tuple[str, dict[str, Any]]] = []

    async def notify(topic: str, notice: dict[str, Any]) -> None:
        notices.append((topic, notice))

    async with httpx.AsyncClient() as http:
        sandbox = GmailSandbox(SandboxContext(world, clock, Pusher(http), notify))
        witness = Witness(sandbox.app)
        async with listening(witness) as url:
            yield GmailWorld(sandbox, clock, http, url, witness, notices)
    world.close()
