"""The auto-responder's settings, and what it would do now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from api.schemas.common import CodedText, Out
from shared.domain.auto_responder import AutoResponder, Interval, known_time_zone
from shared.domain.ids import InboxId
from shared.domain.model import Instant, Strict
from shared.domain.texts import Language
from shared.services.auto_responder_settings import preview

Weekday = Annotated[int, Field(ge=0, le=6)]


def _on_the_wall(hour: time) -> time:
    if hour.tzinfo is not None:
        raise ValueError("an hour of the settings' own time zone")
    return hour


Hour = Annotated[time, AfterValidator(_on_the_wall)]


class IntervalIn(Strict):
    """Local hours on the weekdays on which they start, Monday is 0. An end before the start lies on the next day."""

    weekdays: list[Weekday] = Field(default=[0, 1, 2, 3, 4, 5, 6], max_length=7)
    start: Hour
    end: Hour


class AutoResponderIn(Strict):
    """All settings. `always` is round the clock, once a local day; `inbox_ids` empty: every inbox."""

    is_on: bool
    mode: Literal["always", "intervals"] = "always"
    intervals: list[IntervalIn] = Field(default=[], max_length=21)
    time_zone: Annotated[str, AfterValidator(known_time_zone)] = "Europe/Moscow"
    text: str = Field(default="", max_length=1000)
    delay_seconds: float = Field(default=75.0, ge=5.0, le=3600.0, allow_inf_nan=False)
    inbox_ids: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]] = Field(default=[], max_length=200)

    def wish(self, now: datetime) -> AutoResponder:
        """As the desk knows settings."""
        intervals = [
            Interval(weekdays=frozenset(given.weekdays), start=given.start, end=given.end) for given in self.intervals
        ]
        return AutoResponder(
            is_on=self.is_on,
            mode=self.mode,
            intervals=tuple(intervals),
            time_zone=self.time_zone,
            text=self.text,
            delay_seconds=self.delay_seconds,
            inbox_ids=frozenset(map(InboxId, self.inbox_ids)),
            updated_at=now,
        )


class IntervalOut(Out):
    """Local hours on some weekdays."""

    weekdays: list[int]
    start: time
    end: time

    @classmethod
    def of(cls, interval: Interval) -> IntervalOut:
        """An interval."""
        return cls(weekdays=sorted(interval.weekdays), start=interval.start, end=interval.end)


class SilentInOut(Out):
    """An inbox in which it says nothing, and why."""

    inbox_id: str
    reason: CodedText | None


class PreviewOut(Out):
    """Whether a turn that nobody answers would be answered now."""

    would_answer: bool
    interval_started_at: Instant | None
    """The interval of this moment, known by its start."""
    reason: CodedText | None
    """Why it would not."""
    silent_in: list[SilentInOut]


class AutoResponderOut(Out):
    """The settings and their preview."""

    is_on: bool
    mode: Literal["always", "intervals"]
    intervals: list[IntervalOut]
    time_zone: str
    text: str
    delay_seconds: float
    inbox_ids: list[str]
    version: int
    """0: never set."""
    updated_at: Instant
    preview: PreviewOut

    @classmethod
    def of(
        cls, settings: AutoResponder, silent_in: Mapping[InboxId, str], now: datetime, language: Language
    ) -> AutoResponderOut:
        """The settings for a reader of this language, at this moment."""
        would = preview(settings, now)
        shown = PreviewOut(
            would_answer=would.reason is None,
            interval_started_at=would.start,
            reason=CodedText.of(would.reason, language),
            silent_in=[
                SilentInOut(inbox_id=inbox, reason=CodedText.of(code, language)) for inbox, code in silent_in.items()
            ],
        )
        return cls(
            is_on=settings.is_on,
            mode=settings.mode,
            intervals=[IntervalOut.of(interval) for interval in settings.intervals],
            time_zone=settings.time_zone,
            text=settings.text,
            delay_seconds=settings.delay_seconds,
            inbox_ids=sorted(settings.inbox_ids),
            version=settings.version,
            updated_at=settings.updated_at,
            preview=shown,
        )
