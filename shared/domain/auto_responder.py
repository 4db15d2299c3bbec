"""The auto-responder: a canned answer at most once in an interval, when nobody has answered in time."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from shared.domain.ids import InboxId
from shared.domain.model import Instant, Noun


def known_time_zone(name: str) -> str:
    """A name of the time zone database. Raises `ValueError`."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError("no such time zone") from error
    return name


class Interval(Noun):
    """Local hours on some weekdays. An end before the start lies on the next day; equal ones are never."""

    weekdays: frozenset[Annotated[int, Field(ge=0, le=6)]] = frozenset(range(7))
    """The days on which it starts; Monday is 0."""
    start: time
    end: time


class AutoResponder(Noun):
    """A workspace's settings: `workspaces/{ws}/settings/auto_responder`."""

    is_on: bool = False
    mode: Literal["always", "intervals"] = "always"
    """`always`: round the clock, once a local day."""
    intervals: tuple[Interval, ...] = Field(default=(), max_length=21)
    time_zone: Annotated[str, AfterValidator(known_time_zone)] = "Europe/Moscow"
    text: str = Field(default="", max_length=1000)
    delay_seconds: float = Field(default=75.0, ge=5.0, le=3600.0)
    """Starts anew with each message of the customer."""
    inbox_ids: frozenset[InboxId] = frozenset()
    """Empty: every inbox that can answer."""
    switched_on_at: Instant | None = None
    """When it was last switched on. An interval that was running then counts from here: whoever had its answer
    before may have one again."""
    updated_at: Instant
    version: int = 1
    """Grows with every edit."""
    schema_version: int = 1
