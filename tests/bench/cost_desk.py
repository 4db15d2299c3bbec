"""The desk as it is deployed: each function with a memory of its own, every request metered, the clock by hand."""

from __future__ import annotations

import itertools
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.events import Pace
from infra.adapters import Ports
from infra.bootstrap import Desk, install
from infra.local.functions import FunctionsHere
from infra.logs import JsonLines
from infra.topology import FUNCTIONS, handler, read_address
from shared.domain.channels import ChannelKind
from shared.domain.events import InboxPull, Topic
from shared.domain.ids import InboxId, stable_id
from tests.bench.cost_counting import (
    CountingBus,
    CountingLog,
    CountingModels,
    CountingOpener,
    CountingSecrets,
    CountingStore,
    CountingTasks,
    CountingWaits,
    Meter,
    Tally,
)
from tests.support.machine import WORKSPACE, Machine, Site

API, WORKER = "api", "telegram_accounts"
SILENT: dict[ChannelKind, dict[str, float]] = {
    ChannelKind.IMAP: {},
    # Written, looked at every half second, taken, answered and removed: `infra.channels.telegram_account.remote`.
    ChannelKind.TELEGRAM_ACCOUNT: {"reads": 4, "writes": 3, "deletes": 1},
}
"""Kinds of channel whose vendor is not called over HTTP, and what a call does to the store besides."""
VENDORS = "/sandbox/api/"


class MeteredMachine(Machine):
    """`tests.support.machine`, taken apart into the services of the cloud."""

    def __init__(self, folder: Path, url: str) -> None:
        self.meter = Meter()
        self.calls = VendorCalls()
        self._starts = itertools.count()
        super().__init__(folder, url)
        self._http = httpx.AsyncClient(transport=CountingWaits(httpx.AsyncHTTPTransport(), VENDORS))
        self.desks: dict[str, Desk] = {}
        self.functions = _Apart(self)
        simulated: Any = self.outside.standins[ChannelKind.TELEGRAM_ACCOUNT]
        self.desks[WORKER] = worker = Desk(self._metered(WORKER))
        self.accounts = worker.account_worker(url, simulated=simulated.client, answers_calls=False)
        self.sleep()

    def sleep(self) -> None:
        """All instances go and what they remember, except the worker's: it is there for not going."""
        for name in (*FUNCTIONS, API):
            self.desks[name] = Desk(self._metered(name))
            self.desks[name].ports.lines.host = self.accounts
        self.desk, self.api = self.desks[API], None

    async def close(self) -> None:
        """Stop, and let go of connections."""
        await super().close()
        await self._http.aclose()

    async def tick(self, name: str) -> None:
        """Cloud Scheduler calls."""
        await self._post(name, b"")

    async def ask_for(self, kind: ChannelKind) -> None:
        """A pull of one inbox, as `schedule_pulls` publishes it. Its tick is counted where idle time is."""
        pull = InboxPull(workspace_id=WORKSPACE, inbox_id=InboxId(kind.value))
        await self.desks["schedule_pulls"].ports.bus.publish(Topic.INBOX_PULL, pull)

    async def step(self, seconds: float) -> None:
        """What is due is done, in the order of the world, then time passes."""
        await self.outside.pusher.drained()
        await self._hold_accounts()
        await self.pump()
        await self.outside.pusher.drained()
        self.clock.advance(seconds)

    async def _hold_accounts(self) -> None:
        with self.meter.serving(WORKER, requests=-1):  # a worker pool is called by nobody
            await super()._hold_accounts()

    async def _post(self, target: str, body: bytes) -> int:
        self.requests.append(target)
        return await self.functions.deliver(target, body, {"content-type": "application/json"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Vendors' calls go to their function, visitors' and members' to the API."""
        if not scope["path"].startswith("/api/"):
            await self.functions(scope, receive, send)
            return
        with self.meter.serving(API):
            await self._api_of_today()(scope, receive, send)

    def _api_of_today(self) -> ASGIApp:
        from api.app import create_app
        from api.context import Api

        if self.api is None:
            self.api = create_app(self.desks[API])
            self.api.state.api = Api(self.desks[API], Pace(look_every=3600.0))
        return self.api  # type: ignore[no-any-return]

    def _metered(self, name: str) -> Ports:
        ports, plain = Ports(self.settings), self._first
        own: dict[str, Any] = {"clock": self.clock, "ids": _Ids(f"{name} {next(self._starts)}")}
        own |= {"queue": self.queue, "http": self._http, "store": CountingStore(plain.store)}
        ports.__dict__ |= own
        ports.__dict__["secrets"] = CountingSecrets(ports.secrets)
        ports.__dict__ |= {
            "bus": CountingBus(ports.bus),
            "tasks": CountingTasks(ports.tasks),
            "pick_model": CountingModels(ports.pick_model),
            "opener": CountingOpener(ports.opener, SILENT),
        }
        return ports


class _Ids:
    """Ids of one start of one service: the same in every run."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._numbers = itertools.count()

    def new(self) -> str:
        return stable_id(self._prefix, str(next(self._numbers)))

    def secret(self) -> str:
        return self.new() + self.new()


class _Apart(FunctionsHere):
    """Each function at its own desk."""

    def __init__(self, machine: MeteredMachine) -> None:
        self._machine = machine

    async def deliver(self, target: str, body: bytes, headers: Mapping[str, str]) -> int:
        machine = self._machine
        kind = "requests" if not body else "pushes" if body.startswith(b'{"message":') else "dispatches"
        with machine.meter.serving(target, **({kind: 1} if kind != "requests" else {})) as tally:
            install(machine.desks[target])
            machine.calls.caller = tally
            return await super().deliver(target, body, headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = read_address(scope["path"])
        if address is None:
            await super().__call__(scope, receive, send)
            return
        body = await Request(scope, receive).body()

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        with self._machine.meter.serving(address.function):
            install(self._machine.desks[address.function])  # nothing is waited for before it is asked for
            response = await handler(address.function)(Request(scope, again))
        await response(scope, receive, send)


class VendorCalls:
    """In front of the simulated vendors. Functions that call vendors run one at a time: `caller` is who it was."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self.caller: Tally | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        if scope["type"] == "http" and scope["path"].startswith(VENDORS) and self.caller is not None:
            self.caller.vendor_calls += 1
            self.caller.vendor_bytes += _head(scope)
            receive = self._weighed(receive, self.caller)
        await self.app(scope, receive, send)

    def _weighed(self, receive: Receive, caller: Tally) -> Receive:
        async def weighed() -> Message:
            message = await receive()
            caller.vendor_bytes += len(message.get("body", b""))
            return message

        return weighed


def _head(scope: Scope) -> int:
    return len(scope["path"]) + sum(len(name) + len(value) + 4 for name, value in scope["headers"]) + 20


@asynccontextmanager
async def metered_machine(folder: Path) -> AsyncIterator[MeteredMachine]:
    """A metered machine whose vendors and doors listen on a free port of this host."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - a benchmark may wait
    log = CountingLog(logging.INFO)
    log.setFormatter(JsonLines())
    logger = logging.getLogger("parley")
    logger.addHandler(log)
    before = logger.level, logger.propagate
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        async with Site().listening() as site:
            machine = MeteredMachine(folder, site.url)
            doors = Starlette(routes=[Mount("/sandbox", app=machine.outside.app()), Mount("/", app=machine)])
            machine.calls.app, site.app = doors, machine.calls
            await machine.outside.start()
            try:
                yield machine
            finally:
                await machine.close()
    finally:
        logger.removeHandler(log)
        logger.level, logger.propagate = before
