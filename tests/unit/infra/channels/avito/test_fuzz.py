"""Whatever is posted to us: arrivals, or one of the two errors that the door knows."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from infra.channels.avito.shapes import Chat, Message, each
from infra.channels.avito.wire import read_history, read_webhook
from shared.domain.arrivals import Deleted, Echo, Received
from shared.errors import InvalidInput
from tests.unit.infra.channels.avito.payloads import changed

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
TYPES = ["text", "image", "voice", "link", "item", "location", "call", "system", "deleted", "file", "other"]
FIELDS = ["id", "author_id", "created", "type", "content", "chat_id", "chat_type", "user_id", "item_id", "read"]
NAMES = ["text", "image", "sizes", "voice", "voice_id", "link", "url", "preview", "item", "title", "location", "lat"]
CONTENT: st.SearchStrategy[Any] = st.recursive(
    JSON, lambda inner: st.dictionaries(st.sampled_from(NAMES), inner, max_size=4), max_leaves=8
)


def reads_or_refuses(body: bytes) -> None:
    try:
        arrivals = read_webhook(body)
    except InvalidInput:
        return
    assert all(isinstance(arrival, Received | Echo | Deleted) for arrival in arrivals)


@settings(max_examples=200, deadline=None)
@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    reads_or_refuses(body)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3))
def test_a_message_with_any_fields_is_read_or_refused(fields: dict[str, Any]) -> None:
    reads_or_refuses(changed("text", **fields))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(TYPES), CONTENT)
def test_a_message_with_any_content_always_arrives(type: str, content: Any) -> None:
    body = changed("text", type=type, content=content)

    assert len(read_webhook(body)) == 1


@settings(max_examples=200, deadline=None)
@given(st.lists(JSON), st.dictionaries(st.sampled_from(["id", "created", "content", "quote", "direction"]), JSON))
def test_any_history_is_read_or_named(entries: list[Any], fields: dict[str, Any]) -> None:
    message = {"id": "m", "created": 1, "type": "text", **fields}

    messages, problems = each(Message, [*entries, message])

    assert len(messages) + len(problems) == len(entries) + 1
    for one in messages:
        read_history(one, Chat(id="u2i-1"), "1")
