"""Kill the process at every port call on the way of a message into a work group and of an answer out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from tests.support.machine import FAQ, Machine, Site, machine_on
from tests.support.watching import Probe
from tests.support.work_group import BOT, Stage, open_stage

DELIVERY = "Сколько стоит доставка?"
ANSWER = "Сейчас уточню и напишу"
SIDES: tuple[Literal["before", "after"], ...] = ("before", "after")


async def asked_and_answered(machine: Machine, probe: Probe) -> Stage:
    """A customer's question, the assistant's answer, and one of a person in the topic."""
    await machine.connect(BOT)
    stage = await open_stage(machine)
    machine.reboot(probe)
    await stage.telegram.write(BOT.value, "Пётр", DELIVERY)
    await machine.run(8)
    if probe.has_fired:
        await machine.settle(5)
    await stage.writes(ANSWER, "Пётр")
    await machine.run(8)
    return stage


async def assert_in_step(machine: Machine, stage: Stage, where: str, *, repeats: int) -> None:
    (conversation,) = await machine.conversations()
    (group,) = [await stage.group()]
    assert group.due_at is None, where
    texts = [post.text for topic in stage.view().topics for post in topic.posts]
    for words in (DELIVERY, FAQ[DELIVERY]):
        shown = sum(words in text for text in texts)
        assert 1 <= shown <= 1 + repeats, f"{where}: {words!r} is shown {shown} times in {texts}"
    assert texts.count(ANSWER) == 1, where
    assert not any(text.startswith("💬") for text in texts), f"{where}: it stands there already, as they wrote it"
    assert len(stage.view().topics) <= 1 + repeats, where
    replies = [seen.text for seen in stage.telegram.seen_by(BOT.value, "Пётр") if seen.sender == "shop"]
    unconfirmed = any(message.delivery == "unconfirmed" for message in await machine.messages(conversation))
    assert replies.count(ANSWER) == 1 or unconfirmed, where
    assert conversation.outbox == {}, where
    names = [topic.name for topic in stage.view().topics]
    assert any(name.startswith("🟢") for name in names) or unconfirmed, where


@pytest.mark.timeout(900)
async def test_a_crash_at_any_port_call_loses_nothing_in_the_group(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with Site().listening() as site:
        undisturbed = Probe()
        async with machine_on(site, tmp_path / "undisturbed") as machine:
            stage = await asked_and_answered(machine, undisturbed)
            calls = list(undisturbed.calls)
            await assert_in_step(machine, stage, "undisturbed", repeats=0)

        repeated = []
        for number, side in (points := [(number, side) for number in range(len(calls)) for side in SIDES]):
            probe = Probe(at=number, when=side)
            async with machine_on(site, tmp_path / f"{number}-{side}") as machine:
                stage = await asked_and_answered(machine, probe)
                assert probe.has_fired
                await machine.settle(6)
                after_forum = side == "after" and calls[number].startswith("forum.")
                before_booking = side == "before" and calls[number] == "store.commit"
                where = f"killed {side} {calls[number]} (call {number})"
                await assert_in_step(machine, stage, where, repeats=1 if after_forum or before_booking else 0)
                repeated.append(len(stage.view().topics) - 1)
    with capsys.disabled():
        print(f"\nkilled at {len(points)} points of {len(calls)} port calls; {sum(repeated)} topics were made twice")
