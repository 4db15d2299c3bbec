"""Lets the sites of an owner's list read the answers of the public web chat, errors included."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth.address import client_address
from api.context import Api
from shared.errors import DeskError, NotFound
from shared.services.web_chat_limits import WebChatLimits
from shared.services.web_chats import WebChat

_ALLOWED: Final = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type, idempotency-key, last-event-id, x-file-name",
    "Access-Control-Max-Age": "600",
}


class WebChatCors:
    """ASGI middleware. It only adds headers: whether a call is let in is decided by the routes."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request."""
        if scope["type"] != "http" or not scope["path"].startswith(self._prefix):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        origin = request.headers.get("origin", "")
        if not origin or not await self._is_listed(request, origin):
            await self._app(scope, receive, send)
            return
        app: ASGIApp = Response(status_code=204, headers=_ALLOWED) if _is_preflight(request) else self._app
        await app(scope, receive, _adding(send, origin))

    async def _is_listed(self, request: Request, origin: str) -> bool:
        try:
            return (await self._chat(request)).settings.admits(origin)
        except DeskError:
            return False  # the route says so in its own words

    async def _chat(self, request: Request) -> WebChat:
        api = request.app.state.api
        assert isinstance(api, Api)
        self._count(api.web_chat_limits, request)
        slug = request.scope["path"].removeprefix(self._prefix).strip("/").partition("/")[0]
        inbox = request.query_params.get("inbox", "")
        if slug:
            return await api.web_chats.find(slug, inbox)
        if inbox:
            return await api.web_chats.find_by_inbox(inbox)
        raise NotFound

    def _count(self, limits: WebChatLimits, request: Request) -> None:
        """The routes count their calls and see no preflight. Raises `TooManyRequests` before anything is read."""
        address = client_address(request)
        if _is_preflight(request):
            limits.knock(address)
        else:
            limits.check_calls(address)


def _is_preflight(request: Request) -> bool:
    return request.method == "OPTIONS" and "access-control-request-method" in request.headers


def _adding(send: Send, origin: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = "retry-after"
            headers.add_vary_header("Origin")
        await send(message)

    return sending
