"""What a message costs in operations of the store, counted: this is what an operator pays for."""

from __future__ import annotations

import pytest

from infra.channels.registry import REGISTRY
from shared.commands.commands import Close, GiveBack
from shared.commands.effects import Actor
from shared.domain.channels import ChannelKind
from shared.domain.ids import UserId
from tests.support.machine import FAQ, WORKSPACE, Machine
from tests.support.work_group import open_stage

DELIVERY = "Сколько стоит доставка?"
IN_ENGLISH = "How long does delivery take?"
OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"
TELEGRAM = ChannelKind.TELEGRAM_BOT


async def warmed_up(machine: Machine, kind: ChannelKind) -> None:
    """Settings and knowledge have just been read, as on a busy desk, and the customer is known: who writes on
    Avito is asked once a conversation, outside of the turn."""
    standin = await machine.connect(kind)
    await standin.write(kind.value, "Пётр", OFF_TOPIC)
    await machine.run()
    (conversation,) = await machine.conversations()
    await machine.desk.execute(WORKSPACE, conversation.id, GiveBack(), Actor(UserId("oleg"), "Олег"))
    await machine.desk.execute(WORKSPACE, conversation.id, Close(), Actor(UserId("oleg"), "Олег"))
    await machine.run()
    machine.clock.advance(60)
    opened = await machine.desk.directory.find(kind.value)
    await machine.desk.briefings.briefing(opened.inbox.workspace_id, opened.inbox.assistant_id)
    await machine.desk.briefings.llm_settings()
    machine.probe.reset()
    machine.requests.clear()


@pytest.mark.parametrize("kind", [TELEGRAM, ChannelKind.AVITO, ChannelKind.OZON])
async def test_ingest_reads_nothing_and_commits_once(machine: Machine, kind: ChannelKind) -> None:
    await warmed_up(machine, kind)

    await machine.outside.standins[kind].write(kind.value, "Пётр", DELIVERY)
    await machine.outside.pusher.drained()

    assert machine.probe.tally() == {"store.commit": 1, "bus.publish": 1}
    assert machine.probe.reads == 0
    assert machine.probe.commits == [3]


@pytest.mark.parametrize("kind", [TELEGRAM, ChannelKind.AVITO, ChannelKind.OZON])
async def test_a_whole_automatic_turn_stays_within_its_budget(machine: Machine, kind: ChannelKind) -> None:
    await warmed_up(machine, kind)
    standin = machine.outside.standins[kind]

    await standin.write(kind.value, "Пётр", DELIVERY)
    await machine.outside.pusher.drained()
    standin.faults.lose_pushes = True  # Avito's echo of our own reply is the next delivery, not part of this turn
    await machine.pump()
    machine.clock.advance(3)
    await machine.pump()

    assert [seen.text for seen in standin.seen_by(kind.value, "Пётр")] == [OFF_TOPIC, DELIVERY, FAQ[DELIVERY]]
    assert machine.probe.reads <= 3
    assert machine.probe.writes <= 8
    assert len(machine.requests) <= 5, machine.requests


async def test_a_turn_that_a_work_group_mirrors_stays_within_its_budget(machine: Machine) -> None:
    """The customer has a topic already, as in a talk that goes on."""
    await warmed_up(machine, ChannelKind.AVITO)
    stage = await open_stage(machine)
    await machine.outside.standins[ChannelKind.AVITO].write(ChannelKind.AVITO.value, "Пётр", IN_ENGLISH)
    await machine.settle(3)
    standin = machine.outside.standins[ChannelKind.AVITO]
    machine.probe.reset()
    machine.requests.clear()

    await standin.write(ChannelKind.AVITO.value, "Пётр", DELIVERY)
    await machine.outside.pusher.drained()
    standin.faults.lose_pushes = True
    for _ in range(4):
        await machine.pump()
        machine.clock.advance(2)

    assert FAQ[DELIVERY] in stage.texts("Пётр")[-1]
    assert (await stage.group()).due_at is None
    calls = [call for call in machine.probe.calls if call.startswith("forum.")]
    assert calls == ["forum.post", "forum.rename_topic"] * 2, "asked is red, answered is green"
    assert machine.probe.reads <= 27
    assert machine.probe.writes <= 18
    assert len(machine.requests) <= 7, machine.requests


async def test_an_idle_minute_writes_nothing(machine: Machine) -> None:
    for kind in REGISTRY:
        await machine.connect(kind)
    await machine.settle(1)
    machine.probe.reset()

    await machine.settle(30)

    assert machine.probe.writes == 0
    assert "channel.pull" in machine.probe.calls
