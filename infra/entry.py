"""What all functions share: who may call, how much they may send, and which answer makes the caller try again
exactly when that can help."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from infra.bootstrap import desk
from infra.push_envelope import SIZE_LIMIT
from infra.topology import HookAddress, read_address
from shared.domain.arrivals import RawDelivery
from shared.domain.tasks import Task
from shared.errors import DeskError, InvalidInput, NotFound, TooLarge, UntrustedDelivery

Handler = Callable[[Request], Awaitable[Any]]
log = logging.getLogger("parley.functions")
_TASK: TypeAdapter[Task] = TypeAdapter(Task)


def webhook(handler: Handler) -> Handler:
    """For calls of vendors: what is wrong with a call is the caller's to know, and nobody tries it again."""
    return _answering(handler, gone=404, check=_open_door)


def internal(handler: Handler) -> Handler:
    """For Pub/Sub, Cloud Tasks and Scheduler: what is gone is done, what is poison fails into the dead letters."""
    return _answering(handler, gone=204, check=_check_token)


async def body_of(request: Request) -> bytes:
    """The whole body. Raises `TooLarge` before more than the limit is kept."""
    size = 0
    pieces: list[bytes] = []
    async for piece in request.stream():
        size += len(piece)
        if size > SIZE_LIMIT:
            raise TooLarge(f"at most {SIZE_LIMIT} bytes")
        pieces.append(piece)
    return b"".join(pieces)


async def task_of(request: Request) -> Task:
    """A task's body. Raises `InvalidInput`."""
    try:
        return _TASK.validate_json(await body_of(request))
    except ValidationError as error:
        raise InvalidInput(f"not a task: {error.error_count()} faults") from None


async def delivery_of(request: Request) -> tuple[HookAddress, RawDelivery]:
    """A vendor's call. Raises `NotFound` for an address that is none of ours."""
    address = read_address(request.scope["path"])  # `request.url` chokes on odd queries
    if address is None:
        raise NotFound("no such address")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return address, RawDelivery(await body_of(request), headers, address.secret)


def _answering(handler: Handler, *, gone: int, check: Callable[[Request], Awaitable[None]]) -> Handler:
    name = getattr(handler, "__name__", "function")

    @wraps(handler)
    async def answered(request: Request) -> Response:
        if request.method != "POST":
            return _problem(405, "method_not_allowed", {"allow": "POST"})
        try:
            await check(request)
            result = await handler(request)
        except DeskError as error:
            return _refusal(name, error, gone)
        except Exception:
            log.exception("failed", extra={"function": name})
            return _problem(500, "internal_error")
        return Response(status_code=204) if result is None else JSONResponse(result)

    return answered


def _refusal(name: str, error: DeskError, gone: int) -> Response:
    status = _status(error, gone)
    level = logging.INFO if status < 500 else logging.WARNING
    log.log(level, "refused", extra={"function": name, "code": error.code, "status": status})
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


def _problem(status: int, code: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"status": status, "code": code}, status, headers, media_type="application/problem+json")


async def _open_door(request: Request) -> None:
    del request  # the channel itself checks who calls


async def _check_token(request: Request) -> None:
    verifier = desk().verifier
    if verifier is not None:
        await verifier.verify(request.headers.get("authorization", ""))
