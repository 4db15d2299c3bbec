"""How far a mailbox was read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.channels.imap.cursor import OVERLAP, Cursor, Place, read_cursor, read_place
from infra.channels.imap.session import Mark
from shared.errors import ChannelRejected

numbers = st.integers(0, 4_294_967_295)
seconds = st.integers(0, 99_999_999_999)
keys = st.text("0123456789abcdef", min_size=8, max_size=8)
places = st.builds(Place, keys, numbers, numbers) | st.builds(Place, keys, numbers, numbers, seconds, numbers)
PLACE = Place("0b5a960f", 7, 20)
DAY = 24 * 3600


@settings(max_examples=100, deadline=None)
@given(places, st.none() | places, numbers, seconds, seconds)
def test_a_cursor_is_read_back_as_it_was_stored(
    inbox: Place, sent: Place | None, first: int, began: int, at: int
) -> None:
    cursor = Cursor(inbox, sent, first, began, at)

    assert read_cursor(str(cursor)) == cursor
    assert read_place(str(inbox)) == inbox


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_cursor_or_a_typed_refusal(text: str) -> None:
    with pytest.raises(ChannelRejected):
        read_cursor(text)


def test_the_same_folder_goes_on_where_it_was() -> None:
    assert PLACE.facing(PLACE.key, Mark(7, 21), 1000) == PLACE
    assert PLACE.criteria(Mark(7, 21)) is None
    assert PLACE.criteria(Mark(7, 22)) == "UID 21:*"


@pytest.mark.parametrize(
    ("key", "mark"), [("0b5a960f", Mark(8, 30)), ("ffffffff", Mark(7, 30)), ("0b5a960f", Mark(7, 20))]
)
def test_other_numbers_another_folder_or_one_set_back_are_read_again(key: str, mark: Mark) -> None:
    again = PLACE.facing(key, mark, 1000)

    assert (again.uid, again.since, again.until) == (0, 1000, mark.following - 1)
    assert again.criteria(mark) == f"UID 1:{mark.following - 1} SINCE 31-Dec-1969"


def test_a_second_change_in_the_middle_begins_again_from_the_same_moment() -> None:
    halfway = Place("0b5a960f", 8, 15, 1000, 40)

    assert halfway.facing("0b5a960f", Mark(8, 60), 5000) == halfway
    assert halfway.facing("0b5a960f", Mark(9, 60), 5000) == Place("0b5a960f", 9, 0, 1000, 59)


def test_what_is_finished_goes_on_behind_all_that_was_seen() -> None:
    assert PLACE.finished(Mark(7, 30), 35).uid == 35
    assert PLACE.finished(Mark(7, 30), 0).uid == 29
    assert Place("k", 8, 15, 1000, 40).finished(Mark(8, 60), 40) == Place("k", 8, 40)


def test_nothing_from_before_us_is_read_again() -> None:
    early = Cursor(PLACE, None, 0, began=100 * DAY, at=100 * DAY + 60)
    late = Cursor(PLACE, None, 0, began=100 * DAY, at=200 * DAY)

    assert early.reaches == 100 * DAY - 60
    assert late.reaches == 200 * DAY - int(OVERLAP.total_seconds())
