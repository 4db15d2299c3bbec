"""Whatever comes in, `read` answers arrivals that can be stored, or says that it cannot read it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from infra.channels.telegram_bot.wire import to_arrivals
from shared.errors import InvalidInput
from tests.unit.infra.channels.telegram_bot.reading import PAYLOADS

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SAMPLES = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(PAYLOADS.glob("*.json"))]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(10**40), max_value=10**40),
    st.floats(),
    st.text(alphabet=st.characters(), max_size=8),
    st.sampled_from(["\ud800", "\udfff x", "\x00", "7", ""]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["id", "file_id", "message_id", "text"]), st.integers() | st.text(), max_size=3),
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a body with a key into it."""
    if isinstance(value, dict | list):
        for key in range(len(value)) if isinstance(value, list) else list(value):
            yield value, key
            yield from places(value[key])


def check(body: bytes) -> None:
    try:
        arrivals = to_arrivals(body, NOW)
    except InvalidInput:
        return
    for arrival in arrivals:
        arrival.model_dump_json().encode("utf-8")
        assert getattr(arrival, "source_id", "x")


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_an_update_with_odd_values_in_it_is_read_or_refused(data: st.DataObject) -> None:
    body = copy.deepcopy(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(list(places(body))))
        if isinstance(container, dict) and data.draw(st.booleans()):
            del container[key]
        else:
            container[key] = data.draw(ODD)
        if not list(places(body)):
            break

    check(json.dumps(body).encode())


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_a_damaged_body_is_read_or_refused(sample: dict[str, Any], data: st.DataObject) -> None:
    body = bytearray(json.dumps(sample, ensure_ascii=False).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))

    check(bytes(body))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    check(body)
