"""Ingest through `telegram_webhook` against a bare handler of one commit and one publish, on the same emulators."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from google.cloud.pubsub_v1 import PublisherClient

from infra.adapters import Ports
from tests.bench.load import Block, Call, drive
from tests.bench.measuring import Figure, Report, percentiles
from tests.bench.shop import SECRET, WEBHOOK, connect_telegram
from tests.bench.stage import FLOORS, Process, Stage, function_source, listening
from tests.bench.vendor import update

GOAL = 1.5
CONNECTIONS = 8
TOPICS = ("message-received", "floor-received")


@dataclass(slots=True)
class Side:
    """One of the two that are compared, and what was measured of it."""

    process: Process
    calls: Iterator[Call]
    blocks: list[Block] = field(default_factory=list)
    cpu_seconds: float = 0.0

    async def take(self, count: int) -> None:
        """One block of calls."""
        before = self.process.cpu_seconds()
        self.blocks.append(await drive(self.process.url, self.calls, count=count, connections=CONNECTIONS))
        self.cpu_seconds += self.process.cpu_seconds() - before

    @property
    def each(self) -> list[float]:
        """Seconds of every call."""
        return [seconds for block in self.blocks for seconds in block.each]

    @property
    def throughput(self) -> float:
        """Calls a second."""
        return len(self.each) / sum(block.seconds for block in self.blocks)

    @property
    def cpu_millis(self) -> float:
        """CPU of the function's process for one call."""
        return self.cpu_seconds / len(self.each) * 1000


async def run(stage: Stage, *, blocks: int = 10, per_block: int = 80) -> Report:
    """Blocks of calls, alternately: whatever else the machine does meets both."""
    async with both(stage) as sides:
        ours, floor = sides
        for side in sides:
            await drive(side.process.url, side.calls, count=per_block, connections=CONNECTIONS)
        for _ in range(blocks):
            for side in sides:
                await side.take(per_block)
    throughput = Figure(f"{CONNECTIONS} connections", ours.throughput, "req/s", floor.throughput)
    cpu = Figure("CPU of the function, a call", ours.cpu_millis, "ms", floor.cpu_millis)
    ratio = throughput.ratio or 0.0
    figures = [throughput, *percentiles("a call", ours.each, floor.each), cpu]
    return Report("ingest", f"at most {GOAL} x the bare handler", ratio <= GOAL, figures, ratio)


@asynccontextmanager
async def both(stage: Stage) -> AsyncIterator[tuple[Side, Side]]:
    """The function and the bare handler, up, on a project of their own."""
    settings = stage.emulated_settings("ingest")
    make_topics(settings.project)
    await connect_telegram(Ports(settings))
    environment = stage.environment(settings)
    async with AsyncExitStack() as stack:
        start = stack.enter_async_context
        name = "telegram_webhook"
        ours = await start(listening(name, function_source(name), environment, settings.data_dir / "ours.log"))
        floor = await start(listening("receive", FLOORS, environment, settings.data_dir / "floor.log"))
        yield Side(ours, endless(updates_for_us)), Side(floor, endless(updates_for_floor))


def updates_for_us(customer: int) -> Call:
    """To the webhook of the connected inbox."""
    return update(WEBHOOK, customer, secret=SECRET)


def updates_for_floor(customer: int) -> Call:
    """The same to the bare handler."""
    return update("/", customer)


def endless(make: Callable[[int], Call]) -> Iterator[Call]:
    """Every call another customer's."""
    return (make(customer) for customer in count(100_000_000))


def make_topics(project: str) -> None:
    """What is published goes nowhere: nobody subscribes."""
    publisher = PublisherClient()
    for topic in TOPICS:
        publisher.create_topic(name=publisher.topic_path(project, topic))
