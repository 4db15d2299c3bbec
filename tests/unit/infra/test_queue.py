"""The embedded queue: nothing is lost, nothing blocks, and what cannot be done is put aside in the open."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.queue.policy import RetryPolicy
from infra.local.queue.schedules import Schedule
from infra.local.queue.store import NAME_KEPT
from tests.unit.infra.queue_rig import IMPATIENT, Rig


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "queue.db"


@pytest.fixture
def rig(path: Path) -> Iterator[Rig]:
    rig = Rig(path)
    yield rig
    rig.queue.close()


async def test_work_is_delivered_once_and_leaves_nothing_behind(rig: Rig, path: Path) -> None:
    async with rig.working():
        for number in range(100):
            rig.add("deliver", b"%d" % number)
        await rig.functions.until("deliver", 100)
        await rig.until_empty()

    assert sorted(rig.functions.bodies("deliver")) == sorted(b"%d" % number for number in range(100))
    assert sqlite3.connect(path).execute("select count(*) from work").fetchone() == (0,)


async def test_work_that_waited_in_the_file_is_delivered_after_a_start(rig: Rig) -> None:
    rig.add("deliver", b"waited")

    async with rig.working():
        assert await rig.functions.until("deliver") == [b"waited"]


async def test_work_under_way_at_a_shutdown_is_delivered_again(rig: Rig) -> None:
    rig.functions.hanging.add("deliver")
    rig.add("deliver", b"cut off")

    async with rig.working():
        await rig.functions.until("deliver")
    rig.functions.hanging.clear()
    async with rig.working():
        assert await rig.functions.until("deliver", 2) == [b"cut off"] * 2
        await rig.until_empty()


async def test_work_under_way_is_not_delivered_a_second_time(rig: Rig) -> None:
    rig.functions.hanging.add("deliver")
    rig.add("deliver", b"slow")

    async with rig.working():
        await rig.functions.until("deliver")
        await rig.round()
        rig.functions.released.set()
        await rig.until_empty()

    assert rig.functions.bodies("deliver") == [b"slow"]


async def test_later_work_waits_for_its_time(rig: Rig) -> None:
    rig.add("run_task", b"later", after=75)
    rig.add("run_task", b"now")

    async with rig.working():
        await rig.functions.until("run_task")
        rig.clock.advance(74.9)
        await rig.round()
        assert rig.functions.bodies("run_task") == [b"now"]
        rig.clock.advance(0.1)
        assert await rig.functions.until("run_task", 2) == [b"now", b"later"]


@pytest.mark.parametrize(("answer", "problem"), [(503, "503"), (202, "202"), (OSError("secret"), "OSError")])
async def test_what_keeps_failing_becomes_a_dead_letter(rig: Rig, answer: int | Exception, problem: str) -> None:
    rig.functions.failing["llm_reply"] = answer
    rig.add("llm_reply", b"poison")

    async with rig.working():
        await rig.functions.until("llm_reply", IMPATIENT.attempts)
        await rig.until_empty()

    (letter,) = rig.queue.dead_letters()
    assert (letter.target, letter.body, letter.attempts) == ("llm_reply", b"poison", 3)
    assert (letter.problem, letter.died_at) == (problem, rig.clock.now())
    assert len(rig.functions.delivered) == IMPATIENT.attempts


async def test_a_replayed_dead_letter_has_all_its_attempts_again(rig: Rig) -> None:
    rig.functions.failing["llm_reply"] = 500
    rig.add("llm_reply", b"poison")

    async with rig.working():
        await rig.functions.until("llm_reply", 3)
        await rig.until_empty()
        (letter,) = rig.queue.dead_letters()
        assert rig.queue.replay(letter.id, rig.clock.now())
        assert rig.queue.dead_letters() == []
        await rig.functions.until("llm_reply", 6)
        await rig.until_empty()
        assert [again.id for again in rig.queue.dead_letters()] == [letter.id]
        rig.functions.failing.clear()
        rig.queue.replay(letter.id, rig.clock.now())
        await rig.until_empty()

    assert rig.queue.dead_letters() == []
    assert not rig.queue.replay(letter.id, rig.clock.now())


async def test_a_discarded_dead_letter_is_gone(rig: Rig) -> None:
    rig.functions.failing["llm_reply"] = 500
    rig.add("llm_reply")
    async with rig.working():
        await rig.functions.until("llm_reply", 3)
        await rig.until_empty()
    (letter,) = rig.queue.dead_letters()

    assert rig.queue.discard(letter.id)
    assert not rig.queue.discard(letter.id)
    assert rig.queue.dead_letters() == []


def test_only_dead_letters_can_be_replayed_or_discarded(rig: Rig) -> None:
    rig.add("deliver")
    (row,) = rig.queue.due(rig.clock.now(), 10)

    assert not rig.queue.replay(row.id, rig.clock.now())
    assert not rig.queue.discard(row.id)
    assert rig.queue.due(rig.clock.now(), 10) == [row]


async def test_a_name_is_taken_while_waiting_and_for_a_day_after(rig: Rig) -> None:
    async with rig.working():
        for _ in range(2):
            rig.add("run_task", b"first", name="n1")
        await rig.until_empty()
        rig.clock.advance(NAME_KEPT.total_seconds())
        await rig.round()
        rig.add("run_task", b"too early", name="n1")
        await rig.until_empty()
        rig.clock.advance(3601)
        await rig.round()
        rig.add("run_task", b"second", name="n1")
        await rig.until_empty()

    assert rig.functions.bodies("run_task") == [b"first", b"second"]


async def test_a_dead_letter_gives_its_name_back_after_a_day_and_stays(rig: Rig) -> None:
    rig.functions.failing["run_task"] = 500
    async with rig.working():
        rig.add("run_task", b"poison", name="n1")
        await rig.functions.until("run_task", 3)
        await rig.until_empty()
        rig.functions.failing.clear()
        rig.add("run_task", b"refused", name="n1")
        await rig.until_empty()
        rig.clock.advance(NAME_KEPT.total_seconds() + 3601)
        await rig.round()
        rig.add("run_task", b"second", name="n1")
        await rig.until_empty()

    assert rig.functions.bodies("run_task") == [b"poison"] * 3 + [b"second"]
    assert [letter.body for letter in rig.queue.dead_letters()] == [b"poison"]


async def test_a_slow_function_holds_up_nobody_else(rig: Rig) -> None:
    rig.functions.hanging.add("llm_reply")
    for number in range(200):
        rig.add("llm_reply", b"%d" % number)
    rig.add("deliver", b"behind them all")

    async with rig.working(concurrency=2):
        await rig.functions.until("deliver")
        assert rig.functions.bodies("llm_reply") == [b"0", b"1"]
        rig.functions.released.set()
        await rig.functions.until("llm_reply", 200)


async def test_poison_does_not_stop_what_comes_behind_it(rig: Rig) -> None:
    rig.functions.failing["llm_reply"] = ValueError("poison")
    for _ in range(50):
        rig.add("llm_reply")
    rig.add("deliver", b"healthy")

    async with rig.working(concurrency=1):
        assert await rig.functions.until("deliver") == [b"healthy"]
        await rig.functions.until("llm_reply", 150)
        await rig.until_empty()

    assert len(rig.queue.dead_letters()) == 50


async def test_an_idle_queue_writes_nothing(rig: Rig, path: Path) -> None:
    watcher = sqlite3.connect(path)
    async with rig.working(Schedule("sweep", "sweep", timedelta(minutes=1))):
        rig.add("run_task", name="leaves a name")
        rig.add("run_task", after=3600)
        await rig.functions.until("run_task")
        await rig.round()
        before = watcher.execute("pragma data_version").fetchone()
        for _ in range(10):
            rig.clock.advance(100)
            await rig.round()
        after = watcher.execute("pragma data_version").fetchone()

    assert len(rig.functions.bodies("sweep")) > 5
    assert after == before


async def test_a_second_dispatcher_waits_for_the_first_to_go(rig: Rig, path: Path) -> None:
    second = Rig(path)
    async with second.working():
        await second.round()
        async with rig.working():
            for number in range(5):
                rig.add("deliver", b"%d" % number)
            await second.functions.until("deliver", 5)
            await second.until_empty()
            assert rig.functions.delivered == []
    async with rig.working():
        rig.add("deliver", b"later")
        await rig.functions.until("deliver")
    second.queue.close()


async def test_a_schedule_fires_at_the_start_and_then_in_its_rhythm(rig: Rig) -> None:
    sweep = Schedule("sweep", "sweep", timedelta(minutes=1))
    rig.functions.failing["sweep"] = 500

    async with rig.working(sweep, Schedule("gmail_watch", "gmail_watch", timedelta(days=1))):
        assert await rig.functions.until("sweep") == [b""]
        rig.clock.advance(59)
        await rig.round()
        assert len(rig.functions.bodies("sweep")) == 1
        rig.clock.advance(1)
        await rig.functions.until("sweep", 2)

    assert len(rig.functions.bodies("gmail_watch")) == 1
    assert rig.queue.dead_letters() == []


async def test_a_schedule_does_not_overtake_itself(rig: Rig) -> None:
    rig.functions.hanging.add("sweep")

    async with rig.working(Schedule("sweep", "sweep", timedelta(minutes=1))):
        await rig.functions.until("sweep")
        rig.clock.advance(600)
        await rig.round()
        assert len(rig.functions.bodies("sweep")) == 1
        rig.functions.released.set()
        await rig.functions.until("sweep", 2)


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_waits_grow_to_a_ceiling_and_are_spread_below_it(failures: int, share: float) -> None:
    policy = RetryPolicy(first=timedelta(seconds=0.2), longest=timedelta(minutes=10))

    wait = policy.wait(failures, share)

    assert timedelta(0) <= wait <= min(policy.longest, timedelta(seconds=0.2) * 2 ** min(failures - 1, 20))
    assert policy.wait(failures, 0.0) == timedelta(0)
    assert policy.wait(failures, 0.5) <= policy.wait(failures + 1, 0.5)
