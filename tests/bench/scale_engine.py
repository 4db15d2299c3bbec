"""A discrete-event simulation: time jumps from event to event, and the same seed gives the same run."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench.cost_services import Limits

Action = Callable[[], None]
Work = Callable[[Action], None]
"""Begins something and calls back when it is done."""


class Simulation:
    """The clock and what is to happen."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Action]] = []
        self._numbers = itertools.count()

    def at(self, when: float, action: Action) -> None:
        """Do this then; what is due at the same moment happens in the order in which it was asked for."""
        heapq.heappush(self._events, (when, next(self._numbers), action))

    def after(self, seconds: float, action: Action) -> None:
        """Do this in a while."""
        self.at(self.now + seconds, action)

    def run(self, until: float) -> None:
        """Let everything happen that is due by then."""
        while self._events and self._events[0][0] <= until:
            self.now, _, action = heapq.heappop(self._events)
            action()
        self.now = until


class Gate:
    """A queue of Cloud Tasks: so many starts a second, so many under way at once; first come, first served."""

    def __init__(self, simulation: Simulation, *, at_once: int, per_second: float = float("inf")) -> None:
        self._simulation = simulation
        self._at_once = at_once
        self._pause = 1 / per_second
        self._next_start = 0.0
        self._under_way = 0
        self._waiting: deque[tuple[float, Work]] = deque()
        self._is_woken = False
        self.waited: list[float] = []
        self.longest = 0

    def submit(self, work: Work) -> None:
        """Let it begin as soon as may be."""
        self._waiting.append((self._simulation.now, work))
        self.longest = max(self.longest, len(self._waiting))
        self._go_on()

    @property
    def backlog(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def _go_on(self) -> None:
        while self._waiting and self._under_way < self._at_once:
            if self._simulation.now < self._next_start - 1e-9:
                self._wake_at(self._next_start)
                return
            since, work = self._waiting.popleft()
            self.waited.append(self._simulation.now - since)
            self._next_start = max(self._next_start, self._simulation.now) + self._pause
            self._under_way += 1
            work(self._done)

    def _wake_at(self, when: float) -> None:
        if not self._is_woken:
            self._is_woken = True
            self._simulation.at(when, self._woken)

    def _woken(self) -> None:
        self._is_woken = False
        self._go_on()

    def _done(self) -> None:
        self._under_way -= 1
        self._go_on()


@dataclass(slots=True, eq=False)
class Instance:
    """One container."""

    ready_at: float
    active: int = 0
    busy_since: float = 0.0
    idle_since: float = 0.0


@dataclass(slots=True)
class Fleet:
    """A Cloud Run service that scales by itself. A request goes to an instance that has room, the fullest first, or to
    one that starts; where no more may start it waits."""

    simulation: Simulation
    limits: Limits
    start_seconds: float
    kept_seconds: float = 900.0
    instances: list[Instance] = field(default_factory=list)
    billed: float = 0.0
    """Seconds in which an instance started or had a request."""
    starts: int = 0
    most: int = 0
    late: int = 0
    """Requests that took longer than the service allows, waiting included."""
    _waiting: deque[tuple[float, float, Action]] = field(default_factory=deque)

    def submit(self, seconds: float, done: Action) -> None:
        """A request that takes this long by itself."""
        self._waiting.append((self.simulation.now, seconds, done))
        self._place()

    @property
    def backlog(self) -> int:
        """Requests that no instance has taken."""
        return len(self._waiting)

    def _place(self) -> None:
        while self._waiting:
            instance = self._room() or self._started()
            if instance is None:
                return
            since, seconds, done = self._waiting.popleft()
            if instance.active == 0:
                instance.busy_since = max(self.simulation.now, instance.ready_at)
            instance.active += 1
            end = max(self.simulation.now, instance.ready_at) + seconds
            self.late += end - since > self.limits.timeout
            self.simulation.at(end, lambda instance=instance, done=done: self._finished(instance, done))  # type: ignore[misc]

    def _room(self) -> Instance | None:
        now = self.simulation.now
        self.instances = [one for one in self.instances if one.active or now - one.idle_since < self.kept_seconds]
        open_ones = [one for one in self.instances if one.active < self.limits.concurrency]
        return max(open_ones, key=lambda one: (one.ready_at <= now, one.active), default=None)

    def _started(self) -> Instance | None:
        if len(self.instances) >= self.limits.instances:
            return None
        instance = Instance(ready_at=self.simulation.now + self.start_seconds, idle_since=self.simulation.now)
        self.instances.append(instance)
        self.starts += 1
        self.billed += self.start_seconds
        self.most = max(self.most, len(self.instances))
        return instance

    def _finished(self, instance: Instance, done: Action) -> None:
        instance.active -= 1
        if instance.active == 0:
            instance.idle_since = self.simulation.now
            self.billed += self.simulation.now - instance.busy_since
        done()
        self._place()
