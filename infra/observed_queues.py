"""The bus and the task queue under observation: one span and one line for all that is handed on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from infra.log_context import ids_of, learn
from infra.log_events import LogEvent
from infra.observing import Observer
from infra.task_queues import queue_of
from shared.domain.events import Event, Topic
from shared.domain.tasks import Task
from shared.ports.clock import Clock
from shared.ports.event_bus import EventBus
from shared.ports.task_queue import TaskQueue


class Carrier(EventBus, Protocol):
    """Any bus of ours: it also carries what is no event of ours, as Gmail's."""

    async def publish_data(self, topic: str, data: bytes, attributes: Mapping[str, str]) -> None:
        """Publish bytes."""
        ...


class ObservedBus:
    """A `Carrier` in front of another."""

    def __init__(self, bus: Carrier, observer: Observer) -> None:
        self._bus = bus
        self._observer = observer

    async def publish(self, topic: Topic, event: Event) -> None:
        """Announce one event. The request at hand is about its message, too."""
        ids = ids_of(event)
        learn(ids)
        with self._observer.handing_on(LogEvent.PUBLISHED, f"publish {topic}", ids, {"topic": topic.value}):
            await self._bus.publish(topic, event)

    async def publish_data(self, topic: str, data: bytes, attributes: Mapping[str, str]) -> None:
        """Publish what is no event of ours: the simulated Gmail does."""
        await self._bus.publish_data(topic, data, attributes)


class ObservedTasks:
    """A `TaskQueue` in front of another."""

    def __init__(self, tasks: TaskQueue, observer: Observer, clock: Clock) -> None:
        self._tasks = tasks
        self._observer = observer
        self._clock = clock

    async def enqueue(self, task: Task, *, run_at: datetime, name: str) -> None:
        """Schedule a task."""
        delay = max(run_at - self._clock.now(), timedelta())
        millis = round(delay.total_seconds() * 1000)
        facts = {"queue": queue_of(task), "task": task.kind, "delay_ms": millis}
        with self._observer.handing_on(LogEvent.SCHEDULED, f"enqueue {task.kind}", ids_of(task), facts):
            await self._tasks.enqueue(task, run_at=run_at, name=name)
