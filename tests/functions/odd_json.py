"""Valid bodies with something wrong in them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st


def nested(depth: int) -> Any:
    """Lists and maps inside of each other."""
    value: Any = 1
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**63, -(2**63) - 1, 10**40, -(10**400), 253_402_300_800]),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["\ud800", "\udfff x", "\x00", "__x__", ".", "a/b", "", "2026-01-01T00:00:00", "9999-99-99", "!!!"]
    ),
    st.sampled_from([nested(30), nested(400), [], {}, [[]]]),
    st.dictionaries(st.sampled_from(["id", "kind", "text", "data"]), st.integers() | st.text(max_size=4), max_size=2),
)


def bad(samples: Sequence[Any]) -> st.SearchStrategy[bytes]:
    """All ways in which a body can be wrong; some of them leave it right."""
    # By number, and not handed to strategies: hypothesis would print them all.
    number = st.integers(0, len(samples) - 1)

    @st.composite
    def mutated(draw: st.DrawFn) -> bytes:
        """One to three values replaced or left out."""
        body = copy.deepcopy(samples[draw(number)])
        for _ in range(draw(st.integers(1, 3))):
            if places := list(_places(body)):
                container, key = places[draw(st.integers(0, len(places) - 1))]
                if isinstance(container, dict) and draw(st.integers(0, 4)) == 0:
                    del container[key]
                else:
                    container[key] = copy.deepcopy(draw(ODD))
        return json.dumps(body).encode()

    @st.composite
    def damaged(draw: st.DrawFn) -> bytes:
        """Cut off, or with other bytes in it."""
        body = bytearray(json.dumps(samples[draw(number)], ensure_ascii=False).encode())
        if draw(st.booleans()):
            return bytes(body[: draw(st.integers(0, len(body) - 1))])
        for _ in range(draw(st.integers(1, 4))):
            body[draw(st.integers(0, len(body) - 1))] = draw(st.integers(0, 255))
        return bytes(body)

    any_json = ODD.map(lambda value: json.dumps(value).encode())
    return mutated() | mutated() | damaged() | st.binary(max_size=64) | any_json


def _places(value: Any, depth: int = 12) -> Iterator[tuple[Any, Any]]:
    """Every container of a body with a key into it, down to a depth."""
    if depth and isinstance(value, dict | list):
        for key in range(len(value)) if isinstance(value, list) else list(value):
            yield value, key
            yield from _places(value[key], depth - 1)
