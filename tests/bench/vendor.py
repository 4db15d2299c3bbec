"""Telegram's place: takes a bot's answers and says when each one came. The customers write from here, too.

It runs in the benchmark's own process, so what it costs is no part of what is measured.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.bench.load import Call, Connection
from tests.support.receiver import serve

QUESTION = "How long does delivery take?"
_BOT = {"id": 6_000_000_001, "is_bot": True, "first_name": "Parley", "username": "parley_bench_bot"}
_ANSWER_SECONDS = 60.0
_numbers = count(1)


class Vendor:
    """Answers `getMe`, `setWebhook` and `sendMessage` as the Bot API does."""

    def __init__(self) -> None:
        self.url = ""
        self.webhook = ""
        self.secret = ""
        self._awaited: dict[str, asyncio.Future[None]] = {}

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Vendor]:
        """On a free port of this host."""
        async with serve(Starlette(routes=[Route("/bot{token}/{method}", self._run, methods=["POST"])])) as url:
            self.url = url
            yield self

    async def turn(self, connection: Connection, webhook: str, customer: int) -> float:
        """A customer asks, the bot answers: seconds in between."""
        answered = self._awaited[str(customer)] = asyncio.get_running_loop().create_future()
        call = update(webhook, customer, secret=self.secret)
        started = time.perf_counter()
        status = await connection.post(call)
        assert status in (200, 204), f"the webhook answered {status}"
        await asyncio.wait_for(answered, _ANSWER_SECONDS)
        return time.perf_counter() - started

    async def _run(self, request: Request) -> Response:
        given = json.loads(await request.body() or b"{}")
        method = request.path_params["method"]
        result: Any = True
        if method == "getMe":
            result = _BOT
        elif method == "setWebhook" and given["url"].endswith("/demo-telegram-bot"):
            self.webhook, self.secret = given["url"], given["secret_token"]
        elif method == "getWebhookInfo":
            result = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
        elif method == "sendMessage":
            result = self._taken(given)
        return JSONResponse({"ok": True, "result": result})

    def _taken(self, given: dict[str, Any]) -> dict[str, Any]:
        chat = given["chat_id"]
        answered = self._awaited.get(str(chat))
        if answered is not None and not answered.done():
            answered.set_result(None)
        sent = {"message_id": next(_numbers), "from": _BOT, "date": int(time.time()), "text": given["text"]}
        return {**sent, "chat": {"id": int(chat), "type": "private", "first_name": "Anna"}}


def update(path: str, customer: int, *, secret: str = "") -> Call:
    """A customer writes: an update that no other call has."""
    person = {"id": customer, "first_name": "Anna", "last_name": "Petrova", "username": "anna_p"}
    message = {
        "message_id": next(_numbers),
        "from": {**person, "is_bot": False, "language_code": "en"},
        "chat": {**person, "type": "private"},
        "date": int(time.time()),
        "text": QUESTION,
    }
    body = json.dumps({"update_id": next(_numbers), "message": message}).encode()
    return Call(path, body, {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {})
