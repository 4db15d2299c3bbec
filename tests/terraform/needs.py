"""What each function uses while the whole product runs on the machine of the tests: the rights that it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from infra.adapters import Ports
from infra.cipher import KEYS_SECRET
from infra.local.functions import FunctionsHere
from infra.task_queues import queue_of
from infra.topology import UNREADABLE, dead_letter_topic, read_address
from shared.domain.channels import ChannelKind
from shared.domain.inboxes import Inbox
from tests.support.machine import Machine, Site

Need = tuple[str, str, str]
"""Service, what it does (publishes, enqueues, reads, writes), and to what."""
CALLER: ContextVar[str] = ContextVar("CALLER", default="")
"""The service that works just now; empty: the test itself."""
FILES, SECRETS = "files", "secrets"
GOOGLE, MODEL = "google-client-secret", "llm-api-key"

Naming = Mapping[str, Callable[..., tuple[str, str]]]
"""Method of a port to what a call of it does."""


class Noted:
    """Stands in front of a port and notes who calls it for what."""

    def __init__(self, port: Any, naming: Naming, needs: set[Need]) -> None:
        self._port = port
        self._naming = naming
        self._needs = needs

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        naming = self._naming.get(name)
        if naming is None or not iscoroutinefunction(found):
            return found

        async def noted(*given: Any, **named: Any) -> Any:
            if CALLER.get():
                self._needs.add((CALLER.get(), *naming(*given)))
            return await found(*given, **named)

        return noted


class NotedModels:
    """Stands in front of the choice of a model."""

    def __init__(self, pick: Callable[[Any], Any], needs: set[Need]) -> None:
        self._pick = pick
        self._needs = needs

    def __call__(self, settings: Any) -> Any:
        self._needs.add((CALLER.get(), SECRETS, MODEL))
        return self._pick(settings)


class Named(FunctionsHere):
    """The functions, each under its own name."""

    async def deliver(self, target: str, body: bytes, headers: Mapping[str, str]) -> int:
        CALLER.set(target.replace("_", "-"))
        try:
            return await super().deliver(target, body, headers)
        finally:
            CALLER.set("")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = read_address(scope["path"])
        CALLER.set("" if address is None else address.function.replace("_", "-"))
        await super().__call__(scope, receive, send)  # a request has a context of its own


class NotedMachine(Machine):
    """A machine that keeps a list of what its functions needed. Each call of one finds an empty memory: what another
    function has opened already serves nobody in the cloud."""

    def __init__(self, folder: Path, url: str) -> None:
        self.needs: set[Need] = set()
        super().__init__(folder, url)
        self.functions = Named()

    async def tick(self, function: str) -> None:
        """The clock calls a function, and what follows from it is done."""
        await self._tick(function)
        await self.run(2)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if read_address(scope["path"]) is not None:
            self.reboot()
        await super().__call__(scope, receive, send)

    async def _post(self, target: str, body: bytes) -> int:
        self.reboot()
        return await super()._post(target, body)

    def _ports(self) -> Ports:
        ports = super()._ports()
        for name, naming in NAMINGS.items():
            ports.__dict__[name] = Noted(getattr(ports, name), naming, self.needs)
        ports.__dict__["pick_model"] = NotedModels(ports.pick_model, self.needs)
        return ports


@asynccontextmanager
async def noted_machine(folder: Path) -> AsyncIterator[NotedMachine]:
    """Such a machine with its vendors, on a free port of this host."""
    async with Site().listening() as site:
        machine = NotedMachine(folder, site.url)
        site.app = Starlette(routes=[Mount("/sandbox", app=machine.outside.app()), Mount("/", app=machine)])
        await machine.outside.start()
        try:
            yield machine
        finally:
            await machine.close()


def _publishes(topic: str, *_: Any) -> tuple[str, str]:
    return "publishes", str(topic)


def _enqueues(task: Any) -> tuple[str, str]:
    return "enqueues", queue_of(task)


def _keeps(*_: Any) -> tuple[str, str]:
    return "publishes", dead_letter_topic(UNREADABLE)


def _reads(*_: Any) -> tuple[str, str]:
    return "reads", FILES


def _writes(*_: Any) -> tuple[str, str]:
    return "writes", FILES


def _opens(*_: Any) -> tuple[str, str]:
    return SECRETS, KEYS_SECRET


def _connects(inbox: Inbox) -> tuple[str, str]:
    """Access to a mailbox is earned from Google as the shop's client."""
    return SECRETS, GOOGLE if inbox.channel is ChannelKind.GMAIL else KEYS_SECRET


NAMINGS: Mapping[str, Naming] = {
    "bus": {"publish": _publishes, "publish_data": _publishes},
    "tasks": {"enqueue": _enqueues},
    "dead_letters": {"keep": _keeps},
    "blobs": {"get": _reads, "keys": _reads, "put": _writes, "delete": _writes},
    "cipher": {"encrypt": _opens, "decrypt": _opens, "rotate": _opens},
    "opener": {"open": _connects},
}
"""By port. What is made of another one comes after it."""
