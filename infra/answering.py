"""How functions answer: which answer makes the caller try again exactly when that can help, one line in the log for
each request, and a span around it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from infra.bootstrap import desk
from infra.log_events import LogEvent
from infra.logs import ensure_logging
from infra.trace_context import TraceContext
from infra.tracing import Kind
from shared.errors import DeskError, InvalidInput, NotFound, TooLarge, Unavailable, UntrustedDelivery

Handler = Callable[[Request], Awaitable[Any]]
PROBES = ("/healthz", "/readyz")
log = logging.getLogger("parley.functions")


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is to be answered."""

    request: Request
    caller: TraceContext | None
    """Where the caller stands in a trace."""
    refusal: DeskError | None = None
    """Why it goes no further than the door."""


@dataclass(frozen=True, slots=True)
class Door:
    """What differs between doors."""

    open: Callable[[Request], Awaitable[Call]]
    kind: Kind
    gone: int
    """The answer where there is no such thing (any more)."""


def answering(handler: Handler, door: Door) -> Handler:
    """A handler behind a door: returns its answer, whatever it raises."""
    name = getattr(handler, "__name__", "function")

    @wraps(handler)
    async def answered(request: Request) -> Response:
        ensure_logging()
        try:
            if request.method != "POST":
                return await _probed(request)
            return await _traced(name, handler, door, await door.open(request))
        except Exception:  # outside of a request: the settings are wrong, or nobody could check the token
            log.exception(LogEvent.FAILED, extra={"function": name})
            return _problem(500, "internal_error")

    return answered


async def _traced(name: str, handler: Handler, door: Door, call: Call) -> Response:
    """Answer within a span, with one line at the end; what was recorded leaves before the answer does."""
    ports = desk().ports
    is_ours = door.kind == "consumer" and call.refusal is None
    with ports.tracing.request(name, door.kind, call.caller, is_caller_ours=is_ours) as span:
        started = ports.clock.monotonic()
        response = await _answer(name, handler, door, call)
        facts = {"status": response.status_code, "latency_ms": round((ports.clock.monotonic() - started) * 1000)}
        span.note(facts)
        if response.status_code >= 500:
            span.fail(str(response.status_code))
        log.info(LogEvent.HANDLED, extra={"function": name, **facts})
    if span.trace.is_sampled:
        await ports.tracing.flush()
    return response


async def _answer(name: str, handler: Handler, door: Door, call: Call) -> Response:
    try:
        if call.refusal is not None:
            raise call.refusal
        result = await handler(call.request)
    except DeskError as error:
        return _refusal(name, error, door.gone)
    except Exception:
        log.exception(LogEvent.FAILED, extra={"function": name})
        return _problem(500, "internal_error")
    return Response(status_code=204) if result is None else JSONResponse(result)


def _refusal(name: str, error: DeskError, gone: int) -> Response:
    status = _status(error, gone)
    level = logging.INFO if status < 500 else logging.WARNING
    log.log(level, LogEvent.REFUSED, extra={"function": name, "code": error.code, "status": status})
    return Response(status_code=204) if status == 204 else _problem(status, error.code)


def _status(error: DeskError, gone: int) -> int:
    match error:
        case UntrustedDelivery():
            return 401
        case TooLarge():
            return 413
        case InvalidInput():
            return 400
        case NotFound():
            return gone
        case _:
            return 503


async def _probed(request: Request) -> Response:
    """Whether this process lives, and whether it can work. Without its settings it does not: a deployment whose
    environment is wrong must not take the place of one that works."""
    path = request.scope["path"]
    if request.method != "GET" or path not in PROBES:
        return _problem(405, "method_not_allowed", {"allow": "POST"})
    ports = desk().ports
    try:
        if path == "/readyz":
            await ports.readiness.check()
    except Unavailable as error:
        return _problem(503, error.code, detail=str(error))
    return JSONResponse({"status": "ok"})


def _problem(status: int, code: str, headers: Mapping[str, str] | None = None, *, detail: str = "") -> Response:
    body = {"status": status, "code": code} | ({"detail": detail} if detail else {})
    return JSONResponse(body, status, headers, media_type="application/problem+json")
