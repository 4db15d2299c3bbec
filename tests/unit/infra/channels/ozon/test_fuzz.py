"""Whatever is posted to us: arrivals and an answer, or one of the two errors that the door knows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from infra.channels.ozon.content import read_data
from infra.channels.ozon.pulling import Cursor
from infra.channels.ozon.shapes import Chat, ChatPage, Listed, Message, each
from infra.channels.ozon.wire import answer_to, read_message, read_push
from shared.domain.arrivals import Echo, Edited, Received
from shared.errors import InvalidInput
from tests.unit.infra.channels.ozon.test_wire import FILE, PUSH

NOW = datetime(2026, 4, 21, 12, tzinfo=UTC)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
TYPES = ["TYPE_NEW_MESSAGE", "TYPE_UPDATE_MESSAGE", "TYPE_MESSAGE_READ", "TYPE_CHAT_CLOSED", "TYPE_PING", "OTHER"]
PIECES = st.sampled_from(["[", "]", "(", ")", "!", "\\", f"{FILE}/a.png", "https://", "http://[", "(1 KB)", " ", "я"])


def reads_or_refuses(body: bytes) -> None:
    assert answer_to(body, NOW)
    try:
        arrivals = read_push(body, seller="7", now=NOW)
    except InvalidInput:
        return
    assert all(isinstance(arrival, Received | Echo | Edited) for arrival in arrivals)


@settings(max_examples=200, deadline=None)
@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_read_or_refused_and_always_answered(body: bytes) -> None:
    reads_or_refuses(body)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(sorted(PUSH)), JSON, max_size=3))
def test_a_push_with_any_fields_is_read_or_refused(kind: str, fields: dict[str, Any]) -> None:
    reads_or_refuses(json.dumps({**PUSH, "message_type": kind, **fields}).encode())


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(PIECES).map("".join)) | JSON)
def test_any_data_always_says_something(data: Any) -> None:
    saying = read_data(data)

    assert saying.text or saying.attachments


@settings(max_examples=200, deadline=None)
@given(st.lists(JSON), st.dictionaries(st.sampled_from(["message_id", "created_at", "data", "user", "context"]), JSON))
def test_any_history_is_read_or_named(entries: list[Any], fields: dict[str, Any]) -> None:
    message = {"message_id": "1", "created_at": "2026-04-20T08:15:30Z", **fields}

    messages, problems = each(Message, [*entries, message])

    assert len(messages) + len(problems) == len(entries) + 1
    for one in messages:
        read_message(one, Chat(chat_id="c"))


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["chat_id", "chat_type", "chat_status"]), JSON), JSON, JSON)
def test_any_list_of_chats_is_read_or_named(chat: dict[str, Any], last: Any, has_next: Any) -> None:
    listed, problems = each(Listed, [{"chat": {"chat_id": "c", **chat}, "last_message_id": last}])
    pages, faults = each(ChatPage, [{"has_next": has_next}])

    assert len(listed) + len(problems) == len(pages) + len(faults) == 1
    assert all(entry.newest >= 0 for entry in listed)


@settings(max_examples=200, deadline=None)
@given(st.none() | st.text() | st.from_regex(r"[0-9:]{0,45}", fullmatch=True))
def test_a_cursor_is_ours_and_survives_or_is_none(text: str | None) -> None:
    cursor = Cursor.read(text)

    assert cursor is None or Cursor.read(str(cursor)) == cursor
