"""From counted requests to billed quantities: of a message alone, of one on a busy desk, of one among many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp

from tests.bench.cost_assumptions import billed, seconds, value
from tests.bench.cost_counting import Served, Tally
from tests.bench.cost_desk import WORKER
from tests.bench.cost_formula import Use, dollars, pubsub_bytes
from tests.bench.cost_prices import DAYS
from tests.bench.cost_services import limits
from tests.bench.cost_turns import State, Turn


@dataclass(frozen=True, slots=True)
class Played:
    """A turn in the three states of a desk."""

    name: str
    asleep: Turn
    quiet: Turn
    busy: Turn

    def turn(self, state: State) -> Turn:
        """That one."""
        turn: Turn = getattr(self, state)
        return turn


def use_of(turn: Turn, state: State) -> Use:
    """What one message of this turn is billed."""
    return counted(turn.tally) + _times(turn, state) * (1 / turn.messages)


def instance_seconds(turn: Turn, state: State) -> float:
    """Billed seconds of instances for one message."""
    return _times(turn, state).vcpu_seconds / turn.messages / value("vcpu")


def _times(turn: Turn, state: State) -> Use:
    called = _called(turn.served)
    if state == "busy":
        return sum((_held(one, seconds(one.tally, sharing=value("sharing"))) for one in called), Use())
    alone = sum((_held(one, billed(seconds(one.tally))) for one in called), Use())
    first = {one.function: one for one in called} if state == "asleep" else {}
    return sum((_held(one, value("start")) for one in first.values()), alone)


def _held(one: Served, taken: float) -> Use:
    """An instance of this service for so long."""
    return Use(vcpu_seconds=taken * value("vcpu"), gib_seconds=taken * limits()[one.function].memory)


def month(played: Played, messages: float) -> Use:
    """What so many such turns a month are billed, evenly spread over the open hours.

    An instance sleeps when nothing came for as long as it is kept. One instance serves overlapping requests together:
    with Poisson arrivals it is busy for 1 - exp(-rho) of the time, rho being the mean number under way.
    """
    a_second = messages / (DAYS * value("open") * 3600)
    asleep = exp(-a_second * value("kept") * 60)
    taken = (_held(one, _shared(one, a_second)) for one in _called(played.quiet.served))
    awake = sum(taken, counted(played.quiet.tally))
    return (awake * (1 - asleep) + use_of(played.asleep, "asleep") * asleep) * messages


def per_thousand(played: Played, state: State) -> float:
    """Dollars for 1,000 turns, before any free allowance."""
    return 1000 * dollars(use_of(played.turn(state), state))


def counted(tally: Tally) -> Use:
    """What was counted, without the time of instances."""
    # Whole kilobytes: addresses and dates in the requests differ by a byte or two from run to run.
    sent = ceil(tally.vendor_bytes / 1024) + tally.vendor_sessions * value("letter") + ceil(tally.prompt_bytes / 1024)
    return Use(
        requests=tally.requests,
        reads=tally.reads,
        writes=tally.writes,
        deletes=tally.deletes,
        pubsub_bytes=pubsub_bytes(tally.pushes),
        operations=tally.creations + tally.dispatches,
        secret_accesses=tally.secret_reads,
        egress_kb=sent,
        log_kb=tally.requests * value("request_log") + tally.log_lines * value("line"),
    )


def idle_use(served: Sequence[Served]) -> Use:
    """What requests of nobody's are billed; each has an instance to itself."""
    held = (_held(one, billed(seconds(one.tally))) for one in _called(served))
    return sum(held, counted(sum((one.tally for one in served), Tally())))


def _called(served: Sequence[Served]) -> list[Served]:
    return [one for one in served if one.function != WORKER]


def _shared(one: Served, a_second: float) -> float:
    alone = seconds(one.tally)
    under_way = a_second * alone
    return alone * (1 - exp(-under_way)) / under_way if under_way > 1e-9 else billed(alone)
