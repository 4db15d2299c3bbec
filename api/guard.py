"""What holds for every answer: headers, a limit to bodies, no bare error, one line in the log."""

from __future__ import annotations

import logging
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem
from api.traced import SERVICE, method_of
from infra.log_context import learn
from infra.log_events import LogEvent
from infra.logs import told
from shared.errors import TooLarge
from shared.ports.clock import Clock

BODY_LIMIT: Final = 2**20
UPLOAD_LIMIT: Final = 25 * 2**20
"""Of a form with a file. It is not taken in here: whoever is let in reads it, piece by piece, onto a disk."""
_UPLOADS: Final = ("/attachments", "/files")
"""How the addresses end that take such a form."""
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}
_API_HEADERS: Final = {
    "Cache-Control": "no-store, private",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}
log = logging.getLogger("parley.api")


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        call = _Call(scope, send, self._clock)
        try:
            await self._app(scope, await _limited(scope, receive), call.send)
        except TooLarge:
            await call.answer(413, "too_large", f"At most {_limit(scope)} bytes.", receive)
        except Exception as error:  # whatever it is, the caller gets problem details and no traceback
            learn(scope.get("path_params", {}))
            log.error(LogEvent.FAILED, extra={"function": SERVICE, "route": call.route, **told(error)})
            await call.answer(500, "internal_error", "Something went wrong on our side.", receive)
        learn(scope.get("path_params", {}))
        log.info(LogEvent.HANDLED, extra=call.facts())


class _Call:
    """One request on its way out."""

    def __init__(self, scope: Scope, send: Send, clock: Clock) -> None:
        self.status = 0
        self._scope = scope
        self._send = send
        self._clock = clock
        self._came_at = self._answered_at = clock.monotonic()

    @property
    def route(self) -> str:
        """The route's template: addresses themselves carry ids."""
        return getattr(self._scope.get("route"), "path", "unknown")

    def facts(self) -> dict[str, Any]:
        """What the log says of it. The latency is that until the answer began: an event stream goes on for minutes."""
        return {
            "function": SERVICE,
            "method": method_of(self._scope),
            "route": self.route,
            "status": self.status,
            "latency_ms": round((self._answered_at - self._came_at) * 1000),
        }

    async def send(self, message: Message) -> None:
        """Add the headers to the first message."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._answered_at = self._clock.monotonic()
            headers = MutableHeaders(scope=message)
            is_api = self._scope["path"].startswith("/api/")
            standard = {**_HEADERS, **(_API_HEADERS if is_api else {})}
            if not is_api and "content-security-policy" in headers:
                del standard["X-Frame-Options"]  # a page's own policy says who may frame it
            for name, value in standard.items():
                headers[name] = value
        await self._send(message)

    async def answer(self, status: int, code: str, detail: str, receive: Receive) -> None:
        """An error, unless an answer is under way already: then the connection breaks."""
        if not self.status:
            await problem(self._scope["path"], status, code, detail)(self._scope, receive, self.send)


async def _limited(scope: Scope, receive: Receive) -> Receive:
    """The body is taken in before anybody reads it as JSON, up to the limit. Raises `TooLarge`."""
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return receive
    declared = dict(scope["headers"]).get(b"content-length", b"")
    if declared.isdigit() and int(declared) > _limit(scope):
        raise TooLarge
    if scope["path"].endswith(_UPLOADS):
        return _counted(receive, _limit(scope))
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return _replay([message], receive)
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_LIMIT:
            raise TooLarge
    return _replay([{"type": "http.request", "body": bytes(body), "more_body": False}], receive)


def _limit(scope: Scope) -> int:
    return UPLOAD_LIMIT if scope["path"].endswith(_UPLOADS) else BODY_LIMIT


def _counted(receive: Receive, most: int) -> Receive:
    """The same pieces, until they are too many. Raises `TooLarge`."""
    left = most

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLarge(f"at most {most} bytes")
        return message

    return counted


def _replay(messages: list[Message], receive: Receive) -> Receive:
    async def replayed() -> Message:
        return messages.pop(0) if messages else await receive()

    return replayed
