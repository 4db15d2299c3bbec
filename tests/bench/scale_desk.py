"""The desk's flow under load: webhook, `llm_reply`, the quiet time, `llm_reply` with the model's wait, `deliver`."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import log
from statistics import quantiles

from infra.task_queues import QUEUES, REPLIES
from shared.domain.assistants import Assistant
from tests.bench.cost_assumptions import seconds, value
from tests.bench.cost_counting import Tally
from tests.bench.cost_desk import WORKER
from tests.bench.cost_services import Limits, limits
from tests.bench.cost_turns import Turn
from tests.bench.scale_engine import Action, Fleet, Gate, Simulation

TEAM_MESSAGES = 200
"""Customers' messages a day of one small seller team: 1x."""
TEAM_INBOXES = 3
"""Telegram, Avito and Wildberries."""
BUSIEST_HOUR = 0.09
"""Of a day's messages: twice the mean of 14 open hours, and some."""
BURST, BURST_SECONDS = 3.0, 60.0
"""For one minute of the window everybody's customers write this much more: a sale, an outage that is over."""
WINDOW, TEAM_SECONDS = 300.0, 30_000.0
"""Seconds that are simulated, as if the busiest hour did not end: longer for few teams. The burst begins after a
third."""
DEBOUNCE = Assistant.model_fields["debounce_seconds"].default
PUSH_SECONDS = 0.05
"""Pub/Sub, from the publish to the call."""
MODEL_A_MINUTE = 500
"""Requests that a model's vendor takes from a new customer: the first paid tier of the large ones."""
RETRIES = 2
"""Of `infra.llm.openai_compatible`; then the turn goes to people."""
IN_TIME = 180.0
"""Seconds within which an answer should be there: the objective of 99 %."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What an operator can turn."""

    services: Mapping[str, Limits] = field(default_factory=limits)
    at_once: int = QUEUES[REPLIES].at_once
    per_second: int = QUEUES[REPLIES].per_second
    model_a_minute: int = MODEL_A_MINUTE

    def with_instances(self, **instances: int) -> Setting:
        """The same with other `max_instances`."""
        changed = {name: replace(self.services[name], instances=number) for name, number in instances.items()}
        return replace(self, services={**self.services, **changed})


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of a turn."""

    function: str
    own: float
    """Seconds without the model."""
    asks_model: bool = False
    is_task: bool = False
    """It waits in the queue `replies`, after the quiet time."""


def hops_of(turn: Turn) -> list[Hop]:
    """The counted requests of a turn, in their order. The one that asks the model is a task's."""
    served = [one for one in turn.served if one.function != WORKER]
    return [_hop(one.function, one.tally, asks=bool(one.tally.model_calls)) for one in served]


def _hop(function: str, tally: Tally, *, asks: bool) -> Hop:
    return Hop(function, seconds(replace(tally, model_calls=0)), asks_model=asks, is_task=asks)


@dataclass(slots=True)
class Outcome:
    """What a window of load has shown."""

    messages: int = 0
    latencies: list[float] = field(default_factory=list)
    """Seconds from the customer's message to the answer at the vendor."""
    to_people: int = 0
    """Turns that the model's vendor refused too often."""
    backlog: int = 0
    """Answers that still wait in the queue when the burst has been over for as long as before it."""
    waited: float = 0.0
    """Seconds that the unluckiest waited in the queue."""
    instances: dict[str, int] = field(default_factory=dict)
    billed: dict[str, float] = field(default_factory=dict)
    late: int = 0

    def percentile(self, percent: int) -> float:
        """Of the answers' seconds."""
        if len(self.latencies) < 2:
            return self.latencies[0] if self.latencies else float("nan")
        return quantiles(self.latencies, n=100, method="inclusive")[percent - 1]

    def in_time(self) -> float:
        """The part of messages that were answered in time."""
        return sum(taken <= IN_TIME for taken in self.latencies) / max(self.messages, 1)


class Flow:
    """One window."""

    def __init__(self, teams: float, hops: Sequence[Hop], setting: Setting, seed: int) -> None:
        self._simulation = Simulation()
        self._random = random.Random(seed)
        self._hops = hops
        self._window = max(WINDOW, TEAM_SECONDS / teams)
        self._rate = teams * TEAM_MESSAGES * BUSIEST_HOUR / 3600
        self._gate = Gate(self._simulation, at_once=setting.at_once, per_second=setting.per_second)
        self._fleets = {
            name: Fleet(self._simulation, setting.services[name], value("start")) for name in {h.function for h in hops}
        }
        self._model = Allowance(self._simulation, setting.model_a_minute)
        self._outcome = Outcome()

    def run(self) -> Outcome:
        """Customers write for the window; what is under way then may end."""
        self._arrive()
        self._simulation.run(self._window)
        outcome, backlog = self._outcome, self._gate.backlog
        self._simulation.run(self._window * 20)
        outcome.backlog = backlog
        outcome.waited = max(self._gate.waited, default=0.0)
        outcome.instances = {name: fleet.most for name, fleet in self._fleets.items()}
        outcome.billed = {name: fleet.billed for name, fleet in self._fleets.items()}
        outcome.late = sum(fleet.late for fleet in self._fleets.values())
        return outcome

    def _arrive(self) -> None:
        """The next customer, by thinning: candidates come at the highest rate, and some are none."""
        gap = -log(1 - self._random.random()) / (self._rate * BURST)
        when = self._simulation.now + gap
        if when > self._window:
            return
        third = self._window / 3
        is_one = self._random.random() < (1 if third <= when < third + BURST_SECONDS else 1 / BURST)
        self._simulation.at(when, lambda: self._came(is_one=is_one))

    def _came(self, *, is_one: bool) -> None:
        if is_one:
            self._outcome.messages += 1
            self._hop(0, self._simulation.now)
        self._arrive()

    def _hop(self, number: int, since: float) -> None:
        if number == len(self._hops):
            self._outcome.latencies.append(self._simulation.now - since)
            return
        hop, following = self._hops[number], self._following(number, since)
        fleet = self._fleets[hop.function]
        if hop.is_task:
            self._gate.submit(lambda done: self._task(hop, fleet, done, following))
        else:
            fleet.submit(hop.own, following)

    def _following(self, number: int, since: float) -> Action:
        is_last = number + 1 == len(self._hops)
        pause = 0.0 if is_last else DEBOUNCE if self._hops[number + 1].is_task else PUSH_SECONDS
        return lambda: self._simulation.after(pause, lambda: self._hop(number + 1, since))

    def _task(self, hop: Hop, fleet: Fleet, done: Action, following: Action) -> None:
        waits, is_refused = self._model.ask(self._random) if hop.asks_model else (0.0, False)

        def ended() -> None:
            done()
            if is_refused:
                self._outcome.to_people += 1
            else:
                following()

        fleet.submit(hop.own + waits, ended)


class Allowance:
    """The model's vendor: a request above its limit a minute is refused, and asked again after a moment."""

    def __init__(self, simulation: Simulation, a_minute: int) -> None:
        self._simulation = simulation
        self._a_second = a_minute / 60
        self._tokens = a_minute / 6
        self._most = a_minute / 6
        self._seen_at = 0.0

    def ask(self, dice: random.Random) -> tuple[float, bool]:
        """Seconds that asking takes, and whether it was refused to the end. The pauses of `infra.llm.faults`."""
        paused = 0.0
        for attempt in range(1 + RETRIES):
            if self._take(self._simulation.now + paused):
                # Answers differ in length: a lognormal with the assumed mean.
                return paused + value("model") * dice.lognormvariate(-0.08, 0.4), False
            paused += 0.1 + dice.random() * 0.5 * (1 << attempt)
        return paused, True

    def _take(self, now: float) -> bool:
        gone = max(now - self._seen_at, 0.0)
        self._tokens = min(self._most, self._tokens + gone * self._a_second)
        self._seen_at = max(self._seen_at, now)
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


def simulated(teams: float, hops: Sequence[Hop], setting: Setting, *, seed: int = 1) -> Outcome:
    """The busiest minutes of so many teams."""
    return Flow(teams, hops, setting, seed).run()
