"""Which of the auto-responder's intervals a moment lies in, by the clock on the wall of its time zone.

An interval is known by the instant at which it starts. Where the wall clock jumps over a start or an end, that moment
comes as many hours after midnight as the clock says; where the clock shows it twice, the first one counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.domain.auto_responder import AutoResponder, Interval

DAY = timedelta(days=1)


class Span(NamedTuple):
    """From a moment until right before another one."""

    start: datetime
    end: datetime


def current_start(settings: AutoResponder, now: datetime) -> datetime | None:
    """When the interval of this moment began; None: there is none. Of several, the one that began first.

    One that was running when the auto-responder was switched on began at that moment. Later moments never have an
    earlier start, so whoever had an answer at or after it has had the answer of this interval.
    """
    started = [span.start for span in _spans_around(settings, now) if span.start <= now < span.end]
    if not started:
        return None
    return max(min(started), settings.switched_on_at or min(started))


def _spans_around(settings: AutoResponder, now: datetime) -> Iterator[Span]:
    zone = ZoneInfo(settings.time_zone)
    today = now.astimezone(zone).date()
    if settings.mode == "always":
        yield Span(_instant(today, time(), zone), _instant(today + DAY, time(), zone))
        return
    for interval in settings.intervals:
        for day in (today - DAY, today):  # one that runs over midnight began yesterday
            if day.weekday() in interval.weekdays:
                yield _span(interval, day, zone)


def _span(interval: Interval, day: date, zone: ZoneInfo) -> Span:
    """The occurrence that starts on a day. Equal hours are an empty one."""
    last = day + DAY if interval.end < interval.start else day
    return Span(_instant(day, interval.start, zone), _instant(last, interval.end, zone))


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at.replace(tzinfo=None, fold=0), zone).astimezone(UTC)
