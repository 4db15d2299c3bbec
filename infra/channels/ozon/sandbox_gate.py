"""What stands before every method of the stand-in: keys, limits, rights, the subscription, and the errors' form."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from infra.channels.ozon.sandbox_memory import Data, Memory
from infra.sandbox.faults import Faults

REQUESTS_PER_SECOND = 50
INVALID, NOT_FOUND, EXISTS, DENIED, EXHAUSTED, FAILED = 3, 5, 6, 7, 8, 9
"""The numbers look like those of gRPC; Ozon does not explain them."""
PAID = {"PREMIUM_PLUS", "PREMIUM_PRO"}
Handler = Callable[[Request, Data, Data], Awaitable[Any]]


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"code": code, "message": message, "details": []}


class Gate:
    """Checks in the order in which a caller would have to put things right."""

    def __init__(self, memory: Memory, faults: Faults) -> None:
        self.requests_per_second = REQUESTS_PER_SECOND
        self._memory = memory
        self._faults = faults
        self._calls: dict[tuple[str, int], int] = {}

    def guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """A method: given the request, the account and the JSON body, answers JSON or nothing."""

        async def endpoint(request: Request) -> Response:
            try:
                account = self.caller(request)
                self._check_rights(request.url.path, account)
                answer = await handler(request, account, _json(await request.body()))
            except Refused as refused:
                return JSONResponse(refused.error, refused.status)
            return Response(status_code=200) if answer is None else JSONResponse(answer)

        return endpoint

    def caller(self, request: Request) -> Data:
        """The account of the two headers."""
        self._count(request.headers.get("client-id", ""))
        account = self._memory.account_of(request.headers.get("client-id", ""), request.headers.get("api-key", ""))
        if account is None or self._faults.reject_credentials:
            raise Refused(403, DENIED, "Invalid Api-Key, please check the key and try again")
        if datetime.fromisoformat(account["expires_at"]) <= self._memory.now():
            raise Refused(403, DENIED, "Api-key is deactivated, use another one or generate a new one")
        if account["is_for_networks"]:
            raise Refused(403, DENIED, "Api-Key is restricted to specific IP addresses")
        if not account["has_signed"]:
            raise Refused(403, DENIED, "Offer not signed")
        return account

    def check_paid(self, account: Data) -> None:
        """Writing to buyers is sold separately."""
        if account["subscription"] not in PAID:
            raise Refused(403, DENIED, "Access denied")

    def _check_rights(self, path: str, account: Data) -> None:
        is_open = path.endswith(("/v1/roles", "/v1/seller/info"))
        if account["is_for_orders"] and not is_open:
            raise Refused(403, DENIED, "Api-Key is missing a required role for a method")

    def _count(self, client: str) -> None:
        second = (client, int(self._memory.now().timestamp()))
        done = self._calls.get(second, 0) + 1
        self._calls = {key: calls for key, calls in self._calls.items() if key[1] == second[1]} | {second: done}
        if self._faults.rate_limited > 0:
            self._faults.rate_limited -= 1
        elif done <= self.requests_per_second:
            return
        raise Refused(429, EXHAUSTED, "You have reached request rate limit per second")


def address_of(request: Request) -> str:
    """The address under which the caller knows this server."""
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"


def _json(body: bytes) -> Data:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise Refused(400, INVALID, "Request body is not a JSON object")
    return parsed


def text_in(body: Data, name: str) -> str:
    """A text that must be there."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(400, INVALID, f"{name} is required")
    return value


def number_in(body: Data, name: str, most: int, default: int | None = None) -> int:
    """A number from 1 on; without a default it must be there."""
    value = body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise Refused(400, INVALID, f"{name} must be from 1 to {most}")
    return value
