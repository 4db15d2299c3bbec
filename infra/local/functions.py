"""Where the functions are: in this process, or each a functions-framework process of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from infra.topology import handler, read_address

TIMEOUT_SECONDS = 120.0


class Functions(Protocol):
    """Calls functions as Pub/Sub, Cloud Tasks and Scheduler would, and passes vendors' calls on to them."""

    async def deliver(self, target: str, body: bytes, headers: Mapping[str, str]) -> int:
        """POST a body to a function; the status of its answer."""
        ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call on `/hooks/...`."""
        ...


class FunctionsHere:
    """The functions of this process."""

    async def deliver(self, target: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Call the handler without a network in between."""
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": raw}

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        response: Response = await handler(target)(Request(scope, receive))
        return response.status_code

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A vendor calls."""
        address = read_address(scope["path"])
        if address is None:
            response: Response = JSONResponse({"status": 404, "code": "not_found"}, 404)
        else:
            response = await handler(address.function)(Request(scope, receive))
        await response(scope, receive, send)


class FunctionsElsewhere:
    """The functions as processes of their own, by name."""

    def __init__(self, urls: Mapping[str, str], http: httpx.AsyncClient) -> None:
        self._urls = urls
        self._http = http

    async def deliver(self, target: str, body: bytes, headers: Mapping[str, str]) -> int:
        """POST over HTTP."""
        response = await self._http.post(
            self._urls[target], content=body, headers=dict(headers), timeout=TIMEOUT_SECONDS
        )
        return response.status_code

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a vendor's call on."""
        request = Request(scope, receive)
        address = read_address(request.url.path)
        if address is None:
            await JSONResponse({"status": 404, "code": "not_found"}, 404)(scope, receive, send)
            return
        passed = await self._http.request(
            request.method,
            self._urls[address.function] + request.url.path,
            content=await request.body(),
            headers={name: value for name, value in request.headers.items() if name != "host"},
            timeout=TIMEOUT_SECONDS,
        )
        answer = Response(passed.content, passed.status_code, media_type=passed.headers.get("content-type"))
        await answer(scope, receive, send)
