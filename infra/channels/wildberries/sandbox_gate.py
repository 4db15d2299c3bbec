"""What stands before every method of the stand-in: token, section, balance, limits, and the errors' two forms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from math import ceil
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from infra.channels.wildberries.sandbox_memory import Memory
from infra.channels.wildberries.sandbox_tokens import BASE, CHAT, FEEDBACKS, READ_ONLY, TEST
from infra.sandbox.faults import Faults

Account = dict[str, Any]
Handler = Callable[[Request, Account], Awaitable[Response]]
Host = Literal["chat", "feedbacks"]
SECTIONS: dict[Host, int] = {"chat": CHAT, "feedbacks": FEEDBACKS}
PROBLEM = "application/problem+json"


@dataclass(slots=True)
class Bucket:
    """A token bucket: `most` calls at once, one more after each `seconds`."""

    most: int
    seconds: float


FULL = {
    "ping": Bucket(3, 10),
    "chats": Bucket(10, 1),
    "events": Bucket(10, 1),
    "message": Bucket(10, 1),
    "download": Bucket(10, 1),
    "feedbacks": Bucket(6, 1 / 3),
}
OF_BASE = {
    "ping": Bucket(3, 10),
    "chats": Bucket(1, 3600),
    "events": Bucket(1, 3600),
    "message": Bucket(1, 3600),
    "download": Bucket(1, 360),
    "feedbacks": Bucket(5, 720),
}


class Refused(Exception):
    """An answer that is an error, in one of Wildberries' forms."""

    def __init__(self, status: int, title: str, detail: str = "", /, *, form: str = PROBLEM, **more: Any) -> None:
        super().__init__(title)
        self.status = status
        self.body: dict[str, Any] = {"title": title, "detail": detail or title, **more}
        self.form = form
        self.headers: dict[str, str] = {}


class Gate:
    """Checks in the order in which Wildberries does: token, balance, section, limit."""

    def __init__(self, memory: Memory, faults: Faults) -> None:
        self.full = {group: replace(bucket) for group, bucket in FULL.items()}
        self.base = {group: replace(bucket) for group, bucket in OF_BASE.items()}
        self._memory = memory
        self._faults = faults
        self._left: dict[tuple[str, str, str], tuple[float, float]] = {}

    def guarded(self, host: Host, group: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """A method of one host, with the limit of its group."""

        async def endpoint(request: Request) -> Response:
            try:
                account = self._caller(request, host)
                left = self._spend(account, host, group)
                answer = await handler(request, account)
                answer.headers["X-Ratelimit-Remaining"] = str(left)
            except Refused as refused:
                answer = JSONResponse(refused.body, refused.status, refused.headers, media_type=refused.form)
            return answer

        return endpoint

    async def ping(self, request: Request, account: Account) -> Response:
        """Whether the token is good for this host."""
        del request, account
        return JSONResponse({"TS": self._memory.now().isoformat(timespec="seconds"), "Status": "OK"})

    def _caller(self, request: Request, host: Host) -> Account:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        account = self._memory.account_of_token(token) if scheme == "Bearer" else None
        if account is None or account["is_withdrawn"] or self._faults.reject_credentials:
            raise self._unauthorized("token problem; token is not known")
        if account["expires_at"] <= self._memory.now().timestamp():
            raise self._unauthorized("token expired")
        if account["type"] == TEST:
            raise self._unauthorized("token problem; a test token is for the sandbox")
        if account["is_broke"]:
            raise Refused(402, "payment required", "please top up your balance in your company personal account")
        self._check_rights(request, account, host)
        return account

    def _check_rights(self, request: Request, account: Account, host: Host) -> None:
        is_wrong_section = not account["sections"] & SECTIONS[host]
        is_write = request.method not in ("GET", "HEAD")
        if account["refuses_base"]:
            raise _forbidden(host, "base token is not allowed")
        if is_wrong_section or (is_write and account["sections"] & READ_ONLY):
            raise _forbidden(host, "the token does not cover this")

    def _unauthorized(self, detail: str) -> Refused:
        return Refused(401, "unauthorized", detail, status=401, statusText="Unauthorized", **self._trace(detail))

    def _trace(self, seed: str) -> dict[str, str]:
        request_id = sha256(seed.encode()).hexdigest()[:32]
        moment = self._memory.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"code": "07e4668e", "requestId": request_id, "origin": "s2s-api-auth-catalog", "timestamp": moment}

    def _spend(self, account: Account, host: Host, group: str) -> int:
        """How many calls are left. A seller has one budget for each type of token."""
        bucket = (self.base if account["type"] == BASE else self.full)[group]
        key, now = (f"{account['name']}/{account['type']}", host, group), self._memory.now().timestamp()
        left, since = self._left.get(key, (float(bucket.most), now))
        left = min(bucket.most, left + (now - since) / bucket.seconds)
        if self._faults.rate_limited > 0:
            self._faults.rate_limited -= 1
            raise self._too_many(bucket, bucket.seconds)
        if left < 1 - 1e-6:
            self._left[key] = (left, now)
            raise self._too_many(bucket, (1 - left) * bucket.seconds)
        self._left[key] = (left - 1, now)
        return int(left - 1 + 1e-6)

    def _too_many(self, bucket: Bucket, seconds: float) -> Refused:
        refused = Refused(
            429,
            "too many requests",
            "limited by c122a060",
            status=429,
            statusText="Too Many Requests",
            **self._trace("429"),
        )
        wait = str(max(ceil(seconds), 1))
        refused.headers = {"X-Ratelimit-Retry": wait, "X-Ratelimit-Reset": wait, "X-Ratelimit-Limit": str(bucket.most)}
        return refused


def _forbidden(host: Host, words: str) -> Refused:
    if host == "chat":
        return Refused(403, "forbidden", words, status=403, statusText="Forbidden")
    return enveloped(403, words)


def enveloped(status: int, words: str) -> Refused:
    """An error in the envelope of questions and reviews."""
    refused = Refused(status, words, form="application/json")
    refused.body = {"data": None, "error": True, "errorText": words, "additionalErrors": None, "requestId": "b1e4"}
    return refused
