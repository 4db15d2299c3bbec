"""What a desk costs while nobody writes: the ticks, the pulls of silent inboxes, an open dashboard, the worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import lcm
from pathlib import Path
from typing import Any

from infra.channels.registry import REGISTRY, channel_class
from infra.topology import SCHEDULES
from shared.domain.channels import ChannelKind
from shared.store.conversations import Conversations
from tests.bench.cost_assumptions import secret_names, value
from tests.bench.cost_charges import idle_use
from tests.bench.cost_counting import Served, Tally
from tests.bench.cost_desk import API, WORKER, MeteredMachine, metered_machine
from tests.bench.cost_formula import Use
from tests.bench.cost_member import PAGE, deployed_pace, signed_in
from tests.bench.cost_prices import DAYS, MINUTES
from tests.bench.cost_services import limits
from tests.bench.cost_turns import Play
from tests.support.machine import WORKSPACE

DAILY = 86_400.0


@dataclass(frozen=True, slots=True)
class Idle:
    """Counted while nothing happens."""

    minute: tuple[Served, ...]
    """The ticks of a minute, without any inbox."""
    day: tuple[Served, ...]
    """The daily ticks, without any inbox."""
    pulls: dict[ChannelKind, tuple[int, tuple[Served, ...]]]
    """Of one silent inbox of a kind, beyond the ticks: in so many minutes."""
    looks: Tally = field(default_factory=Tally)
    """One look of an open dashboard, or of all that share an instance."""
    heartbeat: Tally = field(default_factory=Tally)
    page: Tally = field(default_factory=Tally)
    """The list of conversations, opened."""
    worker: Tally = field(default_factory=Tally)
    """A minute of the worker of personal Telegram accounts with one account."""


async def idled(folder: Path) -> Idle:
    """Play all of it."""
    silent = await silent_inboxes(folder, list(REGISTRY))
    async with metered_machine(folder / "open") as machine:
        looks, heartbeat, page = await _dashboard(machine)
    async with metered_machine(folder / "worker") as machine:
        worker = await _worker(machine)
    return replace(silent, looks=looks, heartbeat=heartbeat, page=page, worker=worker)


async def silent_inboxes(folder: Path, kinds: Sequence[ChannelKind]) -> Idle:
    """The ticks, and the pulls of one inbox of each of these kinds."""
    async with metered_machine(folder / "bare") as machine:
        await _tick(machine, {60.0})
        minute = await _tick(machine, {60.0})
        day = await _tick(machine, {DAILY})
    pulls = {}
    for kind in kinds:
        if _cycle(kind):
            async with metered_machine(folder / f"idle-{kind}") as machine:
                pulls[kind] = await _pulled(machine, kind, minute)
    return Idle(minute, day, pulls)


def defaults_month(idle: Idle) -> dict[str, Use]:
    """A deployment with all defaults and no inbox, by part."""
    ticks = idle_use(idle.minute) * MINUTES + idle_use(idle.day) * DAYS
    return {
        "scheduler jobs": Use(jobs=len(SCHEDULES)),
        "ticks: requests": Use(requests=ticks.requests),
        "ticks: CPU and memory": Use(vcpu_seconds=ticks.vcpu_seconds, gib_seconds=ticks.gib_seconds),
        "ticks: reads of Firestore": Use(reads=ticks.reads, writes=ticks.writes, deletes=ticks.deletes),
        "ticks: log lines": Use(log_kb=ticks.log_kb),
        "secret versions": Use(secret_versions=len(secret_names())),
        "images": Use(image_gb=value("image")),
        "data, with point-in-time recovery": Use(data_gib=value("data"), recovery_gib=value("data")),
    }


def inbox_month(idle: Idle, kind: ChannelKind) -> Use:
    """One silent inbox of a kind, beyond the ticks."""
    if kind not in idle.pulls:
        return Use()
    minutes, served = idle.pulls[kind]
    return idle_use(served) * (MINUTES / minutes)


def dashboard_hour(idle: Idle) -> Use:
    """An open dashboard where nothing happens, alone on its instance: the page, then the stream."""
    pace = deployed_pace()
    reads = idle.looks.reads * 3600 / pace["look"] + idle.heartbeat.reads * 3600 / pace["heartbeat"] + idle.page.reads
    return Use(vcpu_seconds=3600 * value("vcpu"), gib_seconds=3600 * limits()[API].memory, requests=2, reads=reads)


async def _tick(machine: MeteredMachine, every: set[float], *, pump: bool = True) -> tuple[Served, ...]:
    machine.meter.reset()
    for schedule in SCHEDULES:
        if schedule.every.total_seconds() in every:
            await machine.tick(schedule.target)
    if pump:
        await machine.pump()
    return tuple(machine.meter.served)


def _cycle(kind: ChannelKind) -> int:
    """Minutes between two pulls of an inbox at which nothing happens; 0: never pulled."""
    capabilities = channel_class(kind).capabilities
    pace = capabilities.pull_every_idle or capabilities.pull_every
    return int(pace.total_seconds()) // 60 if pace else 0


async def _pulled(machine: MeteredMachine, kind: ChannelKind, bare: Sequence[Served]) -> tuple[int, tuple[Served, ...]]:
    await machine.connect(kind)
    machine.clock.advance(3600)
    minutes = lcm(_cycle(kind), 4)
    served: list[Served] = []
    for _ in range(minutes):
        machine.clock.advance(60)
        served += await _tick(machine, {60.0})
    pulls = [one for one in served if one.function == "channel_pull"]
    ticks = sum((one.tally for one in served if one.function != "channel_pull"), Tally())
    more = ticks.reads - sum((one.tally for one in bare), Tally()).reads * minutes
    announced = Tally(reads=max(more, 0), publishes=len(pulls))
    return minutes, (*pulls, Served("schedule_pulls", announced))


async def _dashboard(machine: MeteredMachine) -> tuple[Tally, Tally, Tally]:
    play = Play(machine, ChannelKind.TELEGRAM_BOT)
    await play.begin()
    async with signed_in(machine) as desktop:
        page, rows = await desktop.page()
        machine.clock.advance(60)
        heartbeat = await desktop.heartbeat()
        machine.meter.reset()
        desk = machine.desks[API]
        with machine.meter.serving(API) as looks:
            conversations = Conversations(desk.platform.workspace(WORKSPACE))
            await conversations.changed_since(machine.clock.now(), limit=PAGE)
    page.reads += PAGE - rows
    return looks, heartbeat, page


async def _worker(machine: MeteredMachine) -> Tally:
    """As in `functions.telegram_accounts`: a step a second, and calls of other processes are answered."""
    simulated: Any = machine.outside.standins[ChannelKind.TELEGRAM_ACCOUNT]
    await machine.connect(ChannelKind.TELEGRAM_ACCOUNT)
    await machine.accounts.close()
    worker = machine.desks[WORKER].account_worker(
        machine.settings.public_url, simulated=simulated.client, answers_calls=True
    )
    machine.accounts = worker
    for _ in range(2):
        machine.meter.reset()
        with machine.meter.serving(WORKER, requests=-1) as minute:
            for _ in range(60):
                await worker.renew()
                await worker.step()
                machine.clock.advance(1)
    return minute
