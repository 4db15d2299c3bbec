"""Fields as JSON text.

JSON has no bytes and no datetimes. They are written as maps with an empty name, which no document may hold:
`{"": "<base64>"}` and `{"": <microseconds since 1970>}`. Names are sorted, so equal fields have equal text.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.domain.model import from_micros, to_micros


def encode(fields: Mapping[str, Any]) -> str:
    """Fields that were checked before, as text."""
    return _ENCODER.encode(fields)


def decode(text: str) -> dict[str, Any]:
    """The inverse of `encode`, new objects each time."""
    # The hook costs a call a map, and hardly any document needs it: instants are kept as integers.
    fields: dict[str, Any] = json.loads(text, object_hook=_untagged) if '{"":' in text else json.loads(text)
    return fields


def _tagged(value: Any) -> dict[str, Any]:
    if isinstance(value, datetime):
        return {"": to_micros(value)}
    if isinstance(value, bytes):
        return {"": b64encode(value).decode()}
    return dict(value)


def _untagged(value: dict[str, Any]) -> Any:
    tag = value.get("")
    if isinstance(tag, int):
        return from_micros(tag)
    return value if tag is None else b64decode(tag)


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":"), default=_tagged
)
