"""The stand-in for the web chat: sites that show it, and visitors who come to our public API over real HTTP.

There is no vendor to simulate. What lies between is the network: our own public address as sites see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from infra.channels.web_chat.remedies import ORIGINS, UNREACHABLE
from infra.channels.web_chat.sandbox_browser import Browser
from infra.channels.web_chat.sandbox_sites import Site, Sites
from infra.sandbox.faults import Faults, FaultyNetwork
from infra.sandbox.standin import CustomerFile, OverHttp, SandboxContext, Seen
from shared.domain.messages import AttachmentKind
from shared.errors import InvalidInput


class WebChatSandbox(OverHttp):
    """`Standin` for the web chat. An account is a site; it learns which chat it shows when the chat is connected."""

    sendable: ClassVar[frozenset[AttachmentKind]] = frozenset({"image", "file"})
    has_vendor_app: ClassVar[bool] = False

    def __init__(self, context: SandboxContext) -> None:
        self.faults = Faults()
        self._context = context
        self._sites = Sites(context.world)
        routes = [Route("/api/v1/chat", self._look_from_outside)]
        self._app = FaultyNetwork(Starlette(routes=routes), self.faults)

    @property
    def app(self) -> ASGIApp:
        """Our public address, as the sites of this world see it: for `WEB_CHAT_URL`."""
        return self._app

    def open_account(self, account: str) -> Mapping[str, str]:
        """The settings of a chat for this site."""
        site = self._sites.site(account)
        self._sites.keep(site)
        return {"origins": site.origin}

    def renew_credentials(self, account: str) -> Mapping[str, str]:
        """The site gets another address, and its pages come from there."""
        site = self._sites.site(account)
        self._sites.keep(replace(site, moves=site.moves + 1, problem=""))
        return self.open_account(account)

    def afflict(self, account: str, problem: str) -> None:
        """A problem of `REMEDIES`, as seen from outside."""
        self._sites.keep(replace(self._sites.site(account), problem=problem))

    async def write(self, account: str, customer: str, text: str, files: Sequence[CustomerFile] = ()) -> str:
        """One message a file and one for the text; answers the id of the last."""
        if not text and not files:
            raise InvalidInput("nothing to write")
        browser = self._browser(account, customer)
        for file in files:
            id = browser.type("", file)
        if text:
            id = browser.type(text)
        self._remember(account, customer)
        await browser.refresh()
        return id

    async def answer_in_vendor_app(self, account: str, customer: str, text: str) -> str:
        """There is no app but Parley."""
        raise InvalidInput("the web chat is answered in Parley only")

    def seen_by(self, account: str, customer: str) -> list[Seen]:
        """The chat as it stands on the visitor's screen since they last looked."""
        return self._browser(account, customer).seen()

    async def refresh(self, account: str | None = None, customer: str | None = None) -> None:
        """Visitors look, and send again what did not get through: one of them, or all."""
        for known_account, known_customer in self._context.world.fact("web_chat/visitors") or []:
            if account in (None, known_account) and customer in (None, known_customer):
                await self._browser(known_account, known_customer).refresh()

    def _browser(self, account: str, customer: str) -> Browser:
        context = self._context
        assert context.http is not None
        return Browser(context.world, context.http, context.address, self.faults, self._sites.site(account), customer)

    def _remember(self, account: str, customer: str) -> None:
        known = self._context.world.fact("web_chat/visitors") or []
        if [account, customer] not in known:
            self._context.world.learn("web_chat/visitors", [*known, [account, customer]])

    async def _look_from_outside(self, request: Request) -> Response:
        """What `connect` and `test` ask: passed on to us, unless something is wrong in between."""
        origin = request.headers.get("origin", "")
        site = self._sites.at(origin)
        problem = self._problem(site, origin)
        if problem == ORIGINS:
            return JSONResponse({"status": 403, "code": "foreign_origin"}, 403)
        if problem == UNREACHABLE:
            return Response("no such host", 404, media_type="text/plain")
        assert self._context.http is not None
        answer = await self._context.http.get(
            f"{self._context.address}/api/v1/chat",
            params=dict(request.query_params),
            headers={"origin": origin} if origin else {},
            timeout=10.0,
        )
        if site is not None and answer.is_success:
            found = answer.json()
            self._sites.keep(replace(site, slug=found["slug"], inbox=found["inbox_id"]))
        return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))

    def _problem(self, site: Site | None, origin: str) -> str:
        if self.faults.reject_credentials or (site is not None and site.origin != origin):
            return ORIGINS
        return site.problem if site is not None else ""
