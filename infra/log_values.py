"""Values of log lines: whatever is given, what comes out is JSON, short, and of a known shape."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

_LONGEST: Final = 1000
"""Characters of a text."""
_MOST: Final = 100
"""Parts of a list or an object."""
_DEEPEST: Final = 4
_LARGEST: Final = 2**63
"""Larger numbers are no numbers to who reads the lines."""


def plain(value: Any, deepest: int = _DEEPEST) -> Any:
    """The value itself, shortened; of what is no value of JSON its type only: its words may quote anything."""
    match value:
        case None | bool():
            return value
        case int():
            return int(value) if abs(value) < _LARGEST else f"<{type(value).__name__}>"
        case float():
            return value if math.isfinite(value) else str(value)
        case str():
            return _whole(value[:_LONGEST])
        case Mapping() if deepest:
            pairs = islice(value.items(), _MOST)
            return {_whole(str(name)[:_LONGEST]): plain(part, deepest - 1) for name, part in pairs}
        case list() | tuple() if deepest:
            return [plain(part, deepest - 1) for part in value[:_MOST]]
        case _:
            return f"<{type(value).__name__}>"


def _whole(text: str) -> str:
    """Half a surrogate pair is no text to others."""
    return text.encode("utf-8", "replace").decode()
