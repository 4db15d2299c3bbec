"""Two workers whose clocks differ, and topics that people delete under them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from infra.bootstrap import Desk
from shared.domain.events import ConversationChanged
from shared.ports.clock import Clock
from tests.support.forum import MemoryForums
from tests.support.machine import WORKSPACE
from tests.unit.shared.services.mirror_rig import Rig, rigged

SKEW = timedelta(seconds=15)


class FastClock:
    """Another machine's: a quarter of a minute ahead."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now() + SKEW

    def monotonic(self) -> float:
        return self._clock.monotonic()


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rigged(tmp_path) as opened:
        yield opened


def hasty(rig: Rig) -> Desk:
    """A second worker, over the same store."""
    ports = rig.machine._ports()
    ports.__dict__ |= {"clock": FastClock(rig.machine.clock), "forums": MemoryForums(rig.forum)}
    return Desk(ports)


def changed(rig: Rig, customer: str) -> ConversationChanged:
    return ConversationChanged(workspace_id=WORKSPACE, conversation_id=rig.id_of(customer))


async def test_a_worker_in_its_last_call_is_not_overtaken_by_a_fast_clock(rig: Rig) -> None:
    words = await rig.writes("Анна")
    rig.loses_work()
    other = hasty(rig)

    async def takes_long() -> None:
        rig.machine.clock.advance(24)
        rig.forum.meanwhile["post"] = takes_longer

    async def takes_longer() -> None:
        rig.machine.clock.advance(28)
        await other.groups.mirror(changed(rig, "Анна"))

    rig.forum.meanwhile["create"] = takes_long
    await rig.machine.desk.groups.mirror(changed(rig, "Анна"))
    await rig.settle(4)

    assert len(rig.forum.topics) == 1
    assert sum(post.post.title == "Анна" for post in rig.forum.posts.values()) == 1, "the card"
    assert rig.forum.shown(words) == 1


async def test_workers_with_different_clocks_show_everything_once(rig: Rig) -> None:
    other, said = hasty(rig), []
    for number in range(40):
        customer = f"Клиент {number % 12}"
        said.append(await rig.writes(customer))
        rig.loses_work()
        worker = other if number % 2 else rig.machine.desk
        await worker.groups.mirror(changed(rig, customer))
        rig.machine.clock.advance(2)
        if number % 7 == 6:
            await (rig.machine.desk if number % 2 else other).sweep()
    await rig.settle(9)

    assert {words: rig.forum.shown(words) for words in said} == dict.fromkeys(said, 1)
    assert len(rig.forum.topics) == 12
    assert (await rig.group()).due_at is None


async def test_topics_that_people_delete_in_a_flood_cost_no_message(rig: Rig) -> None:
    said = []
    for number in range(60):
        said.append(await rig.writes(f"Клиент {number % 10}."))
        await rig.machine.pump()
        rig.machine.clock.advance(1)
        for topic in rig.forum.living()[:: 3 if number % 12 == 11 else 99]:
            topic.is_deleted = True
    await rig.settle(12)

    assert {words: rig.forum.shown(words) for words in said} == dict.fromkeys(said, 1)
    living = [topic.name.partition(" ")[2] for topic in rig.forum.living()]
    assert len(living) == len(set(living))
    assert rig.forum.refusals == 0
    assert (await rig.group()).due_at is None
