"""Every stored noun survives its way through a document, and what is stored is what a store takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum
from types import NoneType
from typing import Annotated, Any, Literal, NewType, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.assistants import Assistant, Chunk
from shared.domain.contacts import Contact
from shared.domain.conversations import Conversation
from shared.domain.inboxes import Inbox
from shared.domain.llm_settings import LlmSettings
from shared.domain.messages import Message
from shared.domain.model import EPOCH, Noun, from_micros, to_micros
from shared.domain.people import Member, Session, User, Workspace
from shared.ports.document_store import DELETE, Document
from shared.store.codec import at_paths, fields_of, noun_of, noun_or_none, plain, top_level
from tests.unit.shared.builders import a_conversation, a_message

INSTANTS = st.datetimes(
    min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC), allow_imaginary=False
)


STORED = [Assistant, Chunk, Contact, Conversation, Inbox, LlmSettings, Member, Message, Session, User, Workspace]
"""With all that they are made of."""


PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    datetime: INSTANTS,  # aware UTC, to us
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False),
    str: st.text(),
    bool: st.booleans(),
    NoneType: st.none(),
}


def nouns(kind: type[Noun]) -> st.SearchStrategy[Noun]:
    return st.builds(kind, **{name: values(field.annotation) for name, field in kind.model_fields.items()})


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Anything that a field of this type may hold."""
    inner = get_args(kind)
    if kind in PLAIN:
        return PLAIN[kind]
    if isinstance(kind, NewType):
        return values(kind.__supertype__)
    if get_origin(kind) is Annotated:
        return values(inner[0])
    if get_origin(kind) is Literal:
        return st.sampled_from(inner)
    if get_origin(kind) is tuple:
        return st.lists(values(inner[0]), max_size=3).map(tuple)
    if get_origin(kind) is dict:
        return st.dictionaries(values(inner[0]), values(inner[1]), max_size=3)
    if inner:
        return st.one_of([values(each) for each in inner])
    return st.sampled_from(kind) if issubclass(kind, Enum) else nouns(kind)


@pytest.mark.parametrize("kind", STORED)
@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_noun_comes_back_as_it_was(kind: type[Noun], data: st.DataObject) -> None:
    noun = data.draw(nouns(kind))
    fields = fields_of(noun)
    assert noun_of(kind, fields) == noun
    assert None not in fields.values()
    assert is_storable(fields)


def is_storable(value: object) -> bool:
    if isinstance(value, dict):
        return all(type(name) is str and is_storable(item) for name, item in value.items())
    if isinstance(value, list):
        return all(is_storable(item) for item in value)
    return type(value) in (bool, int, float, str)


@settings(deadline=None)
@given(moment=INSTANTS)
def test_moments_keep_every_microsecond(moment: datetime) -> None:
    assert from_micros(to_micros(moment)) == moment
    assert plain(moment) == to_micros(moment)


@settings(deadline=None)
@given(first=INSTANTS, second=INSTANTS)
def test_stored_moments_sort_as_moments_do(first: datetime, second: datetime) -> None:
    assert (to_micros(first) < to_micros(second)) == (first < second)


@settings(deadline=None)
@given(micros=st.integers())
def test_a_number_that_is_no_moment_is_refused_and_nothing_worse(micros: int) -> None:
    fields = {**fields_of(a_message()), "at": micros}
    try:
        assert to_micros(noun_of(Message, fields).at) == micros
    except ValueError:
        assert abs(micros) > to_micros(datetime(9998, 1, 1, tzinfo=UTC)) or micros < to_micros(
            datetime(1, 1, 3, tzinfo=UTC)
        )


def test_fields_of_a_newer_version_are_passed_over() -> None:
    assert noun_of(Conversation, {**fields_of(a_conversation()), "invented_later": [1]}) == a_conversation()


def test_fields_that_an_older_version_did_not_write_have_their_defaults() -> None:
    fields = fields_of(a_conversation())
    old = {name: fields[name] for name, field in Conversation.model_fields.items() if field.is_required()}
    assert noun_of(Conversation, old) == a_conversation()


def test_none_removes_a_field_at_the_top_and_below() -> None:
    class Colour(StrEnum):
        RED = "red"

    moment = EPOCH + timedelta(microseconds=7)
    assert top_level({"a": None, "b": Colour.RED, "c": moment}) == {("a",): DELETE, ("b",): "red", ("c",): 7}
    assert at_paths({("w", "m"): None, ("w", "n"): DELETE, ("t",): (moment, {"k": Colour.RED})}) == {
        ("w", "m"): DELETE,
        ("w", "n"): DELETE,
        ("t",): [7, {"k": "red"}],
    }


def test_what_is_not_there_is_none() -> None:
    assert noun_or_none(Message, None) is None
    message = a_message()
    assert noun_or_none(Message, Document("a/b", fields_of(message), "1")) == message
