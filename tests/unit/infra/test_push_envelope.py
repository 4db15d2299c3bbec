"""Whatever is posted to a function is a push envelope or `InvalidInput`, never anything else."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.push_envelope import SIZE_LIMIT, build, event_of, open_envelope
from shared.domain.events import MessageQueued, MessageReceived
from shared.domain.ids import ConversationId, WorkspaceId
from shared.errors import InvalidInput

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
EVENT = MessageQueued(workspace_id=WorkspaceId("w1"), conversation_id=ConversationId("c1"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def _body(data: str, **message: Any) -> bytes:
    return json.dumps({"message": {"data": data, **message}, "subscription": "s"}).encode()


def _built(data: bytes) -> bytes:
    return build(data, message_id="m1", published_at=NOON, subscription="s", attributes={"kind": "k"})


def test_a_push_as_the_documentation_shows_it_is_read_whole() -> None:
    body = json.dumps(
        {
            "message": {
                "attributes": {"kind": "message-queued"},
                "data": b64encode(EVENT.model_dump_json().encode()).decode(),
                "messageId": "2070443601311540",
                "message_id": "2070443601311540",
                "publishTime": "2026-11-20T12:00:00.123456789Z",
                "publish_time": "2026-11-20T12:00:00.123456789Z",
            },
            "subscription": "projects/p/subscriptions/deliver",
            "deliveryAttempt": 5,
        }
    ).encode()

    envelope = open_envelope(body)

    assert event_of(body, MessageQueued) == EVENT
    assert envelope.message.message_id == "2070443601311540"
    assert envelope.message.attributes == {"kind": "message-queued"}
    assert envelope.message.publish_time == NOON.replace(microsecond=123456)
    assert (envelope.subscription, envelope.delivery_attempt) == ("projects/p/subscriptions/deliver", 5)


@settings(deadline=None)
@given(data=st.binary(min_size=1), attributes=st.dictionaries(st.text(), st.text(), max_size=3), id=st.text())
def test_what_is_built_opens_to_the_same(data: bytes, attributes: dict[str, str], id: str) -> None:
    body = build(data, message_id=id, published_at=NOON, subscription=f"of {id}", attributes=attributes)

    envelope = open_envelope(body)

    assert envelope.message.data == data
    assert envelope.message.attributes == attributes
    assert (envelope.message.message_id, envelope.message.publish_time) == (id, NOON)
    assert envelope.subscription == f"of {id}"


@settings(deadline=None)
@given(data=st.binary(min_size=1))
def test_both_base64_alphabets_are_read_with_and_without_padding(data: bytes) -> None:
    for encoded in (b64encode(data).decode(), urlsafe_b64encode(data).decode()):
        assert open_envelope(_body(encoded)).message.data == data
        assert open_envelope(_body(encoded.rstrip("="))).message.data == data


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"message"',
        b"\xff\xfe",
        b"[" * 100_000,
        _built(b"whole")[:-10],
        b'{"subscription": "s"}',
        b'{"message": null}',
        b'{"message": {}}',
        b'{"message": {"data": null}}',
        b'{"message": {"data": 7}}',
        _body(""),
        _body("===="),
        _body("a"),
        _body("not base64!"),
        _body("YW Jj"),
        _body("YWJj\nYWJj"),
        _body("YQ==YQ=="),
        _body("\u043f\u0440\u0438\u0432\u0435\u0442"),
        _body("YQ==", attributes=[]),
        _body("YQ==", attributes={"kind": 1}),
        _body("YQ==", messageId={}),
        _body("YQ==", publishTime="soon"),
        _body("YQ==", attributes={"kind": "\ud800"}),
        b'{"message": {"data": "YQ=="}, "deliveryAttempt": "often"}',
        b'{"message": {"data": "YQ=="}, "deliveryAttempt": 1e400}',
    ],
)
def test_an_odd_body_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        open_envelope(body)


def test_a_body_over_a_mebibyte_is_refused() -> None:
    with pytest.raises(InvalidInput, match="over"):
        open_envelope(_built(b"x" * SIZE_LIMIT))


@pytest.mark.parametrize(
    "data",
    [
        b"not json",
        b"{}",
        b'{"workspace_id": 1}',
        b"[]",
        b'{"workspace_id": "\\ud800", "conversation_id": "c"}',
        b"\x80",
    ],
)
def test_data_that_is_not_the_event_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        event_of(_built(data), MessageQueued)


@pytest.mark.parametrize("micros", [10**30, -(10**30), 1e300])
def test_an_instant_beyond_the_calendar_is_refused(micros: float) -> None:
    ids = dict.fromkeys(("workspace_id", "inbox_id", "conversation_id", "message_id"), "x")

    with pytest.raises(InvalidInput):
        event_of(_built(json.dumps({**ids, "received_at": micros}).encode()), MessageReceived)


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    body = _body(b64encode(b'{"workspace_id": "ann@example.com", "conversation_id": 5}').decode())

    with pytest.raises(InvalidInput) as refusal:
        event_of(body, MessageQueued)

    assert "ann@example.com" not in repr(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__context__ is None


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    _reads_or_refuses(body)


@settings(deadline=None)
@given(json_values, json_values)
def test_any_json_is_read_or_refused(message: Any, data: Any) -> None:
    _reads_or_refuses(json.dumps({"message": message}).encode())
    _reads_or_refuses(_body(b64encode(json.dumps(data).encode()).decode(), attributes=message))


def _reads_or_refuses(body: bytes) -> None:
    try:
        event_of(body, MessageReceived)
    except InvalidInput:
        return
