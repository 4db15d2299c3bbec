"""Works the queue: takes due rows, posts them to their functions, tries again, gives up in the end."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta

from infra.local.queue.alone import alone
from infra.local.queue.policy import DEFAULT_POLICY, RetryPolicy
from infra.local.queue.schedules import Schedule, Timetable
from infra.local.queue.store import Queue, Row
from shared.errors import Unavailable
from shared.ports.clock import Clock

Deliver = Callable[[str, bytes, Mapping[str, str]], Awaitable[int]]
"""Posts a body to a function: (target, body, headers) to the HTTP status. Sets its own timeout; may raise."""

HEADERS = {"content-type": "application/json"}
POLL_SECONDS = 0.2
_DONE = {200, 204}
_BATCH = 64
_UNWRITABLE_PAUSE_SECONDS = 5.0
_HOUSEKEEPING = timedelta(hours=1)
log = logging.getLogger(__name__)


class Dispatcher:
    """The one worker of a queue file.

    A row stays due in the file until its function has answered, so whatever was under way when a process died is
    delivered again at the next start. Each target has its own `concurrency`: a slow function holds up nobody else.
    """

    def __init__(
        self,
        queue: Queue,
        deliver: Deliver,
        clock: Clock,
        *,
        schedules: Sequence[Schedule] = (),
        policy: RetryPolicy = DEFAULT_POLICY,
        concurrency: int = 16,
        poll_seconds: float = POLL_SECONDS,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._queue = queue
        self._deliver = deliver
        self._clock = clock
        self._timetable = Timetable(schedules)
        self._policy = policy
        self._concurrency = concurrency
        self._poll_seconds = poll_seconds
        self._dice = dice
        self._busy: dict[int, str] = {}
        self._tidied_at: datetime | None = None
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Work until cancelled. A second dispatcher of the same file waits until the first is gone."""
        async with alone(self._queue.path, self._poll_seconds):
            try:
                while True:
                    self._queue.arrived.clear()
                    self._step()
                    await self._rest()
            finally:
                for task in self._running:
                    task.cancel()
                await asyncio.gather(*self._running, return_exceptions=True)

    def _step(self) -> None:
        now = self._clock.now()
        try:
            self._tidy(now)
            self._take(now)
        except Unavailable as error:
            log.warning("queue unreadable", extra={"code": error.code})
        for schedule in self._timetable.due(now):
            self._spawn(self._tick(schedule))

    def _take(self, now: datetime) -> None:
        load = Counter(self._busy.values())
        full = [target for target, count in load.items() if count >= self._concurrency]
        rows = self._queue.due(now, _BATCH, but_rows=self._busy, but_targets=full)
        for row in rows:
            if load[row.target] < self._concurrency:
                load[row.target] += 1
                self._busy[row.id] = row.target
                self._spawn(self._work(row))
        if len(rows) == _BATCH:  # there may be more behind it, for other targets
            self._queue.arrived.set()

    async def _work(self, row: Row) -> None:
        try:
            problem = await self._post(row.target, row.body, row.headers)
            self._record(row, problem)
        except Unavailable as error:
            log.warning("queue unwritable, work is done again", extra={"function": row.target, "code": error.code})
            await asyncio.sleep(_UNWRITABLE_PAUSE_SECONDS)
        finally:
            del self._busy[row.id]
            self._queue.arrived.set()

    def _record(self, row: Row, problem: str) -> None:
        now = self._clock.now()
        failures = row.attempts + 1
        if not problem:
            self._queue.finish(row, now)
        elif failures < self._policy.attempts:
            self._queue.postpone(row, now + self._policy.wait(failures, self._dice()))
        else:
            self._queue.bury(row, now, problem)
            log.error("dead letter", extra={"function": row.target, "letter": row.id, "problem": problem})

    async def _post(self, target: str, body: bytes, headers: Mapping[str, str]) -> str:
        """Deliver; the answer is empty when it was taken, else what went wrong."""
        try:
            status = await self._deliver(target, body, {**HEADERS, **headers})
        except Exception as error:  # whatever `deliver` raises, the row is to be tried again
            return type(error).__name__
        return "" if status in _DONE else str(status)

    async def _tick(self, schedule: Schedule) -> None:
        try:
            if problem := await self._post(schedule.target, b"", {}):
                log.warning("schedule failed", extra={"schedule": schedule.name, "problem": problem})
        finally:
            self._timetable.ended(schedule)

    def _tidy(self, now: datetime) -> None:
        if self._tidied_at is None or now - self._tidied_at >= _HOUSEKEEPING:
            self._queue.forget_names(now)
            self._tidied_at = now

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _rest(self) -> None:
        """Until something is enqueued here, or the time has come to look whether it was elsewhere."""
        try:
            async with asyncio.timeout(self._poll_seconds):
                await self._queue.arrived.wait()
        except TimeoutError:
            return
