"""Any order of customers, people, switches, outages, lost tasks and restarts: the auto-responder speaks at most once an
interval, only to customers whom nobody has answered in time, and never forgets one.

PARLEY_MODEL_EXAMPLES=1000 plays that many examples a channel, other ones in each run.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount

from infra.local.documents import SqliteDocumentStore
from infra.sandbox.standin import Seen
from shared.commands.commands import Close, Command, GiveBack, Reopen, TakeOver
from shared.commands.effects import Actor
from shared.domain.auto_responder import AutoResponder
from shared.domain.channels import ChannelKind
from shared.domain.conversations import Conversation, Status
from shared.domain.ids import UserId
from tests.faults.play_of_a_conversation import Rig
from tests.support.machine import FAQ, WORKSPACE, Machine, Site
from tests.unit.shared.services.busy_store import BusyStore

EXAMPLES = int(os.environ.get("PARLEY_MODEL_EXAMPLES", "12"))
CUSTOMER, CANNED = "Пётр", "Мы ответим позже."
DELIVERY = next(iter(FAQ))
OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"
OLEG = Actor(UserId("oleg"), "Олег")
DELAY = timedelta(seconds=75)
CLOCKS = timedelta(seconds=2)
"""Vendors count in whole seconds, and timers may be a second early."""
COMMANDS: dict[str, Command] = {
    "take_over": TakeOver(),
    "give_back": GiveBack(),
    "close": Close(),
    "reopen": Reopen(),
}
Act = Literal[
    "asks", "asks what is known", "answers", "answers in the app", "take_over", "give_back", "close", "reopen",
    "off", "on", "outage", "recovery", "reboot", "lose work", "sweep",
]  # fmt: skip


@dataclass
class Play:
    """One example. `epochs`: how often it was switched on, which is how often it may speak in one day."""

    machine: Machine
    kind: ChannelKind
    is_on: bool = True
    epochs: int = 1
    said: int = 0
    is_disturbed: bool = False
    """Since the customer's last message somebody has switched it or taken the conversation over."""

    @property
    def standin(self) -> Any:
        return self.machine.outside.standins[self.kind]

    def chat(self) -> list[Seen]:
        return list(self.standin.seen_by(self.kind.value, CUSTOMER))

    async def conversation(self) -> Conversation | None:
        found = await self.machine.conversations()
        return found[0] if found else None

    async def take(self, act: Act) -> None:
        match act:
            case "asks" | "asks what is known":
                text = OFF_TOPIC if act == "asks" else DELIVERY
                await self.standin.write(self.kind.value, CUSTOMER, text)
                await self.machine.outside.pusher.drained()
                self.is_disturbed = False
            case "answers" | "answers in the app":
                await self._answers(in_app=act != "answers")
            case "off" | "on":
                await self._switch(is_on=act == "on")
            case "outage" | "recovery":
                self.standin.faults.outage = act == "outage"
            case "reboot":
                self.machine.reboot()
            case "lose work":
                for row in self.machine.queue.due(self.machine.clock.now() + timedelta(days=1), 100):
                    self.machine.queue.finish(row, self.machine.clock.now())
            case "sweep":
                await self.machine.functions.deliver("sweep", b"", {"content-type": "application/json"})
            case _:
                await self._commands(act)

    async def _answers(self, *, in_app: bool) -> None:
        conversation = await self.conversation()
        if conversation is None:
            return
        self.said += 1
        words = f"Ответ человека, номер {self.said}"
        if not in_app:
            await self.machine.desk.send_message(WORKSPACE, conversation.id, OLEG, key=words, text=words)
        elif self.standin.has_vendor_app:
            self.machine.clock.advance(1)  # else it stands in the same second as the question, and nobody knows
            await self.standin.answer_in_vendor_app(self.kind.value, CUSTOMER, words)
            await self.machine.outside.pusher.drained()

    async def _switch(self, *, is_on: bool) -> None:
        self.epochs += is_on and not self.is_on
        self.is_disturbed = self.is_disturbed or is_on is not self.is_on
        self.is_on = is_on
        await switch(self.machine, is_on=is_on)

    async def _commands(self, act: str) -> None:
        conversation = await self.conversation()
        if conversation is not None:
            self.is_disturbed = self.is_disturbed or act == "take_over"
            await self.machine.desk.execute(WORKSPACE, conversation.id, COMMANDS[act], OLEG)


async def switch(machine: Machine, *, is_on: bool) -> None:
    wish = AutoResponder(is_on=is_on, text=CANNED, time_zone="UTC", updated_at=machine.clock.now())
    await machine.desk.auto_responder_settings.change(WORKSPACE, wish)


def assert_it_spoke_well(play: Play) -> None:
    chat = play.chat()
    assert sum(seen.text == CANNED for seen in chat) <= play.epochs, "more than once an interval"
    for place, seen in enumerate(chat):
        if seen.text == CANNED:
            before = chat[place - 1]
            assert before.sender == "customer", "somebody had answered"
            assert seen.at - before.at >= DELAY - CLOCKS, "before its time"


async def assert_nothing_is_left(play: Play, spoken_in: datetime) -> None:
    conversation = await play.conversation()
    if conversation is None:
        return
    assert (conversation.outbox, conversation.due_at, conversation.auto_reply_due_at) == ({}, None, None)
    words = [seen for seen in play.chat() if seen.text != CANNED]
    waits = words[-1].sender == "customer" and conversation.status is not Status.CLOSED
    if waits and play.is_on and not play.is_disturbed and conversation.open_turn():
        said = conversation.auto_replied_in
        assert said is not None, "a customer was forgotten"
        assert said >= spoken_in


ACTS = st.sampled_from(get_args(Act))
STEPS = st.lists(
    st.tuples(st.one_of(st.just("asks"), ACTS), st.sampled_from([0, 4, 30, 75, 80, 200])), min_size=4, max_size=14
)


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[asyncio.Runner, Site]]:
    with asyncio.Runner() as runner:
        site = Site()
        listening = site.listening()
        runner.run(listening.__aenter__())
        yield runner, site
        runner.run(listening.__aexit__(None, None, None))


@asynccontextmanager
async def a_machine(site: Site, folder: Path) -> AsyncIterator[Machine]:
    store = BusyStore(SqliteDocumentStore(folder / "desk.db"))
    machine = Rig(folder, site.url, store)
    site.app = Starlette(routes=[Mount("/sandbox", app=machine.outside.app()), Mount("/", app=machine)])
    await machine.outside.start()
    try:
        yield machine
    finally:
        await machine.close()
        await store.close()


async def play_through(site: Site, folder: Path, kind: ChannelKind, steps: list[tuple[Act, int]]) -> None:
    async with a_machine(site, folder) as machine:
        await machine.connect(kind)
        began = machine.clock.now()
        await switch(machine, is_on=True)
        play = Play(machine, kind)
        for act, seconds in steps:
            await play.take(act)
            for _ in range(seconds // 5):
                machine.clock.advance(4)
                await machine.run(1)
            assert_it_spoke_well(play)
        play.standin.faults.outage = False
        await machine.settle(15)
        assert_it_spoke_well(play)
        assert machine.clock.now() - began < timedelta(hours=11), "the day has ended: another interval"
        await assert_nothing_is_left(play, began)


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("kind", [ChannelKind.TELEGRAM_BOT, ChannelKind.AVITO])
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="PARLEY_MODEL_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
@given(steps=STEPS)
def test_it_speaks_once_in_time_and_only_to_who_waits(
    stage: tuple[asyncio.Runner, Site], kind: ChannelKind, steps: list[tuple[Act, int]]
) -> None:
    runner, site = stage
    with TemporaryDirectory() as folder:
        runner.run(play_through(site, Path(folder), kind, steps))
