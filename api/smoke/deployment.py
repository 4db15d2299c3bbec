"""The deployment under check, seen over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import httpx

from api.smoke.steps import StepFailed

API: Final = "/api/v1"
TIMEOUT_SECONDS: Final = 30.0
_API_LOGS: Final = "the logs of the service api"
_SHOWN: Final = 200
_LARGEST: Final = 8 * 2**20


class Deployment:
    """One address, with or without a signed-in user. Every call has a timeout, for its whole answer, and is made
    once."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self.url = url.rstrip("/")
        self.token = ""
        self._http = http

    async def answer(
        self, method: str, path: str, *, timeout: float = TIMEOUT_SECONDS, token: str | None = None, **more: Any
    ) -> httpx.Response:
        """Any answer. Raises `StepFailed` where none comes."""
        shown = self.token if token is None else token
        headers = {"authorization": f"Bearer {shown}"} if shown else {}
        request = partial(self._http.stream, method, self.url + path, headers=headers, timeout=timeout, **more)
        try:
            async with asyncio.timeout(timeout), request() as answer:
                return await _whole(answer)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            came = f"{type(error).__name__} at {method} {self.url}{path}"
            look_at = "the address, the network, and whether the service api is deployed and lets everybody call it"
            raise StepFailed("an answer", came, look_at) from None

    async def call(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """The JSON of a success below the API's prefix. Raises `StepFailed`."""
        answer = await self.answer(method, API + path, **more)
        if not answer.is_success:
            raise StepFailed(f"success of {method} {API}{path}", shown(answer), _API_LOGS)
        return json_of(answer) if answer.content else {}

    async def items(self, path: str, params: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """The first page of a list."""
        found = await self.call("GET", path, params=dict(params or {}))
        items = found.get("items")
        if not isinstance(items, list):
            raise StepFailed(f"a list from GET {API}{path}", "something else", _API_LOGS)
        return items


async def _whole(answer: httpx.Response) -> httpx.Response:
    """With its body. Raises `StepFailed` where that has no end."""
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > _LARGEST:
            raise StepFailed("an answer of Parley", f"more than {_LARGEST:,} bytes", "the address")
    headers = {"content-type": answer.headers.get("content-type", "")}
    return httpx.Response(answer.status_code, headers=headers, content=bytes(body), request=answer.request)


def json_of(answer: httpx.Response) -> dict[str, Any]:
    """A JSON object. Raises `StepFailed`."""
    try:
        read = answer.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        read = None
    if not isinstance(read, dict):
        raise StepFailed(f"a JSON object from {answer.request.url.path}", shown(answer), _API_LOGS)
    return read


def shown(answer: httpx.Response) -> str:
    """An answer in one line: its status, and its problem where it is one of ours."""
    kind = answer.headers.get("content-type", "").partition(";")[0]
    told = f"{answer.status_code} {kind}".strip()
    if kind != "application/problem+json":
        return told
    try:
        problem = answer.json()
        return f"{told} {problem.get('code', '')}: {problem.get('detail') or problem.get('title') or ''}"[:_SHOWN]
    except (json.JSONDecodeError, UnicodeDecodeError, AttributeError):
        return told


def is_problem(answer: httpx.Response, status: int) -> bool:
    """Whether this is an error as Parley tells errors."""
    return answer.status_code == status and answer.headers.get("content-type", "").startswith(
        "application/problem+json"
    )
