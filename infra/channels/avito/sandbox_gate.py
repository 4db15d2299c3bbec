"""What stands before every method of the stand-in: limits, tokens, the subscription, and the errors' form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from infra.channels.avito.sandbox_memory import Memory
from infra.sandbox.faults import Faults

Endpoint = Callable[[Request], Awaitable[Response]]
REQUESTS_PER_MINUTE = 6000
"""Avito's own number is not published."""


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str, **fields: str) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"code": status, "message": message}
        if fields:
            self.error["fields"] = fields


class Gate:
    """Checks in Avito's order of severity, and the rate headers on every answer."""

    def __init__(self, memory: Memory, faults: Faults) -> None:
        self.requests_per_minute = REQUESTS_PER_MINUTE
        self._memory = memory
        self._faults = faults
        self._calls: dict[tuple[str, int], int] = {}

    def guarded(self, handler: Callable[[Request, dict[str, Any]], Awaitable[Any]]) -> Endpoint:
        """A method that needs a token."""

        async def endpoint(request: Request) -> Response:
            left = 0
            try:
                account = self._caller(request)
                left = self._calls_left(account["name"])
                self._check_access(request, account)
                answer: Response = JSONResponse(await handler(request, account))
            except Refused as refused:
                answer = JSONResponse({"error": refused.error}, refused.status)
            answer.headers["X-RateLimit-Limit"] = str(self.requests_per_minute)
            answer.headers["X-RateLimit-Remaining"] = str(left)
            return answer

        return endpoint

    def open(self, handler: Callable[[FormData], Awaitable[Any]]) -> Endpoint:
        """The method that gives out tokens."""

        async def endpoint(request: Request) -> Response:
            if self._faults.reject_credentials:
                return JSONResponse({"error": "access_denied", "error_description": "client is blocked"}, 401)
            return JSONResponse(await handler(await request.form()))

        return endpoint

    def _caller(self, request: Request) -> dict[str, Any]:
        if self._faults.rate_limited > 0:
            self._faults.rate_limited -= 1
            raise _too_many()
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            raise Refused(401, "Unauthorized")
        account = self._memory.account_of_token(token)
        if account is None or self._faults.reject_credentials:
            raise Refused(403, "Forbidden")
        return account

    def _calls_left(self, account: str) -> int:
        minute = (account, self._memory.now() // 60)
        done = self._calls.get(minute, 0) + 1
        self._calls = {key: calls for key, calls in self._calls.items() if key[1] == minute[1]} | {minute: done}
        if done > self.requests_per_minute:
            raise _too_many()
        return self.requests_per_minute - done

    def _check_access(self, request: Request, account: dict[str, Any]) -> None:
        if request.path_params.get("user_id", account["user_id"]) != account["user_id"]:
            raise Refused(403, "Forbidden")
        if "/messenger/" in request.url.path and not self._memory.is_paid(account["name"]):
            raise Refused(402, "Payment required")


def _too_many() -> Refused:
    refused = Refused(429, "")
    refused.error = {"code": 429}
    return refused


def address_of(request: Request) -> str:
    """The address under which the caller knows this server."""
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"
