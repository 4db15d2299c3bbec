"""The simulated Bot API over HTTP: who is calling, what, and Telegram's envelope around the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.faults import Faults
from infra.sandbox.standin import CustomerFile
from infra.sandbox.world import World
from infra.telegram.sandbox.bot import TOKEN, SimulatedBot, bot_of
from infra.telegram.sandbox.call import Call
from infra.telegram.sandbox.deliveries import Deliveries
from infra.telegram.sandbox.limits import Limits
from infra.telegram.sandbox.methods import METHODS
from infra.telegram.sandbox.refused import Refused
from shared.ports.clock import Clock

_RETRY_AFTER = 3
"""Seconds, where too many calls are simulated."""
_MOST_BYTES = 64 * 2**20


class BotApiServer:
    """Two addresses: methods and files."""

    def __init__(self, world: World, clock: Clock, deliveries: Deliveries, limits: Limits, faults: Faults) -> None:
        self._world = world
        self._clock = clock
        self._deliveries = deliveries
        self._limits = limits
        self._faults = faults
        self.app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._run_method, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._give_file, methods=["GET"]),
            ]
        )

    async def _run_method(self, request: Request) -> Response:
        try:
            bot = self._admit(request.path_params["token"])
            method = _method(request.path_params["method"])
            parameters = await _parameters(request)
            result = method(Call(bot, parameters, self._deliveries, self._limits, self._clock))
        except Refused as refused:
            return _refusal(refused)
        answer = {"ok": True, "result": result.value}
        return JSONResponse({**answer, "description": result.description} if result.description else answer)

    async def _give_file(self, request: Request) -> Response:
        try:
            data = self._admit(request.path_params["token"]).bytes_at(request.path_params["path"])
        except Refused as refused:
            return _refusal(refused)
        if data is None:
            return _refusal(Refused(404, "Not Found"))
        return Response(data, media_type="application/octet-stream")

    def _admit(self, token: str) -> SimulatedBot:
        if not TOKEN.fullmatch(token):
            raise Refused(404, "Not Found")
        bot = bot_of(self._world, token)
        if bot is None or self._faults.reject_credentials:
            raise Refused(401, "Unauthorized")
        if self._faults.rate_limited > 0:
            self._faults.rate_limited -= 1
            raise self._limits.refusal(bot.id, _RETRY_AFTER)
        return bot


def _method(name: str) -> Callable[[Call], Any]:
    method = METHODS.get(name.lower())
    if method is None:
        raise Refused(404, "Not Found")
    return method


async def _parameters(request: Request) -> dict[str, Any]:
    """From the query, and from a body of JSON, a form or a form with files."""
    parameters: dict[str, Any] = dict(request.query_params)
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("application/json"):
        try:
            parameters |= await request.json()
        except (ValueError, TypeError):
            raise Refused(400, "Bad Request: can't parse the body as JSON object") from None
    elif "form" in content_type:
        async with request.form(max_part_size=_MOST_BYTES) as form:
            parameters |= {name: await _form_value(value) for name, value in form.items()}
    return parameters


async def _form_value(value: UploadFile | str) -> CustomerFile | str:
    if isinstance(value, str):
        return value
    return CustomerFile("file", value.filename or "", value.content_type or "", await value.read())


def _refusal(refused: Refused) -> JSONResponse:
    body: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    wait = refused.parameters.get("retry_after")
    return JSONResponse(body, status_code=refused.code, headers={} if wait is None else {"retry-after": str(wait)})
