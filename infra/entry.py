"""What all functions share: who may call, how much they may send, and what they are given to read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.types import Message

from infra.answering import Call, Door, Handler, answering
from infra.bootstrap import desk
from infra.log_context import ids_of, learn
from infra.push_envelope import SIZE_LIMIT, trace_of
from infra.topology import MASTER_BOT, HookAddress, read_address
from infra.trace_context import read_headers
from shared.domain.arrivals import RawDelivery
from shared.domain.tasks import RespondTask, Task
from shared.errors import DeskError, InvalidInput, NotFound, TooLarge

_TASK: TypeAdapter[Task] = TypeAdapter(Task)


def webhook(handler: Handler) -> Handler:
    """For calls of vendors: what is wrong with a call is the caller's to know, and nobody tries it again."""
    return answering(handler, Door(_open_to_all, "server", gone=404))


def internal(handler: Handler) -> Handler:
    """For Pub/Sub, Cloud Tasks and Scheduler: what is gone is done, what is poison fails into the dead letters."""
    return answering(handler, Door(_open_to_ours, "consumer", gone=204))


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
    """A task's body; the request at hand is about what it names. Raises `InvalidInput`."""
    try:
        task = _TASK.validate_json(await body_of(request))
    except ValidationError as error:
        raise InvalidInput(f"not a task: {error.error_count()} faults") from None
    learn(ids_of(task))
    return task


def reply_task_in(body: bytes) -> RespondTask | None:
    """A reply whose quiet time is over; the request at hand is about its turn. None: the body is something else."""
    try:
        task = RespondTask.model_validate_json(body)
    except ValidationError:
        return None
    learn(ids_of(task))
    return task


async def delivery_of(request: Request) -> tuple[HookAddress, RawDelivery]:
    """A vendor's call. Raises `NotFound` for an address that is none of ours."""
    address = read_address(request.scope["path"])  # `request.url` chokes on odd queries
    if address is None:
        raise NotFound("no such address")
    if address.inbox_id != MASTER_BOT:
        learn({"inbox_id": address.inbox_id})
    headers = {name.lower(): value for name, value in request.headers.items()}
    return address, RawDelivery(await body_of(request), headers, address.secret)


async def _open_to_all(request: Request) -> Call:
    """The channel itself checks who calls."""
    return Call(request, read_headers(request.headers))


async def _open_to_ours(request: Request) -> Call:
    """A push brings its publisher's place in the trace with it; its headers may be of Pub/Sub's own."""
    caller = read_headers(request.headers)
    verifier = desk().verifier
    try:
        if verifier is not None:
            await verifier.verify(request.headers.get("authorization", ""))
        body = await body_of(request)
    except DeskError as error:
        return Call(request, caller, error)
    return Call(Request(request.scope, _replayed(body)), trace_of(body) or caller)


def _replayed(body: bytes) -> Callable[[], Awaitable[Message]]:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
