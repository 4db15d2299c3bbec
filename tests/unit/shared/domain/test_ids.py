from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.ids import InboxId, MessageId, conversation_id, message_id, reply_id, stable_id

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@settings(deadline=None)
@given(parts=st.lists(ANY_TEXT), others=st.lists(ANY_TEXT))
def test_ids_are_equal_exactly_when_their_parts_are(parts: list[str], others: list[str]) -> None:
    assert (stable_id(*parts) == stable_id(*others)) == (parts == others)


@settings(deadline=None)
@given(text=ANY_TEXT, at=st.integers(0, 20), other=st.integers(0, 20))
def test_borders_between_parts_count(text: str, at: int, other: int) -> None:
    one, two = (text[:at], text[at:]), (text[:other], text[other:])
    assert (stable_id(*one) == stable_id(*two)) == (one == two)


def test_a_part_cannot_pretend_to_be_a_border() -> None:
    assert (
        len({stable_id("a", "bc"), stable_id("ab", "c"), stable_id("abc"), stable_id("a2:bc"), stable_id("1:a", "bc")})
        == 5
    )


@settings(deadline=None)
@given(parts=st.lists(ANY_TEXT))
def test_an_id_is_26_characters_that_any_path_takes(parts: list[str]) -> None:
    assert re.fullmatch("[a-z2-7]{26}", stable_id(*parts))


def test_ids_stay_what_they_are() -> None:
    """Stored documents carry them."""
    assert stable_id("conversation", "i", "t") == conversation_id(InboxId("i"), "t") == "3zx27irmtkmvinemxpxx4svqji"
    assert message_id(InboxId("i"), "s") == "fvq67lhsi5mbex7x2qumdoq23n"
    assert reply_id(MessageId("m"), 0) == "jvdqlndf7p56gyuvp3eabiwfnw"


def test_each_round_and_each_kind_has_an_id_of_its_own() -> None:
    ids = {reply_id(MessageId("m"), round) for round in range(3)}
    assert len(ids | {message_id(InboxId("m"), "0"), conversation_id(InboxId("m"), "0")}) == 5
