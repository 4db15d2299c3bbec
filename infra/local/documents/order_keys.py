"""Any value as bytes that compare as Firestore compares values.

A first byte for the type (None, bool, number, datetime, text, bytes, list, map), then the value, written so that
bytes sort as values do. Integers and floats are one type: 1 and 1.0 have the same key.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.domain.model import to_micros

_NONE, _BOOL, _NUMBER, _MOMENT, _TEXT, _BYTES, _LIST, _MAP = (bytes([rank]) for rank in range(1, 9))
_END = b"\x00"
"""Behind a text inside of a list or map, and behind the list or map: sorts before anything that may follow."""
_ESCAPED_ZERO = b"\x00\xff"
_SIGN = 1 << 63
_ALL = (1 << 64) - 1


def order_key(value: Any) -> bytes:
    """The key of a value that a document may hold."""
    if isinstance(value, str):
        return _TEXT + value.encode()
    if isinstance(value, bytes):
        return _BYTES + value
    return _inner_key(value)


def type_bounds(key: bytes) -> tuple[bytes, bytes]:
    """Where the keys of the same type start, and where they have ended."""
    return key[:1], bytes([key[0] + 1])


def _inner_key(value: Any) -> bytes:
    """A key that shows its own end, so that others can follow it."""
    if value is None:
        return _NONE
    if isinstance(value, bool):
        return _BOOL + (b"\x01" if value else b"\x00")
    if isinstance(value, (int, float)):
        return _number_key(value)
    if isinstance(value, datetime):
        return _MOMENT + struct.pack(">Q", to_micros(value) + _SIGN)
    if isinstance(value, str):
        return _TEXT + _ended(value.encode())
    if isinstance(value, bytes):
        return _BYTES + _ended(value)
    if isinstance(value, Mapping):
        pairs = sorted((name.encode(), item) for name, item in value.items())
        return _MAP + b"".join(_TEXT + _ended(name) + _inner_key(item) for name, item in pairs) + _END
    return _LIST + b"".join(map(_inner_key, value)) + _END


def _number_key(number: float) -> bytes:
    """The nearest float, and for large integers how far they are from it: exact for all 64 bits."""
    nearest = float(number) + 0.0  # -0.0 becomes 0.0: Firestore holds them equal
    bits = int.from_bytes(struct.pack(">d", nearest), "big")
    bits = bits ^ _ALL if bits & _SIGN else bits | _SIGN
    rest = number - int(nearest) if isinstance(number, int) else 0
    return _NUMBER + struct.pack(">QH", bits, rest + 0x8000)


def _ended(content: bytes) -> bytes:
    return content.replace(b"\x00", _ESCAPED_ZERO) + _END
