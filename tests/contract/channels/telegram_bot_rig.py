"""A bot, its simulated vendor and our webhook, talking over real loopback HTTP."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from infra.channels.telegram_bot.sandbox import TelegramBotSandbox
from infra.channels.telegram_business.sandbox import TelegramBusinessSandbox
from infra.sandbox.push import Pusher
from infra.sandbox.standin import SandboxContext, Standin
from infra.sandbox.world import World
from infra.telegram.api import BotApi
from shared.domain.arrivals import Arrival, Outgoing, RawDelivery
from shared.errors import DeskError
from shared.ports.channel import Channel
from tests.support.clock import ManualClock
from tests.unit.infra.channels.telegram_bot.reading import a_bot

ACCOUNT = "inbox1"
ANNA = "Анна Петрова"
_TLS = ssl.create_default_context()
"""Made once, because loading certificates takes longer than a test."""


class Rig:
    """All parts of one test. `hooked` and `called` keep what went over the wire."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.http = httpx.AsyncClient(verify=_TLS, event_hooks={"request": [self._record]})
        self.pushing = httpx.AsyncClient(verify=_TLS)
        self.pusher = Pusher(self.pushing)
        context = SandboxContext(World(), self.clock, self.pusher, self._no_topic)
        self.sandbox = TelegramBotSandbox(context)
        self.business = TelegramBusinessSandbox(context)
        self.standin: Standin = self.sandbox
        self.token = self.sandbox.open_account(ACCOUNT)["token"]
        self.hooked: list[RawDelivery] = []
        self.called: list[tuple[str, dict[str, Any]]] = []
        self.hook_status = 200
        self.port = 0
        self.app = Starlette(
            routes=[
                Mount("/telegram", app=self.sandbox.app),
                Route("/hooks/telegram/inbox1", self._hook, methods=["POST"]),
            ]
        )

    @property
    def hook_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks/telegram/inbox1"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/telegram"

    def bot(self, **changes: Any) -> Channel:
        return a_bot(self.http, **{"url": self.url, "token": self.token, "clock": self.clock, **changes})

    def api(self, token: str = "") -> BotApi:
        return BotApi(self.http, self.url, token or self.token)

    async def connected(self) -> Channel:
        bot = self.bot()
        await bot.connect(self.hook_url)
        return bot

    async def arrivals(self) -> list[Arrival]:
        """All that our webhook was told, read by the channel."""
        await self.pusher.drained()
        return [arrival for delivery in self.hooked for arrival in self.bot().read(delivery)]

    @property
    def thread(self) -> str:
        """Anna's thread, read off the first delivery as the desk would."""
        return str(json.loads(self.hooked[0].body)["message"]["chat"]["id"])

    def outgoing(self, text: str = "Да, есть", *, thread: str = "", **changes: Any) -> Outgoing:
        first_tried_at = self.clock.now()
        return Outgoing(
            message_id="m1", thread=thread or self.thread, text=text, first_tried_at=first_tried_at, **changes
        )

    def texts(self) -> list[tuple[str, str]]:
        return [(seen.sender, seen.text) for seen in self.standin.seen_by(ACCOUNT, ANNA)]

    async def close(self) -> None:
        await self.pusher.close()
        await self.pushing.aclose()
        await self.http.aclose()

    async def _record(self, request: httpx.Request) -> None:
        method = request.url.path.rpartition("/")[2]
        content = await request.aread()
        if request.headers.get("content-type", "").startswith("multipart/"):
            names = re.findall(rb'form-data; name="([^"]+)"', content)
            self.called.append((method, {name.decode(): ... for name in names}))
        else:
            self.called.append((method, json.loads(content or b"{}")))

    async def _hook(self, request: Request) -> Response:
        if self.hook_status == 200:
            self.hooked.append(RawDelivery(body=await request.body(), headers=dict(request.headers)))
        return Response(status_code=self.hook_status)

    async def _no_topic(self, topic: str, message: dict[str, Any]) -> None:
        raise AssertionError(topic)


class _Server(uvicorn.Server):
    """Ends when it is told, not at the next tick."""

    def __init__(self, app: Starlette) -> None:
        super().__init__(uvicorn.Config(app, lifespan="off", log_level="critical", access_log=False))
        self.end = asyncio.Event()

    async def main_loop(self) -> None:
        await self.end.wait()


@asynccontextmanager
async def running() -> AsyncIterator[Rig]:
    """A rig behind a real server on a free port."""
    rig = Rig()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        rig.port = listener.getsockname()[1]
        server = _Server(rig.app)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield rig
        finally:
            await rig.close()
            server.end.set()
            await serving


async def error_of(awaitable: Any) -> DeskError:
    """The error that a call raises."""
    try:
        await awaitable
    except DeskError as error:
        return error
    raise AssertionError("no error")
