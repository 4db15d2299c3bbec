"""Telegram's limit of messages a minute in one group, kept from our side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

MOST: Final = 18
"""In any MINUTE. Telegram allows 20, counts by itself, and has other programs to count as well."""
MINUTE: Final = timedelta(seconds=61)
"""A second longer: clocks differ."""
WORTHWHILE: Final = 3
"""So many are waited for before somebody gets up again: each time costs a few writes of our own."""


def recent(spent: Sequence[datetime], now: datetime) -> tuple[datetime, ...]:
    """The calls that still count, oldest first."""
    return tuple(sorted(moment for moment in spent if moment > now - MINUTE))


def allowance(spent: Sequence[datetime], now: datetime) -> int:
    """How many calls may be made at once."""
    return max(MOST - len(recent(spent, now)), 0)


def next_chance(spent: Sequence[datetime], now: datetime) -> datetime:
    """When it is worthwhile to go on. Never later than a minute from now."""
    counted = recent(spent, now)
    if not counted:
        return now
    return counted[min(WORTHWHILE, len(counted)) - 1] + MINUTE
