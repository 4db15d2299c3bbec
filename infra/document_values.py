"""What a document may hold, checked alike by every document store before anything is written or asked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.errors import InvalidInput, TooLarge

LARGEST_DOCUMENT = 1_048_576
"""Bytes, as Firestore counts them."""
LONGEST_NAME = 1_500
"""Bytes of a field name or of a document id."""
DEEPEST = 20
"""Maps and lists inside of each other."""
LARGEST_INT = 2**63 - 1
SMALLEST_INT = -(2**63)
_SCALARS = (bool, type(None))


def check_fields(fields: Mapping[str, Any], depth: int = 0) -> None:
    """A document's fields, or a map's. Raises `InvalidInput`."""
    for name, value in fields.items():
        check_name(name)
        check_value(value, depth)


def check_value(value: Any, depth: int = 0) -> None:
    """One value that stands below `depth` maps and lists. Raises `InvalidInput`; never shows the value."""
    kind = type(value)
    if kind is str:
        if not value.isascii():
            check_text(value)
    elif kind is int:
        if not SMALLEST_INT <= value <= LARGEST_INT:
            raise InvalidInput("an integer has more than 64 bits")
    elif kind is dict:
        _check_depth(depth)
        check_fields(value, depth + 1)
    elif kind is list or kind is tuple:
        _check_items(value, depth)
    elif kind not in _SCALARS:
        _check_rarer(value, depth)


def check_name(name: Any) -> None:
    """The name of a field. Raises `InvalidInput`."""
    if not isinstance(name, str) or not name:
        raise InvalidInput("a field name is a text that is not empty")
    if name.isascii() and len(name) <= LONGEST_NAME and not name.startswith("__"):
        return
    check_text(name)
    if is_reserved(name) or len(name.encode()) > LONGEST_NAME:
        raise InvalidInput("a field name is reserved or too long")


def check_text(text: str) -> None:
    """Text that has a UTF-8 form. Raises `InvalidInput`."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        # `from None`: the original error carries the text itself.
        raise InvalidInput(f"a text holds a lone surrogate at {error.start}") from None


def is_reserved(name: str) -> bool:
    """Whether Firestore keeps this name for itself: `__x__`."""
    return len(name) >= 4 and name.startswith("__") and name.endswith("__")


def check_size(path: str, fields: Mapping[str, Any]) -> None:
    """A whole document against Firestore's limit. Raises `TooLarge`."""
    if len(path.encode()) + 32 + _size(fields) > LARGEST_DOCUMENT:
        raise TooLarge(f"a document is larger than {LARGEST_DOCUMENT} bytes")


def _check_items(items: Sequence[Any], depth: int) -> None:
    _check_depth(depth)
    for item in items:
        if isinstance(item, (list, tuple)):
            raise InvalidInput("a list cannot stand directly in a list")
        check_value(item, depth + 1)


def _check_depth(depth: int) -> None:
    if depth >= DEEPEST:
        raise InvalidInput(f"maps and lists are nested deeper than {DEEPEST}")


def _check_rarer(value: Any, depth: int) -> None:
    """Subclasses of the plain types (enums), and the types that a document seldom holds."""
    if isinstance(value, datetime):
        _check_moment(value)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidInput("a number is infinite or not a number")
    elif isinstance(value, str):
        check_text(value)
    elif isinstance(value, int):
        check_value(int(value), depth)
    elif isinstance(value, dict):
        check_value(dict(value), depth)
    elif isinstance(value, (list, tuple)):
        _check_items(value, depth)
    elif not isinstance(value, bytes):
        raise InvalidInput(f"a {type(value).__name__} cannot be stored")


def _check_moment(moment: datetime) -> None:
    if moment.utcoffset() is None:
        raise InvalidInput("a datetime has no time zone")
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise InvalidInput("a datetime lies outside of the years 1 to 9999") from None


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode()) + 1
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, Mapping):
        return sum(len(name.encode()) + 1 + _size(item) for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return sum(map(_size, value))
    return 1 if value is None or isinstance(value, bool) else 8
