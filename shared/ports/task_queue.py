"""Delayed work."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from shared.domain.tasks import Task


class TaskQueue(Protocol):
    """Runs tasks at or after a time, at least once. A task that keeps failing is dropped: state heals it."""

    async def enqueue(self, task: Task, *, run_at: datetime, name: str) -> None:
        """Schedule a task. The same name again is the same task, also for some hours after it ran.

        Raises `Unavailable` when the queue cannot take it.
        """
        ...
