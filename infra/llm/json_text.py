"""JSON as language models write it: in code fences, with prose around, after some thinking, with trailing commas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z)|[{}]', re.DOTALL)
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*(?:"|\Z))|,(?=\s*[}\]])', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST = 100_000


def load_json(text: str) -> Any:
    """Any JSON value, its strings free of lone surrogates. Raises ValueError."""
    try:
        plain = json.dumps(json.loads(text, strict=False), ensure_ascii=False)
        return json.loads(_SURROGATE.sub("", plain))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def first_object(text: str) -> dict[str, Any] | None:
    """The first balanced `{...}` that is a JSON object, or None. Looks at no more than 100,000 characters."""
    spoken = text.rpartition("</think>")[2][:_LONGEST]
    for candidate in _balanced(spoken):
        for attempt in (candidate, _TRAILING_COMMA.sub(lambda match: match[1] or "", candidate)):
            try:
                value = load_json(attempt)
            except ValueError:
                continue
            if isinstance(value, dict):
                return value
    return None


def _balanced(text: str) -> Iterator[str]:
    """The outermost brace pairs, oldest first; braces inside strings do not count."""
    start = text.find("{")
    while start >= 0:
        end = _closing(text, start)
        if end is None:
            return
        yield text[start:end]
        start = text.find("{", end)


def _closing(text: str, start: int) -> int | None:
    depth = 0
    for token in _TOKEN.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    return None
