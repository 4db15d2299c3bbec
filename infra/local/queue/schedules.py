"""The embedded Cloud Scheduler. Nothing is stored: the state heals whatever a missed or a doubled run leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Schedule:
    """A function that is posted an empty body again and again, first at the start, never twice at a time."""

    name: str
    target: str
    every: timedelta


class Timetable:
    """Knows which schedules are due and which are under way."""

    def __init__(self, schedules: Sequence[Schedule]) -> None:
        self._schedules = schedules
        self._started_at: dict[str, datetime] = {}
        self._under_way: set[str] = set()

    def due(self, now: datetime) -> list[Schedule]:
        """The schedules to start now; they count as started."""
        due = [schedule for schedule in self._schedules if self._is_due(schedule, now)]
        self._started_at.update((schedule.name, now) for schedule in due)
        self._under_way.update(schedule.name for schedule in due)
        return due

    def ended(self, schedule: Schedule) -> None:
        """A started one has been answered."""
        self._under_way.discard(schedule.name)

    def _is_due(self, schedule: Schedule, now: datetime) -> bool:
        last = self._started_at.get(schedule.name)
        return schedule.name not in self._under_way and (last is None or now - last >= schedule.every)
