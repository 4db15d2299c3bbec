"""Time and ids: the two things that make a program unrepeatable, asked from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The wall clock, aware UTC."""

    def now(self) -> datetime:
        """This moment."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start: for measuring how long something took, and for caches."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Ids(Protocol):
    """Random identifiers and secrets."""

    def new(self) -> str:
        """26 characters [a-z2-7], unguessable."""
        ...

    def secret(self) -> str:
        """43 characters [A-Za-z0-9_-] with 256 random bits."""
        ...
