"""Hints come in swarms. Most of their pulls are left out, and none whose message has not been stored."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.adapters import Ports
from infra.bootstrap import Desk
from infra.push_envelope import event_of
from infra.settings import Settings
from shared.domain.arrivals import Page, PullHint, Received
from shared.domain.channels import Capabilities, ChannelKind
from shared.domain.contacts import ContactRef
from shared.domain.events import InboxPull
from shared.domain.ids import InboxId, conversation_id
from shared.domain.inboxes import Health, Inbox
from shared.errors import Unavailable
from shared.ports.channel import Channel
from shared.services.directory import InboxDirectory
from shared.services.pull_inbox import PullInbox
from shared.store.inboxes import Inboxes
from shared.store.messages import Messages
from tests.support.clock import ManualClock
from tests.support.machine import WORKSPACE
from tests.support.watching import Killed, Probe, watch

A_PAGE = 2
_numbers = itertools.count()


class Shop(Channel):
    """A vendor with one talk, two messages a page; while it answers, customers may write."""

    capabilities = Capabilities(text_limit=1)

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.written: list[Received] = []
        self.page = A_PAGE
        self.calls = 0
        self.ends_at: tuple[int, BaseException] | None = None
        """At which call something ends the pull, and what."""
        self.meanwhile: list[Callable[[], object]] = []

    def write(self) -> None:
        number = str(len(self.written))
        contact = ContactRef(source_id="Пётр", name="Пётр")
        said = Received(source_id=number, thread="talk", contact=contact, text=number, at=self.clock.now())
        self.written.append(said)

    async def pull(self, cursor: str | None) -> Page:
        self.calls += 1
        if self.ends_at is not None and self.calls == self.ends_at[0]:
            raise self.ends_at[1]
        start = int(cursor or 0)
        found, total = self.written[start : start + self.page], len(self.written)
        while self.meanwhile:
            self.meanwhile.pop()()
        await self.clock.sleep(0.2)
        end = start + len(found)
        return Page(arrivals=tuple(found), cursor=str(end), more=end < total)


@dataclass
class Shops:
    """Opens every inbox as that shop."""

    shop: Shop

    async def open(self, inbox: Inbox) -> Channel:
        return self.shop

    def capabilities(self, kind: ChannelKind) -> Capabilities:
        return Shop.capabilities


@dataclass
class Rig:
    """One inbox that several processes pull."""

    desk: Desk
    clock: ManualClock
    probe: Probe
    shop: Shop
    inbox: Inbox

    def process(self) -> PullInbox:
        directory = InboxDirectory(self.desk.platform, Shops(self.shop), self.clock)
        return PullInbox(self.desk.platform, self.clock, directory, self.desk.ingest)

    def hears(self, off_by: float = 0.0) -> tuple[InboxPull, int]:
        """A customer writes and the vendor hints; the webhook's clock is off by so many seconds."""
        self.shop.write()
        hinted_at = self.clock.now() + timedelta(seconds=off_by)
        return InboxPull(workspace_id=WORKSPACE, inbox_id=self.inbox.id, hinted_at=hinted_at), len(self.shop.written)

    def work(self, process: PullInbox, hinted_at: datetime | None) -> Awaitable[int]:
        return process(WORKSPACE, self.inbox.id, hinted_at)

    async def stored(self) -> list[str]:
        store = Messages(self.desk.platform.workspace(WORKSPACE))
        page = await store.page(conversation_id(self.inbox.id, "talk"), limit=200, newest_first=False)
        return sorted((message.text for message in page.items), key=int)

    async def known(self) -> Inbox:
        found = await Inboxes(self.desk.platform.workspace(WORKSPACE)).get(self.inbox.id)
        assert found is not None
        return found.inbox


async def rigged(folder: Path) -> Rig:
    clock, probe = ManualClock(), Probe()
    ports = Ports(Settings(data_dir=folder))
    ports.__dict__ |= {"clock": clock}
    desk = Desk(watch(ports, probe))
    now = clock.now()
    inbox = Inbox(
        id=InboxId(f"shop{next(_numbers)}"),
        workspace_id=WORKSPACE,
        channel=ChannelKind.AVITO,
        name="Лавка",
        health=Health.CONNECTED,
        created_at=now,
        updated_at=now,
    )
    await desk.platform.commit([Inboxes(desk.platform.workspace(WORKSPACE)).creation(inbox)])
    return Rig(desk, clock, probe, Shop(clock), inbox)


@pytest.fixture
async def rig(tmp_path: Path) -> Rig:
    return await rigged(tmp_path)


async def test_eight_hints_that_come_during_a_pull_are_one_more_pull(rig: Rig) -> None:
    process, pulls = rig.process(), list[Awaitable[int]]()
    rig.hears()

    def eight_more() -> None:
        for _ in range(8):
            hint, _ = rig.hears()
            pulls.append(asyncio.ensure_future(rig.work(process, hint.hinted_at)))
        rig.shop.page = 50

    rig.shop.meanwhile = [eight_more]
    await rig.work(process, None)
    await asyncio.gather(*pulls)

    assert await rig.stored() == [str(number) for number in range(9)]
    assert rig.shop.calls == 2


async def test_a_hint_from_before_a_finished_pull_costs_another_process_one_read(rig: Rig) -> None:
    hint, _ = rig.hears()
    rig.clock.advance(1)
    await rig.work(rig.process(), None)
    rig.probe.reset()
    rig.shop.calls = 0

    assert await rig.work(rig.process(), hint.hinted_at) == 0

    assert (rig.probe.reads, rig.probe.writes, rig.shop.calls) == (1, 0, 0)


async def test_who_asks_without_a_hint_is_always_answered_by_the_vendor(rig: Rig) -> None:
    process = rig.process()
    for _ in range(3):
        await rig.work(process, None)
        rig.clock.advance(1)

    assert rig.shop.calls == 3


async def test_a_hint_from_before_an_empty_pull_costs_the_same_process_nothing(rig: Rig) -> None:
    process, hinted_at = rig.process(), rig.clock.now()
    rig.clock.advance(1)
    await rig.work(process, None)
    rig.probe.reset()

    assert await rig.work(process, hinted_at) == 0

    assert rig.probe.calls == []


@pytest.mark.parametrize("end", [Killed("pull"), Unavailable("the store is away")], ids=["dies", "fails"])
@pytest.mark.parametrize("is_same", [True, False], ids=["the same process", "another process"])
async def test_a_pull_that_ends_between_two_pages_has_seen_nothing(
    rig: Rig, end: BaseException, *, is_same: bool
) -> None:
    hints = [rig.hears()[0] for _ in range(A_PAGE + 1)]
    rig.clock.advance(1)
    rig.shop.ends_at = 2, end
    process = rig.process()
    with pytest.raises(type(end)):
        await rig.work(process, hints[0].hinted_at)

    await rig.work(process if is_same else rig.process(), hints[0].hinted_at)

    assert await rig.stored() == ["0", "1", "2"]


async def test_a_pull_goes_on_although_somebody_changes_the_inbox_meanwhile(rig: Rig) -> None:
    for _ in range(A_PAGE + 1):
        rig.hears()
    store, changes = rig.desk.platform.workspace(WORKSPACE), list[Awaitable[object]]()
    change = store.commit([Inboxes(store).change(rig.inbox.id, {"name": "Другая"})])
    rig.shop.meanwhile = [lambda: changes.append(asyncio.ensure_future(change))]

    await rig.work(rig.process(), None)

    assert await rig.stored() == ["0", "1", "2"]
    assert ((await rig.known()).name, (await rig.known()).cursor) == ("Другая", "3")


async def test_a_hint_says_when_it_came(rig: Rig) -> None:
    assert await rig.desk.ingest(rig.inbox, PullHint())

    (row,) = rig.desk.ports.queue.due(rig.clock.now(), 10)
    assert event_of(row.body, InboxPull).hinted_at == rig.clock.now()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("writes"), st.sampled_from([0.0, 0.02, -0.02])),
        st.tuples(st.just("waits"), st.sampled_from([0.01, 0.1, 3.0])),
        st.tuples(st.just("works"), st.integers(0, 9)),
        st.tuples(st.just("works all at once"), st.integers(0, 9)),
        st.tuples(st.just("writes during the next pull"), st.sampled_from([0.0, 0.02, -0.02])),
        st.tuples(st.sampled_from(["dies", "fails"]), st.integers(1, 3)),
        st.tuples(st.just("ticks"), st.integers(0, 9)),
    ),
    max_size=25,
)


class Play:
    """Hints in any order, twice, at two processes, some of which die. What is acknowledged is stored."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.processes = [rig.process(), rig.process()]
        self.waiting: list[tuple[InboxPull, int]] = []

    async def happens(self, what: str, how: float) -> None:
        match what:
            case "writes":
                self.waiting.append(self.rig.hears(how))
            case "writes during the next pull":
                self.rig.shop.meanwhile.append(lambda: self.waiting.append(self.rig.hears(how)))
            case "waits":
                self.rig.clock.advance(how)
            case "works" if self.waiting:
                await self.asks(self.waiting[int(how) % len(self.waiting)], int(how) % 2)
            case "works all at once":
                await asyncio.gather(*(self.asks(event, number % 2) for number, event in enumerate(self.waiting)))
            case "dies":
                self.rig.shop.ends_at = self.rig.shop.calls + int(how), Killed("pull")
            case "fails":
                self.rig.shop.ends_at = self.rig.shop.calls + int(how), Unavailable("the store is away")
            case "ticks":
                await self.asks(None, int(how) % 2)

    async def asks(self, event: tuple[InboxPull, int] | None, process: int) -> None:
        try:
            await self.rig.work(self.processes[process], event[0].hinted_at if event else None)
        except Killed:
            self.processes[process] = self.rig.process()
            return
        except Unavailable:
            return
        if event is not None:
            assert len(await self.rig.stored()) >= event[1], "what was acknowledged is lost until the next tick"
            self.waiting = [one for one in self.waiting if one is not event]


@settings(deadline=None, max_examples=50, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_what_is_acknowledged_is_stored(steps: list[tuple[str, float]]) -> None:
    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            rig = await rigged(Path(folder))
            one = Play(rig)
            for what, how in steps:
                await one.happens(what, how)
            rig.shop.ends_at = None
            while one.waiting:
                await one.asks(one.waiting[-1], 0)
            assert await rig.stored() == [str(number) for number in range(len(rig.shop.written))]

    asyncio.run(play())
