"""A request's place in its trace: around everything else, so that every line of the log says it."""

from __future__ import annotations

from http import HTTPMethod
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra.trace_context import read_headers
from infra.tracing import Tracing

SERVICE: Final = "api"
_METHODS: Final = frozenset(HTTPMethod)


class Traced:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self._app = app
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        caller = read_headers(Headers(scope=scope))
        with self._tracing.request(SERVICE, "server", caller, is_caller_ours=False) as span:
            if not span.trace.is_sampled:
                await self._app(scope, receive, send)
                return
            answer = _Answer(send)
            await self._app(scope, receive, answer.send)
            route = getattr(scope.get("route"), "path", "unknown")
            span.rename(f"{method_of(scope)} {route}")
            span.note({"status": answer.status})
            if answer.status >= 500:
                span.fail(str(answer.status))
        await self._tracing.flush()
        await answer.finish()


def method_of(scope: Scope) -> str:
    """A method of HTTP's own: a caller may make up any word."""
    return str(scope["method"]) if scope["method"] in _METHODS else "other"


class _Answer:
    """An answer whose last piece waits until the span has left: afterwards there is no CPU to send it with."""

    def __init__(self, send: Send) -> None:
        self.status = 0
        self._send = send
        self._last: Message | None = None

    async def send(self, message: Message) -> None:
        """Pass on all but the last piece."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self._last = message
        else:
            await self._send(message)

    async def finish(self) -> None:
        """Send what was kept."""
        if self._last is not None:
            await self._send(self._last)
