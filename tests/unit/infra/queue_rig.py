"""A queue with its dispatcher, and functions that answer as a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from infra.local.queue.dispatcher import Dispatcher
from infra.local.queue.policy import RetryPolicy
from infra.local.queue.schedules import Schedule
from infra.local.queue.store import New, Queue
from tests.support.clock import ManualClock

HEARTBEAT = Schedule("heartbeat", "heartbeat", timedelta(0))
IMPATIENT = RetryPolicy(first=timedelta(milliseconds=1), longest=timedelta(milliseconds=1), attempts=3)


class Functions:
    """Remembers deliveries; fails, raises or hangs for the targets named so."""

    def __init__(self) -> None:
        self.delivered: list[tuple[str, bytes]] = []
        self.failing: dict[str, int | Exception] = {}
        self.hanging: set[str] = set()
        self.released = asyncio.Event()
        self.heartbeats = 0
        self._changed = asyncio.Condition()

    async def deliver(self, target: str, body: bytes, headers: Mapping[str, str]) -> int:
        assert headers["content-type"] == "application/json"
        async with self._changed:
            if target == HEARTBEAT.target:
                self.heartbeats += 1
            else:
                self.delivered.append((target, body))
            self._changed.notify_all()
        if target in self.hanging:
            await self.released.wait()
        answer = self.failing.get(target, 204)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def bodies(self, target: str) -> list[bytes]:
        """What a target was given, in order."""
        return [body for to, body in self.delivered if to == target]

    async def until(self, target: str, count: int = 1) -> list[bytes]:
        """Wait for this many deliveries to a target."""
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: len(self.bodies(target)) >= count)
        return self.bodies(target)

    async def until_heartbeats(self, count: int) -> None:
        """Wait for this many rounds of the dispatcher."""
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: self.heartbeats >= count)


class Rig:
    """One queue file with a clock of its own."""

    def __init__(self, path: Path) -> None:
        self.clock = ManualClock()
        self.queue = Queue(path)
        self.functions = Functions()

    def add(self, target: str, body: bytes = b"{}", *, after: float = 0, name: str | None = None) -> None:
        """Enqueue, to run so many seconds from now."""
        self.queue.add(New(target, body, self.clock.now() + timedelta(seconds=after), name))

    @asynccontextmanager
    async def working(self, *schedules: Schedule, concurrency: int = 16) -> AsyncIterator[None]:
        """Dispatch; what failed is due again at once."""
        dispatcher = Dispatcher(
            self.queue,
            self.functions.deliver,
            self.clock,
            schedules=(HEARTBEAT, *schedules),
            policy=IMPATIENT,
            concurrency=concurrency,
            poll_seconds=0.005,
            dice=lambda: 0.0,
        )
        running = asyncio.create_task(dispatcher.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def round(self) -> None:
        """Let the dispatcher look at everything once, from now on."""
        await self.functions.until_heartbeats(self.functions.heartbeats + 2)

    async def until_empty(self) -> None:
        """Wait until nothing is due any more, not even what is under way."""
        async with asyncio.timeout(20):
            while self.queue.due(self.clock.now(), 1):  # noqa: ASYNC110 - the queue is watched from outside
                await asyncio.sleep(0.005)
