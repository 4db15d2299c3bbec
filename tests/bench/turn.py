"""A whole automatic turn with a model that answers at once: from the customer's message to the answer at the vendor.

On both stacks, against the bare minimum of the same hops: the same commits, publishes and HTTP calls. The Pub/Sub
emulator pushes in beats of some 50 ms and at times misses one, on either side: that is most of its turn.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from statistics import fmean

from tests.bench.load import Connection
from tests.bench.measuring import Figure, Report, percentiles
from tests.bench.products import Running, embedded_floor, embedded_product, emulated_floor, emulated_product
from tests.bench.stage import Stage, breathe
from tests.bench.vendor import Vendor

GOAL = 4.0
CUSTOMERS = 20
FIRST_CUSTOMER = 300_000_000
WARM_UP = 20
_Start = Callable[[Stage, Vendor, str], AbstractAsyncContextManager[Running]]


@dataclass(frozen=True, slots=True)
class Stack:
    """One way to run the product, and its floor."""

    name: str
    product: _Start
    floor: _Start


EMBEDDED = Stack("embedded", embedded_product, embedded_floor)
EMULATED = Stack("emulators", emulated_product, emulated_floor)


async def run(stage: Stage, *, embedded_turns: int = 300, emulated_turns: int = 60) -> Report:
    """One turn at a time, in alternating blocks."""
    figures = await compared(stage, EMBEDDED, embedded_turns)
    absent = stage.why_no_emulators()
    if not absent:
        figures += await compared(stage, EMULATED, emulated_turns)
    ratio = max(figure.ratio or 0.0 for figure in figures if "mean" in figure.name)
    skipped = [f"the emulators' stack: {absent}"] if absent else []
    return Report("turn", f"on the mean at most {GOAL} x the bare hops", ratio <= GOAL, figures, ratio, skipped)


async def compared(stage: Stage, stack: Stack, turns: int) -> list[Figure]:
    """Mean, p50 and p95 of the product and of its floor."""
    async with AsyncExitStack() as up:
        vendor = await up.enter_async_context(Vendor().listening())
        ours = await up.enter_async_context(stack.product(stage, vendor, f"turn-{stack.name}"))
        floor = await up.enter_async_context(stack.floor(stage, vendor, f"turn-floor-{stack.name}"))
        for running in (ours, floor):
            await take_turns(vendor, running, WARM_UP)
        seconds: dict[str, list[float]] = {ours.webhook: [], floor.webhook: []}
        for _ in range(turns // CUSTOMERS or 1):
            for running in (ours, floor):
                seconds[running.webhook] += await take_turns(vendor, running, min(turns, CUSTOMERS))
    taken, bare = seconds[ours.webhook], seconds[floor.webhook]
    mean = Figure(f"{stack.name} mean", fmean(taken) * 1000, "ms", fmean(bare) * 1000)
    return [mean, *percentiles(stack.name, taken, bare)]


async def take_turns(vendor: Vendor, running: Running, turns: int) -> list[float]:
    """Turns with one customer after the other; the seconds of each."""
    taken = []
    async with Connection(running.process.url) as connection:
        for number in range(turns):
            taken.append(await vendor.turn(connection, running.webhook, FIRST_CUSTOMER + number % CUSTOMERS))
            await breathe()
    return taken
