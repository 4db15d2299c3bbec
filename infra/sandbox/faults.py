"""Faults that can be switched on for a stand-in, in front of its real behaviour."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(slots=True)
class Faults:
    """What goes wrong at the vendor. Counters run down; flags stay until they are cleared."""

    outage: bool = False
    """Every call answers 503."""
    lose_answers: int = 0
    """The next writing calls (not GET) are done, but the connection breaks before the answer."""
    rate_limited: int = 0
    """The next calls are refused as too many; the stand-in words it as its vendor does."""
    reject_credentials: bool = False
    """Every call is refused as unauthorised; the stand-in words it."""
    lose_pushes: bool = False
    """Webhooks and notifications are not sent at all."""
    double_pushes: bool = False
    """Every webhook and notification is sent twice."""


class FaultyNetwork:
    """ASGI middleware for the faults that look the same at every vendor: outage and lost answers."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._faults.outage:
            await send({"type": "http.response.start", "status": 503, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
        elif self._faults.lose_answers > 0 and scope["method"] != "GET":
            self._faults.lose_answers -= 1
            await self._app(scope, receive, _nowhere)
            # A promised body that never comes: the server breaks the connection.
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
        else:
            await self._app(scope, receive, send)


async def _nowhere(message: Message) -> None:
    del message
