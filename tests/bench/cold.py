"""Cold start: from the start of `telegram_webhook`'s process to its first answer, against the bare handler."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.adapters import Ports
from tests.bench.ingest import make_topics, updates_for_floor, updates_for_us
from tests.bench.load import Call, post
from tests.bench.measuring import Figure, Report, millis
from tests.bench.shop import connect_telegram
from tests.bench.stage import FLOORS, Stage, function, function_source

GOAL = 1.5
NAME = "telegram_webhook"
_LOOK_SECONDS = 0.002


@dataclass(slots=True)
class Side:
    """A function that is started again and again."""

    target: str
    source: Path
    call: Callable[[int], Call]
    seconds: list[float] = field(default_factory=list)


async def run(stage: Stage, *, starts: int = 6) -> Report:
    """Each start is a new process and its first call a customer's message that is committed and published."""
    settings = stage.emulated_settings("cold")
    make_topics(settings.project)
    await connect_telegram(Ports(settings))
    environment = stage.environment(settings)
    ours = Side(NAME, function_source(NAME), updates_for_us)
    floor = Side("receive", FLOORS, updates_for_floor)
    for number in range(1 + starts):
        for side in (ours, floor):
            side.seconds.append(await first_answer(side, number, environment, settings.data_dir / "cold.log"))
    warm = (ours.seconds[1:], floor.seconds[1:])  # the first start of each fills the disk cache
    median = Figure("first answer, median", millis(warm[0], 50), "ms", millis(warm[1], 50))
    best = Figure("first answer, best", min(warm[0]) * 1000, "ms", min(warm[1]) * 1000)
    ratio = best.ratio or 0.0
    return Report("cold", f"at most {GOAL} x the bare handler", ratio <= GOAL, [best, median], ratio)


async def first_answer(side: Side, number: int, environment: Mapping[str, str], log: Path) -> float:
    """Seconds from before the process exists until it has answered."""
    started = time.perf_counter()
    with function(side.target, side.source, environment, log) as process:
        while True:
            try:
                status = await post(process.url, side.call(200_000_000 + number))
            except OSError:
                await asyncio.sleep(_LOOK_SECONDS)
                continue
            assert status in (200, 204), f"{side.target} answered {status}"
            return time.perf_counter() - started
