"""One account of the simulated Telegram with a connection to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from infra.channels.telegram_account.live import LiveLine
from infra.channels.telegram_account.sandbox import TelegramAccountSandbox
from infra.channels.telegram_account.session import open_session
from infra.sandbox.push import Pusher
from infra.sandbox.standin import SandboxContext
from infra.sandbox.world import World
from infra.settings import VendorSettings
from infra.telegram.sandbox.people import person
from shared.domain.arrivals import Arrival, Outgoing
from tests.support.clock import ManualClock

ACCOUNT, ANNA = "shop", "Анна"


class Stage:
    """`line` is connected; what it has heard is in `heard`."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        world = World()
        self.telegram = TelegramAccountSandbox(
            SandboxContext(world, self.clock, Pusher(httpx.AsyncClient(), world=world), _nowhere)
        )
        self.key = self.telegram.open_account(ACCOUNT)["session"]
        self.memory = ""
        self.line: LiveLine

    async def start(self, *, takes: Sequence[str] = ("private",)) -> LiveLine:
        """A new connection, with the memory that the last one has saved."""
        session = open_session(self.key, self.memory)
        client = self.telegram.client(VendorSettings(), session)
        self.line = LiveLine(client, session, frozenset(takes), self.clock)
        await self.line.start()
        return self.line

    async def stop(self) -> None:
        """Hang up and save."""
        await self.line.stop()
        self.memory = self.line.session.memory()

    async def anna_writes(self, text: str = "Есть размер 38?") -> str:
        self.clock.advance(1)
        return await self.telegram.write(ACCOUNT, ANNA, text)

    def heard(self) -> list[Arrival]:
        """What has arrived since the last look."""
        arrived = list(self.line.arrived)
        self.line.arrived.clear()
        return arrived

    def outgoing(self, text: str = "Да, есть", **changes: Any) -> Outgoing:
        told = {"message_id": "m1", "thread": str(person(ANNA)["id"]), "first_tried_at": self.clock.now()}
        return Outgoing(**{**told, "text": text, **changes})

    def texts(self) -> list[tuple[str, str]]:
        return [(seen.sender, seen.text) for seen in self.telegram.seen_by(ACCOUNT, ANNA)]


async def _nowhere(topic: str, data: dict[str, Any]) -> None:
    del topic, data
