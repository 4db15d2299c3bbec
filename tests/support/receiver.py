"""A loopback HTTP server that stands for our functions: it remembers what was posted and fails when told to."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp


@asynccontextmanager
async def serve(app: ASGIApp) -> AsyncIterator[str]:
    """Run an ASGI app on a free port of the loopback; gives its address."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="error", lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@dataclass(frozen=True, slots=True)
class Posted:
    """One request. `status` is what we answered."""

    target: str
    body: bytes
    headers: Mapping[str, str]
    at: datetime
    status: int


class Receiver:
    """Takes posts on `/{target}`."""

    def __init__(self) -> None:
        self.posted: list[Posted] = []
        self.app = Starlette(routes=[Route("/{target}", self._take, methods=["POST"])])
        self._failures: Counter[str] = Counter()
        self._changed = asyncio.Condition()

    def fail(self, target: str, times: int) -> None:
        """Answer 503 to the next posts for this target."""
        self._failures[target] = times

    def taken(self, target: str) -> list[Posted]:
        """What was answered with success."""
        return [post for post in self.posted if post.target == target and post.status == 204]

    async def until_posted(self, target: str, count: int) -> None:
        """Wait for this many posts, failed ones included."""
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: sum(post.target == target for post in self.posted) >= count)

    async def until_taken(self, target: str, count: int = 1) -> list[Posted]:
        """Wait for this many successes."""
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(lambda: len(self.taken(target)) >= count)
        return self.taken(target)

    async def _take(self, request: Request) -> Response:
        target, at = request.path_params["target"], datetime.now(UTC)
        status = 503 if self._failures[target] > 0 else 204
        self._failures[target] -= 1
        body = await request.body()
        async with self._changed:
            self.posted.append(Posted(target, body, dict(request.headers), at, status))
            self._changed.notify_all()
        return Response(status_code=status)
