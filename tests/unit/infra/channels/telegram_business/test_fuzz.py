"""Whatever comes in is read as arrivals that can be stored, or refused."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from infra.channels.telegram_business.wire import to_arrivals
from shared.errors import InvalidInput
from tests.unit.infra.channels.telegram_bot.test_fuzz import ODD, places
from tests.unit.infra.channels.telegram_business.test_wire import PAYLOADS

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SAMPLES = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(PAYLOADS.glob("*.json"))]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_an_update_with_odd_values_in_it_is_read_or_refused(data: st.DataObject) -> None:
    body = copy.deepcopy(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(list(places(body))))
        container[key] = data.draw(ODD)
        if not list(places(body)):
            break

    try:
        arrivals = to_arrivals(json.dumps(body).encode(), NOW)
    except InvalidInput:
        return
    for arrival in arrivals:
        arrival.model_dump_json().encode("utf-8")
        assert getattr(arrival, "source_id", "x")
