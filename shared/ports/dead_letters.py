"""Work that failed for the last time: kept, visible, replayable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.tasks import Task


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What was given up. `error` is a status or the name of an error, empty where it is not known."""

    id: str
    target: str
    body: str
    """The JSON of the event or the task: ids only, but for a delivery that could not be read."""
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

    async def keep(self, task: Task, error: str) -> None:
        """Add a task that is not to be tried as things are: a replay runs it."""
        ...
