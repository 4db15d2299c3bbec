"""Whatever Wildberries answers: arrivals, or named as unreadable; and a position that only moves on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from infra.channels.wildberries.chats import event_id, moved
from infra.channels.wildberries.cursor import Cursor, EventsPosition, ListPosition
from infra.channels.wildberries.shapes import Event, EventsPage, Publication, each
from infra.channels.wildberries.tokens import read_token
from infra.channels.wildberries.wire import read_answer, read_event, read_publication, words_of
from shared.domain.arrivals import Echo, Received

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
EVENT_FIELDS = ["chatID", "eventID", "eventType", "message", "source", "addTimestamp", "addTime", "replySign", "sender"]
MESSAGE_FIELDS = ["text", "attachments", "goodCard", "files", "images", "downloadID", "contentType", "nmID", "price"]
MESSAGE: st.SearchStrategy[Any] = st.recursive(
    JSON,
    lambda inner: st.dictionaries(st.sampled_from(MESSAGE_FIELDS), inner, max_size=4) | st.lists(inner, max_size=2),
    max_leaves=8,
)
ITEM_FIELDS = [
    "id",
    "text",
    "pros",
    "cons",
    "productValuation",
    "createdDate",
    "answer",
    "productDetails",
    "photoLinks",
]
SENDERS = st.sampled_from(["client", "seller", "wb", "", "other"])


def an_event(**fields: Any) -> dict[str, Any]:
    return {"chatID": "1:a", "eventID": "e", "eventType": "message", "addTimestamp": 1767605399000, **fields}


@settings(max_examples=300, deadline=None)
@given(st.lists(JSON, max_size=3), st.dictionaries(st.sampled_from(EVENT_FIELDS), JSON, max_size=4))
def test_any_list_of_events_is_read_or_named(entries: list[Any], fields: dict[str, Any]) -> None:
    events, strange = each(Event, [*entries, an_event(**fields)])

    assert len(events) + len(strange) == len(entries) + 1
    for event in events:
        words_of(event)
        assert isinstance(read_event(event, None), Received | Echo | None)


@settings(max_examples=300, deadline=None)
@given(MESSAGE, st.sampled_from(["message", "refund", ""]))
def test_a_customers_event_always_arrives_and_says_something(message: Any, kind: str) -> None:
    (event,), _ = each(Event, [an_event(sender="client", message=message, eventType=kind)])

    arrival = read_event(event, None)

    assert isinstance(arrival, Received)
    assert arrival.text or arrival.attachments
    assert arrival.is_automatic is (kind != "message")


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(ITEM_FIELDS), JSON, max_size=4))
def test_any_publication_is_read_or_named(fields: dict[str, Any]) -> None:
    item = {"id": "q", "createdDate": "2026-01-05T09:18:08.769513469Z", **fields}

    items, strange = each(Publication, [item])

    assert len(items) + len(strange) == 1
    for one in items:
        assert read_publication("review", one).text
        read_answer("review", one, NOW)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 2**40),
    st.lists(st.builds(an_event, eventID=st.text(max_size=3), addTimestamp=st.integers(1, 2**41) | JSON), max_size=6),
)
def test_a_position_only_moves_on_and_knows_what_it_has_seen_at_its_edge(start: int, events: list[Any]) -> None:
    page = EventsPage(totalEvents=len(events), events=events)

    position = moved(EventsPosition(next=start), page)

    assert position.next >= start
    readable, strange = each(Event, events)
    assert all(event_id(entry) in position.edge for entry in strange if event_id(entry)) or readable
    assert all(position.next - at <= 60_000 for at in position.edge.values())


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_any_token_is_read_without_an_error(token: str) -> None:
    read_token(token)


IDS = st.dictionaries(st.text(max_size=4), st.integers(0, 2**40), max_size=3)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 2**41), st.integers(0, 2**31), IDS, IDS)
def test_a_cursor_is_read_back_as_it_was_written(
    moment: int, since: int, one: dict[str, int], two: dict[str, int]
) -> None:
    lists = ListPosition(since=since, open=one, done=two)
    cursor = Cursor(events=EventsPosition(next=moment, edge=one), questions=lists, reviews=lists)

    assert Cursor.read(str(cursor)) == cursor
    assert str(Cursor.read(str(cursor))) == str(cursor)
