"""What stands before every method of the stand-in: tokens, rights, the cabinet's state, limits, the errors' form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from infra.channels.remedies import ACCOUNT_CLOSED, RIGHTS
from infra.channels.yandex_market.remedies import MOVING
from infra.channels.yandex_market.sandbox_memory import GOOD, REVOKED, Memory
from infra.sandbox.faults import Faults

Cabinet = dict[str, Any]
Handler = Callable[[Request, Cabinet], Awaitable[Any]]
AT_ONCE = 2
"""Requests of one cabinet at the same time, by the guide of September 2025."""
HOUR = 3_600_000
PER_HOUR = {
    "getAuthTokenInfo": 100,
    "getCampaigns": 1000,
    "getChats": 5000,
    "getChat": 1000,
    "getChatHistory": 10000,
    "getChatMessage": 1000,
    "sendMessageToChat": 1000,
    "sendFileToChat": 1000,
    "getGoodsQuestions": 1000,
    "getGoodsQuestionAnswers": 1000,
    "updateGoodsQuestionTextEntity": 500,
    "getGoodsFeedbacks": 5000,
    "getGoodsFeedbackComments": 5000,
    "updateGoodsFeedbackComment": 1000,
}
WITHOUT_SCOPE = {"getAuthTokenInfo"}
ANY_SCOPE = {"getCampaigns"}
_READS = ("get",)


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.body = {
            "status": "ERROR",
            "errors": [{"code": code or _CODES.get(status, "BAD_REQUEST"), "message": message}],
        }


_CODES = {401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND", 420: "LIMIT_EXCEEDED", 423: "LOCKED"}


class Gate:
    """Checks each call and counts it."""

    def __init__(self, memory: Memory, faults: Faults) -> None:
        self.at_once = AT_ONCE
        self.per_hour = dict(PER_HOUR)
        self._memory = memory
        self._faults = faults
        self._running: dict[str, int] = {}
        self._calls: dict[tuple[str, str, int], int] = {}

    def guarded(self, operation: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """A method behind all checks. The handler answers the whole body."""

        async def endpoint(request: Request) -> Response:
            left = self.per_hour[operation]
            try:
                cabinet = self._caller(request)
                left = self._counted(cabinet["name"], operation)
                self._check_rights(request, cabinet, operation)
                answer: Response = JSONResponse(await self._run(request, cabinet, handler))
            except Refused as refused:
                answer = JSONResponse(refused.body, refused.status)
            answer.headers["X-RateLimit-Resource-Limit"] = str(self.per_hour[operation])
            answer.headers["X-RateLimit-Resource-Remaining"] = str(left)
            answer.headers["X-RateLimit-Resource-Until"] = self._until()
            return answer

        return endpoint

    def knows(self, request: Request) -> bool:
        """Whether the caller has a good token: files are given to no other."""
        return not self._faults.reject_credentials and self._memory.key(request.headers.get("api-key", ""))[1] == GOOD

    def _caller(self, request: Request) -> Cabinet:
        key = request.headers.get("api-key", "")
        if not key:
            raise Refused(401, "Credentials are not specified")
        if not key.startswith("ACMA:"):
            raise Refused(401, "Api-Key token prefix invalid")
        name, state = self._memory.key(key)
        if state == REVOKED:
            raise Refused(401, "Api-Key token is revoked")
        if state != GOOD or self._faults.reject_credentials:
            raise Refused(401, "Api-Key token is invalid")
        return self._memory.cabinet(name)

    def _counted(self, name: str, operation: str) -> int:
        if self._faults.rate_limited > 0:
            self._faults.rate_limited -= 1
            raise self._too_many(operation)
        hour = self._memory.now() // HOUR
        done = self._calls.get((name, operation, hour), 0) + 1
        self._calls = {key: calls for key, calls in self._calls.items() if key[2] == hour}
        self._calls[name, operation, hour] = done
        if done > self.per_hour[operation]:
            raise self._too_many(operation)
        return self.per_hour[operation] - done

    def _too_many(self, operation: str) -> Refused:
        return Refused(
            420, f"Hit rate limit of {self.per_hour[operation]} requests per 1 hour for resource {operation}"
        )

    def _until(self) -> str:
        """The end of this hour, as RFC 822 writes it."""
        end = (self._memory.now() // HOUR + 1) * HOUR
        return format_datetime(datetime.fromtimestamp(end // 1000, UTC), usegmt=True)

    def _check_rights(self, request: Request, cabinet: Cabinet, operation: str) -> None:
        trouble, business = cabinet.get("trouble"), cabinet["business"]
        if trouble == MOVING:
            raise Refused(423, "Cabinet is being moved")
        if operation in WITHOUT_SCOPE | ANY_SCOPE:
            return
        if request.path_params["business"] != business or trouble == RIGHTS:
            raise Refused(403, "Access denied")
        if trouble == ACCOUNT_CLOSED:
            raise Refused(403, f"Restrict access for business {business} because it is not active")
        may_read = operation.startswith(_READS) and "ALL_METHODS_READ_ONLY" in cabinet["scopes"]
        if not may_read and not {"COMMUNICATION", "ALL_METHODS"} & set(cabinet["scopes"]):
            raise Refused(403, "Token does not have any of the scopes to access the API method")

    async def _run(self, request: Request, cabinet: Cabinet, handler: Handler) -> Any:
        name = cabinet["name"]
        if self._running.get(name, 0) >= self.at_once:
            raise Refused(420, f"Hit rate limit of {self.at_once} parallel requests")
        self._running[name] = self._running.get(name, 0) + 1
        try:
            return await handler(request, cabinet)
        finally:
            self._running[name] -= 1


def address_of(request: Request) -> str:
    """The address under which the caller knows this server."""
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"
