"""Work that failed for the last time: kept, visible, replayable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What was given up. `body` holds ids only, never text; `error` is a status or the name of an error."""

    id: str
    target: str
    body: str
    attempts: int
    error: str
    at: datetime


class DeadLetters(Protocol):
    """Raises `Unavailable` when they cannot be reached."""

    async def list(self, limit: int) -> Sequence[DeadLetter]:
        """The newest ones first."""
        ...

    async def replay(self, id: str) -> None:
        """Let it be tried again with all its attempts. Raises `NotFound`."""
        ...
