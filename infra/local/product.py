"""The whole product on one machine and one port: API, functions, queue, scheduler, sandbox and the demo.

`python -m infra.local.product` on the embedded stack; with PARLEY_STACK=emulators the functions are processes of
their own, named by PARLEY_FUNCTION_URLS, and storage and bus are the official emulators.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from infra.adapters import Ports
from infra.bootstrap import Desk, install
from infra.channels.telegram_account.worker import AccountWorker
from infra.cipher import ensure_key
from infra.local.files import write_atomically
from infra.local.functions import Functions, FunctionsElsewhere, FunctionsHere
from infra.local.queue.dispatcher import Dispatcher
from infra.logs import configure_logging
from infra.misconfigured import Misconfigured
from infra.passwords import Argon2Passwords
from infra.sandbox.demo import EMAIL, Demo
from infra.sandbox.outside import Outside
from infra.settings import Settings, read_settings
from infra.topology import SCHEDULES
from shared.domain.channels import ChannelKind
from shared.store.users import Users
from shared.store.workspaces import Workspaces


class Product:
    """All parts, wired."""

    def __init__(self, settings: Settings) -> None:
        ports = Ports(settings)
        self.settings = settings
        self.desk = Desk(ports)
        install(self.desk)
        urls = settings.function_urls
        self.functions: Functions = FunctionsElsewhere(urls, ports.http) if urls else FunctionsHere()
        sandbox = settings.data_dir / "sandbox.db"
        self.outside = Outside(sandbox, ports.clock, ports.http, self._notify, settings.public_url)
        self.dispatcher = Dispatcher(ports.queue, self.functions.deliver, ports.clock, schedules=SCHEDULES)
        self.accounts = self._account_worker()
        self.is_ready = False

    def app(self) -> Starlette:
        """The one ASGI application."""
        # By name: the API is a door, and doors are not imported by what stands behind them.
        api: ASGIApp = import_module("api.app").create_app(self.desk)
        return Starlette(
            routes=[
                Route("/", _to_sandbox),
                Route("/healthz", self._healthz),
                Mount("/hooks", app=self.functions),
                Mount("/sandbox", app=self.outside.app()),
                Mount("/", app=api),
            ]
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work the queue and the schedules, and set up the demo, once the port is open."""
        await ensure_key(self.desk.ports.secrets)
        working = asyncio.create_task(self.dispatcher.run())
        stop = asyncio.Event()
        accounts = asyncio.create_task(self.accounts.run(stop))
        try:
            await self.outside.start()
            await self._demo()(demo_password(self.settings))
            self.outside.pusher.resume()
            self.is_ready = True
            yield
        finally:
            working.cancel()
            stop.set()
            await asyncio.gather(working, accounts, return_exceptions=True)
            await self.outside.close()

    async def _healthz(self, request: Request) -> Response:
        del request
        return JSONResponse({"status": "ok" if self.is_ready else "starting"}, 200 if self.is_ready else 503)

    def _account_worker(self) -> AccountWorker:
        """Our address names the process: nobody else can have it at the same time, and a restart is the same one."""
        simulated: Any = self.outside.standins[ChannelKind.TELEGRAM_ACCOUNT]
        others = bool(self.settings.function_urls)
        return self.desk.account_worker(self.settings.public_url, simulated=simulated.client, answers_calls=others)

    def _demo(self) -> Demo:
        desk, ports = self.desk, self.desk.ports
        return Demo(
            desk.platform,
            Users(ports.store),
            Workspaces(ports.store),
            Argon2Passwords(),
            desk.inbox_secrets,
            desk.connect_inbox,
            self.outside,
            ports.clock,
            ports.ids,
        )

    async def _notify(self, topic: str, data: dict[str, Any]) -> None:
        """Gmail publishes on a topic of ours what is no event of ours: every bus carries it, no port names it."""
        bus: Any = self.desk.ports.bus
        await bus.publish_data(topic.rpartition("/")[2], json.dumps(data).encode(), {})


async def _to_sandbox(request: Request) -> Response:
    """The page to begin with, where nobody has set up anything."""
    del request
    return RedirectResponse("/sandbox/")


def demo_password(settings: Settings) -> str:
    """Made for this data folder, unless the environment sets it."""
    if settings.demo_password is not None:
        return settings.demo_password.get_secret_value()
    return kept_word(settings.data_dir / "demo-password", size=12)


def kept_word(file: Path, *, size: int) -> str:
    """A random word of so many bytes, made at the first start and kept in a file."""
    if not file.exists():
        write_atomically(file, secrets.token_urlsafe(size).encode())
    return file.read_text().strip()


def welcome(settings: Settings) -> str:
    """What a person who starts the product needs to know."""
    real = sorted(settings.vendors.model_fields_set)
    model = settings.llm.base_url or "none: the assistant answers from its FAQ"
    return f"""
Parley is up:  {settings.public_url}
  API          {settings.public_url}/docs
  sandbox      {settings.public_url}/sandbox/   (play the customer)
  demo login   {EMAIL}  /  {demo_password(settings)}
  simulated    every vendor of the workspace "demo"{f", except {', '.join(real)}" if real else ""}
  model        {model}
  data         {settings.data_dir.resolve()}
"""


class Server(uvicorn.Server):
    """Ends in order on SIGTERM and Ctrl-C. Uvicorn's own would raise the signal again and cut the ending short."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """While it serves, both signals ask it to stop."""
        kept = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)


async def serve(settings: Settings, host: str, port: int) -> None:
    """Run until interrupted."""
    product = Product(settings)
    config = uvicorn.Config(product.app(), host=host, port=port, log_config=None, lifespan="off", access_log=False)
    server = Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn offers nothing to wait for
        await asyncio.sleep(0.01)
    if serving.done():
        raise SystemExit(f"port {port} of {host} cannot be opened")
    async with product.running():
        print(welcome(settings), flush=True)
        await serving


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says."""

    settings: Settings
    host: str
    port: int


def command_line(description: str) -> Given:
    """Read the command line; the environment fills in the rest."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data-dir", type=Path, default=Path(".data"))
    given = parser.parse_args()
    shown = "127.0.0.1" if given.host in ("0.0.0.0", "::") else given.host  # noqa: S104 - only compared
    try:
        settings = read_settings()
    except Misconfigured as error:
        sys.exit(f"parley: {error}")
    changes: dict[str, Any] = {"data_dir": given.data_dir}
    if "public_url" not in settings.model_fields_set:
        changes["public_url"] = f"http://{shown}:{given.port}"
    return Given(settings.model_copy(update=changes), given.host, given.port)


def main() -> None:
    """The command line."""
    given = command_line("Parley on this machine")
    configure_logging(stream=sys.stderr)
    asyncio.run(serve(given.settings, given.host, given.port))


if __name__ == "__main__":
    main()
