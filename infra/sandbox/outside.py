"""The simulated outside world: every vendor's stand-in, and the doors by which a person plays the customer."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from pydantic import Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from infra.channels.registry import REGISTRY, sandbox_class
from infra.sandbox.push import Pusher
from infra.sandbox.standin import Refreshed, SandboxContext, Seen, Standin
from infra.sandbox.world import World
from shared.domain.channels import ChannelKind
from shared.domain.model import Strict
from shared.errors import InvalidInput
from shared.ports.clock import Clock

PAGE = Path(__file__).parent / "page"
Notify = Callable[[str, dict[str, Any]], Awaitable[None]]


class CustomerText(Strict):
    """What a customer writes on the page."""

    text: str = Field(min_length=1, max_length=20_000)


class Outside:
    """All stand-ins over one world."""

    def __init__(
        self, file: Path | None, clock: Clock, http: httpx.AsyncClient, notify: Notify, address: str = ""
    ) -> None:
        self.world = World(file)
        self.pusher = Pusher(http, world=self.world, sleep=clock.sleep)
        context = SandboxContext(self.world, clock, self.pusher, notify, address, http)
        self.standins: dict[ChannelKind, Standin] = {kind: sandbox_class(kind)(context) for kind in REGISTRY}

    def app(self) -> Starlette:
        """To be mounted at `/sandbox`."""
        vendors = [Mount(f"/api/{kind.value}", app=standin.app) for kind, standin in self.standins.items()]
        person = "/{channel}/{inbox}/customers/{customer}"
        return Starlette(
            routes=[
                *vendors,
                Route("/", self._page),
                Route("/page.js", self._script),
                Route("/page.css", self._style),
                Route("/accounts", self._accounts),
                Route(person, self._write, methods=["POST"]),
                Route(person, self._seen, methods=["GET"]),
                Route(person + "/vendor-app", self._vendor_app, methods=["POST"]),
            ]
        )

    def present(self, kind: ChannelKind, account: str, name: str) -> dict[str, str]:
        """Make sure an account exists, list it on the page, and answer its credentials."""
        accounts = self.world.fact("accounts") or {}
        accounts[f"{kind.value}/{account}"] = name
        self.world.learn("accounts", accounts)
        return dict(self.standins[kind].open_account(account))

    async def start(self) -> None:
        """Open the doors that are not HTTP. Safe to repeat."""
        for standin in self.standins.values():
            await standin.start()

    async def refresh(self) -> None:
        """Every customer looks at what lies with us, where it does."""
        for standin in self.standins.values():
            if isinstance(standin, Refreshed):
                await standin.refresh()

    async def close(self) -> None:
        """Stop calling out and close the file."""
        for standin in self.standins.values():
            await standin.close()
        await self.pusher.close()
        self.world.close()

    async def _page(self, request: Request) -> Response:
        if not request.url.path.endswith("/"):
            return RedirectResponse(request.url.path + "/")
        return FileResponse(PAGE / "index.html")

    async def _script(self, request: Request) -> Response:
        del request
        return FileResponse(PAGE / "page.js")

    async def _style(self, request: Request) -> Response:
        del request
        return FileResponse(PAGE / "page.css")

    async def _accounts(self, request: Request) -> Response:
        del request
        listed = [
            {"channel": key.partition("/")[0], "inbox_id": key.partition("/")[2], "name": name}
            for key, name in (self.world.fact("accounts") or {}).items()
        ]
        return JSONResponse({"items": listed})

    async def _write(self, request: Request) -> Response:
        return await self._say(request, lambda standin, *args: standin.write(*args))

    async def _vendor_app(self, request: Request) -> Response:
        return await self._say(request, lambda standin, *args: standin.answer_in_vendor_app(*args))

    async def _say(self, request: Request, say: Callable[..., Awaitable[str]]) -> Response:
        standin = self._standin(request)
        if standin is None:
            return _refused(404, "no such account in the sandbox")
        try:
            text = CustomerText.model_validate_json(await request.body()).text
            source_id = await say(standin, request.path_params["inbox"], request.path_params["customer"], text)
        except ValidationError:
            return _refused(422, 'the body is {"text": "..."} with 1 to 20000 characters')
        except InvalidInput as error:
            return _refused(422, str(error))
        return JSONResponse({"id": source_id}, 201)

    async def _seen(self, request: Request) -> Response:
        standin = self._standin(request)
        if standin is None:
            return _refused(404, "no such account in the sandbox")
        inbox, customer = request.path_params["inbox"], request.path_params["customer"]
        if isinstance(standin, Refreshed):
            await standin.refresh(inbox, customer)
        messages = standin.seen_by(inbox, customer)
        return JSONResponse({"messages": [_shown(seen) for seen in messages]})

    def _standin(self, request: Request) -> Standin | None:
        channel, inbox = request.path_params["channel"], request.path_params["inbox"]
        if f"{channel}/{inbox}" not in (self.world.fact("accounts") or {}):
            return None
        return self.standins[ChannelKind(channel)]


def _shown(seen: Seen) -> dict[str, Any]:
    shown: dict[str, Any] = {"from": seen.sender, "text": seen.text, "at": seen.at.isoformat()}
    if seen.files:
        shown["files"] = list(seen.files)
    if seen.extra:
        shown["extra"] = json.loads(json.dumps(dict(seen.extra), default=str))
    return shown


def _refused(status: int, detail: str) -> Response:
    return JSONResponse({"status": status, "detail": detail}, status, media_type="application/problem+json")
