"""The auto-responder's hours: by examples, by an oracle that counts minutes, and across jumps of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.auto_responder import AutoResponder, Interval
from shared.policy.intervals import current_start

FRIDAY = datetime(2026, 11, 20, tzinfo=UTC)
WEEK = 7 * 24 * 60
ZONES = ["UTC", "Europe/Moscow", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]


def a_responder(*intervals: Interval, zone: str = "UTC", since: datetime | None = None) -> AutoResponder:
    return AutoResponder(
        is_on=True,
        mode="intervals" if intervals else "always",
        intervals=intervals,
        time_zone=zone,
        switched_on_at=since,
        updated_at=FRIDAY,
    )


def hours(start: str, end: str, *weekdays: int) -> Interval:
    days = frozenset(weekdays or range(7))
    return Interval(start=time.fromisoformat(start), end=time.fromisoformat(end), weekdays=days)


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("interval", "now", "start"),
    [
        (hours("09:00", "18:00"), "2026-11-20 08:59", None),
        (hours("09:00", "18:00"), "2026-11-20 09:00", "2026-11-20 09:00"),
        (hours("09:00", "18:00"), "2026-11-20 17:59", "2026-11-20 09:00"),
        (hours("09:00", "18:00"), "2026-11-20 18:00", None),
        (hours("22:00", "08:00"), "2026-11-20 23:00", "2026-11-20 22:00"),
        (hours("22:00", "08:00"), "2026-11-20 03:00", "2026-11-19 22:00"),
        (hours("22:00", "08:00"), "2026-11-20 12:00", None),
        (hours("22:00", "08:00", 4), "2026-11-21 07:59", "2026-11-20 22:00"),
        (hours("22:00", "08:00", 4), "2026-11-20 07:59", None),
        (hours("22:00", "00:00", 4), "2026-11-20 23:59", "2026-11-20 22:00"),
        (hours("22:00", "00:00", 4), "2026-11-21 00:00", None),
        (hours("09:00", "09:00"), "2026-11-20 09:00", None),
    ],
)
def test_an_interval_is_known_by_the_moment_at_which_it_began(interval: Interval, now: str, start: str | None) -> None:
    assert current_start(a_responder(interval), at(now)) == (at(start) if start else None)


def test_round_the_clock_is_once_a_local_day() -> None:
    responder = a_responder(zone="Asia/Vladivostok")

    midnight = at("2026-11-21 00:00", "Asia/Vladivostok")
    assert current_start(responder, midnight) == midnight
    assert current_start(responder, midnight - timedelta(seconds=1)) == midnight - timedelta(days=1)


def test_of_intervals_that_overlap_the_earlier_one_counts() -> None:
    responder = a_responder(hours("12:00", "13:00"), hours("09:00", "18:00"))

    assert current_start(responder, at("2026-11-20 12:30")) == at("2026-11-20 09:00")


def test_what_was_running_when_it_was_switched_on_counts_from_there() -> None:
    since = at("2026-11-20 12:15")
    responder = a_responder(hours("09:00", "18:00"), since=since)

    assert current_start(responder, at("2026-11-20 12:30")) == since
    assert current_start(responder, at("2026-11-21 12:30")) == at("2026-11-21 09:00")


@pytest.mark.parametrize(
    ("interval", "now", "start"),
    [
        # Clocks jump from 02:00 to 03:00: 02:30 is the moment at which they show 03:30.
        (hours("02:30", "06:00"), "2026-03-29 03:29", None),
        (hours("02:30", "06:00"), "2026-03-29 03:30", "2026-03-29 03:30"),
        (hours("22:00", "02:30"), "2026-03-29 03:29", "2026-03-28 22:00"),
        (hours("22:00", "02:30"), "2026-03-29 03:30", None),
    ],
)
def test_hours_that_the_clock_jumps_over(interval: Interval, now: str, start: str | None) -> None:
    responder = a_responder(interval, zone="Europe/Berlin")

    expected = at(start, "Europe/Berlin") if start else None
    assert current_start(responder, at(now, "Europe/Berlin")) == expected


def test_hours_that_the_clock_shows_twice_begin_and_end_the_first_time() -> None:
    # Clocks go back from 03:00 to 02:00 at 01:00 UTC.
    begins = a_responder(hours("02:30", "06:00"), zone="Europe/Berlin")
    ends = a_responder(hours("22:00", "02:30"), zone="Europe/Berlin")
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    assert current_start(begins, first) == current_start(begins, first + timedelta(hours=1)) == first
    assert current_start(ends, first - timedelta(minutes=1)) is not None
    assert current_start(ends, first) is None


TIMES = st.builds(lambda minutes: (datetime.min + timedelta(minutes=minutes)).time(), st.integers(0, 24 * 60 - 1))
INTERVALS = st.builds(Interval, start=TIMES, end=TIMES, weekdays=st.frozensets(st.integers(0, 6)))
MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: FRIDAY + timedelta(minutes=minutes))


def minute_of(hour: time) -> int:
    return hour.hour * 60 + hour.minute


def running(interval: Interval, minute: int) -> list[int]:
    """Starts, as minutes of the week, of the occurrences that hold a minute of the week: counted, not compared."""
    length = (minute_of(interval.end) - minute_of(interval.start)) % (24 * 60)
    starts = [day * 24 * 60 + minute_of(interval.start) for day in interval.weekdays]
    return [start for start in starts if (minute - start) % WEEK < length]


@settings(max_examples=300, deadline=None)
@given(st.lists(INTERVALS, min_size=1, max_size=4), MOMENTS)
def test_where_clocks_never_jump_counting_the_minutes_of_the_week_says_the_same(
    intervals: list[Interval], now: datetime
) -> None:
    monday = datetime.combine(now.date() - timedelta(days=now.weekday()), time(), UTC)
    minute = int((now - monday).total_seconds()) // 60
    ago = [(minute - start) % WEEK for interval in intervals for start in running(interval, minute)]

    expected = now.replace(second=0) - timedelta(minutes=max(ago)) if ago else None
    assert current_start(a_responder(*intervals), now) == expected


@settings(max_examples=300, deadline=None)
@given(st.lists(INTERVALS, max_size=4), MOMENTS, st.integers(0, 3 * 24 * 60), st.sampled_from(ZONES), st.booleans())
def test_in_every_zone_a_later_moment_never_has_an_earlier_interval(
    intervals: list[Interval], now: datetime, later: int, zone: str, is_restarted: bool
) -> None:
    responder = a_responder(*intervals, zone=zone, since=now if is_restarted else None)

    earlier_start = current_start(responder, now)
    later_start = current_start(responder, now + timedelta(minutes=later))

    for moment, start in ((now, earlier_start), (now + timedelta(minutes=later), later_start)):
        assert start is None or start <= moment
        assert start is None or moment - start <= timedelta(hours=26)
    assert earlier_start is None or later_start is None or earlier_start <= later_start


@settings(max_examples=200, deadline=None)
@given(INTERVALS, st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.sampled_from(ZONES))
def test_in_every_zone_an_interval_begins_on_its_weekdays_only(interval: Interval, day: date, zone: str) -> None:
    for hour in range(24):
        now = datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)
        start = current_start(a_responder(interval, zone=zone), now)
        if start is not None:
            assert start.astimezone(ZoneInfo(zone)).weekday() in interval.weekdays
