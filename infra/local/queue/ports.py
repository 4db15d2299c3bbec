"""The queue as the bus and as the task queue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from infra.local.queue.store import New, Queue
from infra.log_context import carried
from infra.push_envelope import build
from infra.task_queues import function_of
from shared.domain.events import Event, Topic
from shared.domain.ids import stable_id
from shared.domain.tasks import Task
from shared.ports.clock import Clock, Ids


class QueueBus:
    """An `EventBus`: each subscribed function gets the Pub/Sub push of an event."""

    def __init__(self, queue: Queue, clock: Clock, ids: Ids, subscriptions: Mapping[str, tuple[str, ...]]) -> None:
        """`subscriptions`: topic to the functions that want it. A topic that nobody wants is dropped."""
        self._queue = queue
        self._clock = clock
        self._ids = ids
        self._subscriptions = subscriptions

    async def publish(self, topic: Topic, event: Event) -> None:
        """Announce one event. Raises `Unavailable`."""
        await self.publish_data(topic, event.model_dump_json().encode(), {"kind": topic, **carried()})

    async def publish_data(self, topic: str, data: bytes, attributes: Mapping[str, str]) -> None:
        """Publish what is no event of ours, as Gmail does. Raises `Unavailable`."""
        now, id = self._clock.now(), self._ids.new()
        self._queue.add(
            *(
                New(
                    function,
                    build(data, message_id=id, published_at=now, subscription=function, attributes=attributes),
                    now,
                )
                for function in self._subscriptions.get(topic, ())
            )
        )


class QueueTasks:
    """A `TaskQueue`: tasks are posted to the function that does them."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    async def enqueue(self, task: Task, *, run_at: datetime, name: str) -> None:
        """Schedule a task; the same name again is the same task. Raises `Unavailable`."""
        body = task.model_dump_json().encode()
        self._queue.add(New(function_of(task), body, run_at, stable_id("task", name), headers=carried()))
