"""The body of a Pub/Sub push, read and built: one shape in the cloud, on the emulator, and on the embedded queue."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, ValidationError

from infra.log_context import ids_of, learn
from infra.trace_context import TRACEPARENT, TraceContext, read_traceparent
from shared.domain.model import Noun
from shared.errors import InvalidInput

SIZE_LIMIT = 1024 * 1024
"""Bytes of a whole body. Ours stay under 1 kB; a larger one comes from a stranger."""

_TO_STANDARD_ALPHABET = str.maketrans("-_", "+/")
M = TypeVar("M", bound=BaseModel)


def _decode(value: Any) -> bytes:
    """Base64 in either alphabet, with or without padding: senders differ."""
    if not isinstance(value, str):
        raise ValueError("data is not a string")
    bare = value.translate(_TO_STANDARD_ALPHABET).rstrip("=")
    return b64decode(bare + "=" * (-len(bare) % 4), validate=True)


class PushMessage(Noun):
    """One message; only `data` is certain to be there."""

    data: Annotated[bytes, BeforeValidator(_decode), Field(min_length=1)]
    attributes: dict[str, str] = {}
    message_id: str = Field(default="", alias="messageId")
    publish_time: AwareDatetime | None = Field(default=None, alias="publishTime")


class Envelope(Noun):
    """What Pub/Sub posts to a push endpoint. `delivery_attempt` comes only where there is a dead-letter policy."""

    message: PushMessage
    subscription: str = ""
    delivery_attempt: int | None = Field(default=None, alias="deliveryAttempt")


def open_envelope(body: bytes) -> Envelope:
    """Read a push. Raises `InvalidInput` for anything else; the error never quotes the body."""
    if len(body) > SIZE_LIMIT:
        raise InvalidInput(f"push body over {SIZE_LIMIT} bytes")
    return _parsed(Envelope, body, "push body")


def event_of(body: bytes, model: type[M]) -> M:
    """Read a push whose data is the JSON of this model; the request at hand is about what it names. Raises
    `InvalidInput`."""
    event = _parsed(model, open_envelope(body).message.data, model.__name__)
    learn(ids_of(event))
    return event


def trace_of(body: bytes) -> TraceContext | None:
    """Where its publisher stands in a trace; None for what is no push, or comes from somebody without one."""
    if TRACEPARENT.encode() not in body:
        return None
    try:
        return read_traceparent(open_envelope(body).message.attributes.get(TRACEPARENT, ""))
    except InvalidInput:
        return None


def build(
    data: bytes, *, message_id: str, published_at: datetime, subscription: str, attributes: Mapping[str, str]
) -> bytes:
    """The push body that Pub/Sub would post for this message."""
    message = {
        "data": b64encode(data).decode(),
        "attributes": dict(attributes),
        "messageId": message_id,
        "publishTime": published_at.isoformat(),
    }
    return json.dumps({"message": message, "subscription": subscription}).encode()


def _parsed(model: type[M], text: bytes, what: str) -> M:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        problem = f"{what}: {first['type']} at {'.'.join(map(str, first['loc'][:2]))}"  # deeper parts are the sender's
    raise InvalidInput(problem)
