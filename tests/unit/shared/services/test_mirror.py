"""The mirror over a forum in memory: what it owes, how often it may call, and who may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from shared.commands.commands import Close
from shared.domain.events import ConversationChanged, MessageQueued
from shared.domain.messages import Attachment
from shared.domain.tasks import MirrorTask
from shared.store.work_groups import WorkGroups
from tests.support.machine import WORKSPACE
from tests.support.watching import Probe
from tests.unit.shared.services.mirror_rig import Rig, rigged


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rigged(tmp_path) as opened:
        yield opened


def changed(rig: Rig, customer: str) -> ConversationChanged:
    return ConversationChanged(workspace_id=WORKSPACE, conversation_id=rig.id_of(customer))


async def test_two_workers_make_one_topic_and_show_each_message_once(rig: Rig) -> None:
    words = [await rig.writes("Анна"), await rig.writes("Анна")]
    rig.loses_work()
    rig.forum.pause = 0.002

    await asyncio.gather(*(rig.machine.desk.groups.mirror(changed(rig, "Анна")) for _ in range(8)))
    await rig.settle(3)

    assert len(rig.forum.topics) == 1
    assert [rig.forum.shown(text) for text in words] == [1, 1]


async def test_what_comes_while_somebody_works_is_seen_by_them(rig: Rig) -> None:
    first = await rig.writes("Анна")
    rig.loses_work()
    rig.forum.pause = 0.005
    working = asyncio.create_task(rig.machine.desk.groups.mirror(changed(rig, "Анна")))
    await asyncio.sleep(0.008)

    second = await rig.writes("Пётр")
    rig.loses_work()
    await rig.machine.desk.groups.mirror(changed(rig, "Пётр"))
    await working

    assert rig.forum.shown(first) == rig.forum.shown(second) == 1
    assert (await rig.group()).due_at is None


async def test_what_a_customer_adds_while_their_words_are_posted_is_one_more_post(rig: Rig) -> None:
    await rig.writes("Анна")
    await rig.settle(3)
    words = [await rig.writes("Анна")]
    rig.loses_work()

    async def adds() -> None:
        words.append(await rig.writes("Анна"))
        rig.loses_work()
        await rig.machine.desk.groups.mirror(changed(rig, "Анна"))

    rig.forum.meanwhile["post"] = adds
    await rig.machine.desk.groups.mirror(changed(rig, "Анна"))

    assert {text: rig.forum.shown(text) for text in words} == dict.fromkeys(words, 1)


async def test_a_worker_that_died_is_followed_when_its_lease_is_over(rig: Rig) -> None:
    words = await rig.writes("Анна")
    group = await rig.group()
    now = rig.machine.clock.now()
    dead = {"lease": "dead", "lease_until": now + timedelta(seconds=60), "due_at": now + timedelta(seconds=60)}
    await rig.store.commit([WorkGroups(rig.store).change(dead)])
    await rig.machine.pump()
    assert rig.forum.shown(words) == 0

    await rig.settle(3)

    assert rig.forum.shown(words) == 1
    assert group.lease == ""


async def test_never_more_than_eighteen_calls_in_any_minute(rig: Rig) -> None:
    for number in range(40):
        await rig.writes(f"Клиент {number}")
        await rig.machine.pump()
        rig.machine.clock.advance(1)
    await rig.settle(20)

    moments = [at for at, _ in rig.forum.calls]
    assert max(sum(at <= other < at + timedelta(minutes=1) for other in moments) for at in moments) <= 18
    assert rig.forum.refusals == 0
    assert (await rig.group()).due_at is None


async def test_another_program_that_uses_the_group_up_is_borne_with(rig: Rig) -> None:
    await rig.writes("Анна")
    await rig.machine.pump()
    rig.forum.calls += [(rig.machine.clock.now(), "somebody else")] * 20

    words = await rig.writes("Анна")
    await rig.settle(4)

    assert rig.forum.shown(words) == 1
    assert rig.forum.refusals == 1, "asked once, then waited as long as it was told"


async def test_an_answer_that_got_lost_is_repeated_rather_than_dropped(rig: Rig) -> None:
    await rig.writes("Анна")
    await rig.machine.pump()
    rig.forum.lost_answers = 1

    words = await rig.writes("Анна")
    await rig.settle(4)

    assert rig.forum.shown(words) == 2


async def test_more_messages_than_the_window_holds_are_all_shown(rig: Rig) -> None:
    words = [await rig.writes("Анна") for _ in range(5)]
    await rig.machine.pump()
    for _ in range(8):
        words += [await rig.writes("Анна") for _ in range(10)]
        words.append(await rig.says("Анна"))
        await rig.machine.desk.deliver(_queued(rig, "Анна"))
    rig.loses_work()
    conversation = await rig.conversation("Анна")
    assert len(conversation.window) < len(words), "the window has let go of some"

    await rig.settle(4)

    assert {text: rig.forum.shown(text) for text in words} == dict.fromkeys(words, 1)


async def test_urgent_words_overtake_those_that_wait(rig: Rig) -> None:
    for number in range(30):
        await rig.writes(f"Спокойный {number}")
        await rig.does(f"Спокойный {number}", Close())
    rig.loses_work()
    await rig.machine.desk.sweep()
    await rig.machine.pump()
    urgent = await rig.writes("Срочный")
    await rig.settle(2)

    assert rig.forum.shown(urgent) == 1
    assert (await rig.group()).due_at is not None, "others wait still"


async def test_nothing_is_owed_is_nothing_written(rig: Rig) -> None:
    await rig.writes("Анна")
    await rig.settle(4)
    probe = Probe()
    rig.reboot(probe)

    await rig.machine.desk.groups.mirror(changed(rig, "Анна"))

    assert probe.writes == 0
    assert probe.reads <= 4


async def test_a_quiet_message_costs_few_operations(rig: Rig) -> None:
    await rig.writes("Анна")
    await rig.settle(4)
    await rig.writes("Анна")
    rig.loses_work()
    probe = Probe()
    rig.reboot(probe)

    await rig.machine.desk.groups.mirror(changed(rig, "Анна"))

    assert [call for _, call in rig.forum.calls[-2:]] == ["post", "rename"], "its mark is red again"
    assert (probe.reads, probe.writes) <= (9, 4)


async def test_a_refused_file_is_named_and_a_removed_card_is_written_anew(rig: Rig) -> None:
    missing = Attachment(kind="image", name="фото.jpg", blob="nowhere/at/all")
    await rig.writes("Анна", "Смотрите", (missing,))
    await rig.settle(3)

    assert rig.forum.shown("Смотрите\n[фото: фото.jpg]") == 1

    topic = await rig.topic("Анна")
    del rig.forum.posts[topic.card]
    await rig.does("Анна", Close())
    await rig.settle(3)
    assert (await rig.topic("Анна")).card in rig.forum.posts


async def test_a_topic_whose_group_was_exchanged_begins_anew(rig: Rig) -> None:
    await rig.writes("Анна")
    await rig.settle(3)
    await rig.store.commit([WorkGroups(rig.store).change({"chat": "-1002"})])
    rig.forum.chat = "-1002"

    words = await rig.writes("Анна")
    await rig.settle(3)

    assert rig.forum.shown(words) == 1
    assert len(rig.forum.topics) == 2


async def test_a_task_for_a_group_that_is_gone_does_nothing(rig: Rig) -> None:
    group = await rig.group()
    await rig.store.commit([WorkGroups(rig.store).removal()])

    await rig.machine.desk.groups.mirror.go_on(MirrorTask(workspace_id=WORKSPACE, work_group_id=group.id))

    assert rig.forum.calls == []


def _queued(rig: Rig, customer: str) -> MessageQueued:
    return MessageQueued(workspace_id=WORKSPACE, conversation_id=rig.id_of(customer))
