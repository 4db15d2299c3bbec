"""A stand-in for a language model's server: the chat-completions schema over HTTP, its answers scripted."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from shared.ports.clock import Clock


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the server saw it."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]
    """Names in lower case."""
    completion: Mapping[str, Any]
    """An empty answer to this request in the real shape, to be filled by a behaviour."""

    @property
    def authorization(self) -> str:
        """The header that carries the key."""
        return self.headers.get("authorization", "")

    @property
    def form(self) -> str:
        """Which `response_format` was asked for; `text` where none was."""
        return str(self.body.get("response_format", {"type": "text"})["type"])

    @property
    def system(self) -> str:
        """The system message."""
        return next((message["content"] for message in self.body["messages"] if message["role"] == "system"), "")

    @property
    def customer(self) -> str:
        """The last user message."""
        return next(
            (message["content"] for message in reversed(self.body["messages"]) if message["role"] == "user"), ""
        )


Behaviour = Callable[[Asked], Awaitable[Response]]


class LlmStandin:
    """Behaves as scripted with `then`, a request at a time, and otherwise as it was made."""

    def __init__(self, behaviour: Behaviour, clock: Clock) -> None:
        self.asked: list[Asked] = []
        self._behaviour = behaviour
        self._clock = clock
        self.script: deque[Behaviour] = deque()
        routes = [
            Route("/v1/chat/completions", self._complete, methods=["POST"]),
            Route("/v1/models", self._models, methods=["GET"]),
        ]
        self.app = Starlette(routes=routes)

    def then(self, *behaviours: Behaviour) -> None:
        """Script the next requests."""
        self.script.extend(behaviours)

    async def _complete(self, request: Request) -> Response:
        body = await request.json()
        asked = Asked(body, dict(request.headers), self._completion(body))
        self.asked.append(asked)
        behaviour = self.script.popleft() if self.script else self._behaviour
        return await behaviour(asked)

    def _completion(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{len(self.asked) + 1}",
            "object": "chat.completion",
            "created": int(self._clock.now().timestamp()),
            "model": body["model"],
            "choices": [],
            "usage": _usage(sum(len(message["content"].split()) for message in body["messages"]), 0),
        }

    async def _models(self, _: Request) -> Response:
        model = {"id": "default", "object": "model", "created": int(self._clock.now().timestamp()), "owned_by": "shop"}
        return JSONResponse({"object": "list", "data": [model]})


def says(
    content: str | None, *, finish_reason: str = "stop", refusal: str | None = None, usage: Any = "counted"
) -> Behaviour:
    """Answers with a text as it stands. `usage`: replaces the counted tokens; None: the server does not count."""

    async def behave(asked: Asked) -> Response:
        return _answer(asked, content, finish_reason, refusal, usage)

    return behave


def answers(rule: Callable[[Asked], Mapping[str, Any]]) -> Behaviour:
    """Answers with the JSON object that a rule makes of the request."""

    async def behave(asked: Asked) -> Response:
        return _answer(asked, json.dumps(rule(asked), ensure_ascii=False), "stop", None, "counted")

    return behave


def takes_only(forms: set[str], behaviour: Behaviour) -> Behaviour:
    """Refuses a `response_format` of another type, in OpenAI's words; else behaves."""

    async def behave(asked: Asked) -> Response:
        if asked.form in forms:
            return await behaviour(asked)
        words = f"Invalid parameter: 'response_format' of type '{asked.form}' is not supported with this model."
        return _refusal(400, words, "invalid_request_error", param="response_format")

    return behave


def fails(
    status: int, message: str = "", *, type: str = "server_error", code: str = "", retry_after: int | None = None
) -> Behaviour:
    """Refuses with the error envelope: 401, 429, 500 and the like."""

    async def behave(_: Asked) -> Response:
        headers = {} if retry_after is None else {"retry-after": str(retry_after)}
        return _refusal(status, message, type, code=code or None, headers=headers)

    return behave


def responds(status: int, body: str) -> Behaviour:
    """Answers with bare text, as a proxy in between would."""

    async def behave(_: Asked) -> Response:
        return PlainTextResponse(body, status)

    return behave


async def hangs(_: Asked) -> Response:
    """Never answers."""
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


def _answer(asked: Asked, content: str | None, finish_reason: str, refusal: str | None, usage: Any) -> Response:
    message = {"role": "assistant", "content": content, "refusal": refusal}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}
    counted = _usage(asked.completion["usage"]["prompt_tokens"], len((content or "").split()))
    body = {**asked.completion, "choices": [choice], "usage": counted if usage == "counted" else usage}
    # Escaped, so that a lone surrogate travels as real servers send it.
    return Response(json.dumps(body), media_type="application/json")


def _usage(prompt: int, completion: int) -> dict[str, int]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _refusal(
    status: int,
    message: str,
    type: str,
    *,
    param: str | None = None,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    error = {"message": message, "type": type, "param": param, "code": code}
    return JSONResponse({"error": error}, status, headers=dict(headers or {}))
