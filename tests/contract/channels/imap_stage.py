"""The stage for the mail channel's contract tests: a provider on real ports, and an inbox of ours at it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from infra.channels.context import ChannelContext
from infra.channels.imap.channel import Imap
from infra.channels.imap.sandbox import ImapSandbox
from infra.sandbox.push import Pusher
from infra.sandbox.standin import SandboxContext
from infra.sandbox.world import World
from infra.settings import Settings, VendorSettings
from shared.domain.arrivals import Echo, Outgoing, OutgoingFile, Page, Received
from tests.contract.channels.gmail_world import MemoryVault
from tests.support.clock import ManualClock

SHOP = "shop"
ADDRESS = "shop@mail.example"


def simulated() -> VendorSettings:
    """What lets an adapter call servers of this machine."""
    return Settings().sandbox_vendors()


@dataclass
class Stage:
    """Everything a test touches."""

    provider: ImapSandbox
    clock: ManualClock
    http: httpx.AsyncClient

    def channel(self, vendors: VendorSettings | None = None, **more: str) -> Imap:
        return self.channel_with({**self.provider.open_account(SHOP), **more}, vendors)

    def channel_with(self, credentials: Mapping[str, str], vendors: VendorSettings | None = None) -> Imap:
        return channel_of(credentials, self.clock, self.http, vendors)

    async def write(self, text: str, customer: str = "Анна", **more: Any) -> None:
        self.clock.advance(1)
        await self.provider.write(SHOP, customer, text, **more)

    def answer_to(self, letter: Received, text: str = "Есть.", *, id: str = "m1", **more: Any) -> Outgoing:
        return answer_to(letter, self.clock, text, id=id, **more)

    def folder(self, name: str) -> list[bytes]:
        return [letter.raw for letter in self.provider.shelf(SHOP).letters(name)]


def channel_of(
    credentials: Mapping[str, str],
    clock: ManualClock,
    http: httpx.AsyncClient,
    vendors: VendorSettings | None = None,
) -> Imap:
    return Imap(
        ChannelContext(
            inbox_id="inbox",
            account="",
            credentials=credentials,
            webhook_secret="",
            vendors=vendors or simulated(),
            http=http,
            clock=clock,
            vault=MemoryVault(clock),
        )
    )


def answer_to(letter: Received, clock: ManualClock, text: str = "Есть.", *, id: str = "m1", **more: Any) -> Outgoing:
    return Outgoing(
        message_id=id,
        thread=letter.thread,
        contact_source_id=letter.contact.source_id,
        text=text,
        context=letter.context,
        first_tried_at=clock.now(),
        **more,
    )


def a_file(
    name: str = "Счёт № 15.pdf", mime_type: str = "application/pdf", content: bytes = b"%PDF-1.4\n"
) -> OutgoingFile:
    return OutgoingFile(kind="file", name=name, mime_type=mime_type, content=content)


def received(*pages: Page) -> list[Received]:
    return [arrival for page in pages for arrival in page.arrivals if isinstance(arrival, Received)]


def echoes(*pages: Page) -> list[Echo]:
    return [arrival for page in pages for arrival in page.arrivals if isinstance(arrival, Echo)]


def texts(*pages: Page) -> list[str]:
    return [arrival.text for page in pages for arrival in page.arrivals if isinstance(arrival, Received | Echo)]


async def pull_all(channel: Imap, cursor: str | None) -> list[Page]:
    """Until there is no more."""
    pages = [await channel.pull(cursor)]
    while pages[-1].more:
        pages.append(await channel.pull(pages[-1].cursor))
    return pages


async def history_of(channel: Imap, since: Any) -> list[Page]:
    """The whole of it."""
    pages = [await channel.history(since, None)]
    while pages[-1].more:
        pages.append(await channel.history(since, pages[-1].cursor))
    return pages


@asynccontextmanager
async def open_stage(file: Path | None = None) -> AsyncIterator[Stage]:
    """An open provider with one account; what a file of the world remembers is still there."""
    clock, world = ManualClock(), World(file)

    async def nobody(topic: str, data: dict[str, Any]) -> None:
        raise AssertionError("a mail provider has no Pub/Sub")

    async with httpx.AsyncClient() as http:
        provider = ImapSandbox(SandboxContext(world, clock, Pusher(http), nobody))
        await provider.start()
        try:
            yield Stage(provider, clock, http)
        finally:
            await provider.close()
            world.close()
