from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.channels import Capabilities
from shared.services.schedule_pulls import LIVELY, is_due
from tests.unit.shared.builders import NOW, an_inbox

INBOX_IDS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26)
PACES = st.integers(1, 40)


def due_minutes(inbox, capabilities, minutes: int, shift: float = 0) -> list[int]:  # type: ignore[no-untyped-def]
    start = NOW + timedelta(seconds=shift)
    return [minute for minute in range(minutes) if is_due(inbox, capabilities, start + timedelta(minutes=minute))]


@settings(deadline=None)
@given(id=INBOX_IDS, quick=PACES, idle=PACES, is_lively=st.booleans(), shift=st.floats(0, 59))
def test_every_inbox_is_due_once_in_each_of_its_periods(
    id: str, quick: int, idle: int, is_lively: bool, shift: float
) -> None:
    pace = Capabilities(text_limit=1, pull_every=timedelta(minutes=quick), pull_every_idle=timedelta(minutes=idle))
    # Activity in the future keeps the inbox lively through the whole period.
    inbox = an_inbox(id=id, last_activity_at=NOW + timedelta(days=1) if is_lively else None)
    every = quick if is_lively else idle
    due = due_minutes(inbox, pace, every * 4, shift)
    assert len(due) == 4
    assert [later - earlier for earlier, later in pairwise(due)] == [every] * 3


@settings(deadline=None)
@given(id=INBOX_IDS, second=st.integers(0, 59))
def test_the_second_of_the_tick_does_not_matter(id: str, second: int) -> None:
    pace = Capabilities(text_limit=1, pull_every=timedelta(minutes=7))
    assert due_minutes(an_inbox(id=id), pace, 14) == due_minutes(an_inbox(id=id), pace, 14, second)


@settings(deadline=None)
@given(id=INBOX_IDS, wait=st.integers(1, 1800), minutes=PACES)
def test_after_a_failure_it_is_due_when_its_pause_is_over_and_never_before(id: str, wait: int, minutes: int) -> None:
    pace = Capabilities(text_limit=1, pull_every=timedelta(minutes=minutes))
    inbox = an_inbox(id=id, retry_at=NOW + timedelta(seconds=wait))
    assert not is_due(inbox, pace, NOW + timedelta(seconds=wait - 1))
    assert is_due(inbox, pace, NOW + timedelta(seconds=wait))


def test_many_inboxes_are_spread_over_the_minutes() -> None:
    pace = Capabilities(text_limit=1, pull_every=timedelta(minutes=5))
    load = Counter(minute for number in range(1000) for minute in due_minutes(an_inbox(id=f"inbox{number}"), pace, 5))
    assert sum(load.values()) == 1000
    assert max(load.values()) < 260


def test_an_inbox_is_quick_for_a_while_after_something_came() -> None:
    pace = Capabilities(text_limit=1, pull_every=timedelta(minutes=1), pull_every_idle=timedelta(minutes=60))
    due = due_minutes(an_inbox(last_activity_at=NOW), pace, 59)
    assert due[: int(LIVELY.total_seconds()) // 60] == list(range(15))
    assert len(due) <= 16


def test_without_a_pace_of_its_own_for_idle_times_the_quick_one_holds() -> None:
    pace = Capabilities(text_limit=1, pull_every=timedelta(minutes=1))
    assert len(due_minutes(an_inbox(), pace, 10)) == 10


def test_what_cannot_be_pulled_is_never_due() -> None:
    nothing = Capabilities(text_limit=1)
    assert due_minutes(an_inbox(retry_at=NOW), nothing, 120) == []
