"""Gmail's words and ours, without a network."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.channels.gmail.wire import Cursor, arrival_of, part_of, read_cursor, read_notification
from shared.domain.arrivals import Echo, Received
from shared.errors import ChannelRejected, InvalidInput


def message(raw: bytes, *labels: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": "19a1",
        "threadId": "19a0",
        "labelIds": list(labels),
        "internalDate": "1795179600123",
        "raw": urlsafe_b64encode(raw).decode().rstrip("="),
    } | changes


@pytest.mark.parametrize("history_id", [9876543210, "9876543210"])
def test_a_notification_names_its_mailbox_with_the_id_as_number_or_text(history_id: object) -> None:
    body = json.dumps({"emailAddress": "Shop@Shop.example", "historyId": history_id}).encode()

    assert read_notification(body) == "shop@shop.example"


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b'{"emailAddress": "a@b"}', b"\xff"])
def test_what_is_no_notification_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_notification(body)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**64 - 1), st.integers(0, 10**11), st.none() | st.integers(0, 10**11))
def test_a_cursor_is_read_back_as_it_was_stored(history_id: int, at: int, sync_from: int | None) -> None:
    cursor = Cursor(history_id, at, sync_from)

    assert read_cursor(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "12", "x@1", "1@2@3@4", "-1@2"])
def test_a_foreign_cursor_is_refused(text: str) -> None:
    with pytest.raises(ChannelRejected):
        read_cursor(text)


def test_a_full_sync_begins_a_day_before_all_was_known() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    long_ago = now - timedelta(days=10)

    cursor = Cursor(1, int(long_ago.timestamp())).resynced(77, now)

    assert (cursor.history_id, cursor.at) == (77, int(now.timestamp()))
    assert cursor.sync_from == int((long_ago - timedelta(days=1)).timestamp())


def test_a_customers_letter_is_answered_where_it_asks_to_be() -> None:
    raw = b"From: Anna <Anna@Example.com>\nReply-To: <desk@example.com>\nMessage-ID: <1@x>\nSubject: Hi\n\nHello"

    arrival = arrival_of(message(raw, "INBOX", "UNREAD"), "shop@shop.example")

    assert isinstance(arrival, Received)
    assert (arrival.contact.source_id, arrival.contact.name) == ("desk@example.com", "Anna")
    assert arrival.thread == "19a0/desk@example.com"
    assert arrival.context["reply_to"] == "desk@example.com"
    assert arrival.at == datetime(2026, 11, 20, 13, 0, 0, 123000, tzinfo=UTC)


def test_a_letter_that_claims_to_be_ours_is_a_customers_unless_gmail_says_it_was_sent() -> None:
    forged = b"From: eve@example.com\nTo: shop@shop.example\nX-Parley-Message-Id: m1\nMessage-ID: <m1@parley>\n\nHi"

    arrival = arrival_of(message(forged, "INBOX"), "shop@shop.example")
    ours = arrival_of(message(forged, "SENT"), "shop@shop.example")

    assert isinstance(arrival, Received)
    assert arrival.is_automatic
    assert isinstance(ours, Echo)
    assert ours.marker == "m1"


def test_a_letter_from_the_mailbox_itself_is_never_answered() -> None:
    arrival = arrival_of(message(b"From: Shop@shop.example\n\nnote to self", "INBOX"), "shop@shop.example")

    assert isinstance(arrival, Received)
    assert arrival.is_automatic


def test_a_part_is_found_by_its_place() -> None:
    tree = {"partId": "", "parts": [{"partId": "0", "parts": [{"partId": "0.1", "body": {"size": 3}}]}]}

    found = part_of(tree, "0.1")

    assert found is not None
    assert found["body"] == {"size": 3}
    assert part_of(tree, "1") is None
    assert part_of(tree, "") is tree
