"""The embedded queue's dead letters."""

from __future__ import annotations

from collections.abc import Sequence

from infra.local.queue.store import Queue
from infra.push_envelope import open_envelope
from infra.task_queues import function_of
from shared.domain.tasks import Task
from shared.errors import InvalidInput, NotFound
from shared.ports.clock import Clock
from shared.ports.dead_letters import DeadLetter


class QueueDeadLetters:
    """`DeadLetters` over the queue's file."""

    def __init__(self, queue: Queue, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock

    async def list(self, limit: int) -> Sequence[DeadLetter]:
        """The newest ones first. Raises `Unavailable`."""
        return [
            DeadLetter(
                id=str(row.id),
                target=row.target,
                body=_inside(row.body).decode("utf-8", "replace"),
                attempts=row.attempts,
                error=row.problem,
                at=row.died_at,
            )
            for row in self._queue.dead_letters(limit)
        ]

    async def replay(self, id: str) -> None:
        """Make it due again. Raises `NotFound`, `Unavailable`."""
        is_number = id.isascii() and id.isdecimal() and len(id) <= 18
        if not is_number or not self._queue.replay(int(id), self._clock.now()):
            raise NotFound("no such dead letter")

    async def keep(self, task: Task, error: str) -> None:
        """Add a task as a dead letter. Raises `Unavailable`."""
        self._queue.keep_dead(function_of(task), task.model_dump_json().encode(), self._clock.now(), error)


def _inside(body: bytes) -> bytes:
    """The event of a push, the whole body of anything else."""
    try:
        return open_envelope(body).message.data
    except InvalidInput:
        return body
