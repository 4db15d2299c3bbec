"""The queue among several processes: killed workers, and many that enqueue."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from infra.local.queue.dispatcher import Dispatcher
from infra.local.queue.store import New, Queue
from infra.system import SystemClock
from tests.unit.infra.queue_rig import Functions

ROOT = Path(__file__).parents[3]


async def victim(*arguments: object) -> Process:
    module = ("-m", "tests.unit.infra.queue_victim")
    return await asyncio.create_subprocess_exec(sys.executable, *module, *map(str, arguments), cwd=ROOT, stdout=PIPE)


async def test_what_a_killed_process_had_under_way_is_delivered_by_the_next(tmp_path: Path) -> None:
    queue, functions = Queue(tmp_path / "queue.db"), Functions()
    worker = await victim("work", tmp_path / "queue.db")
    queue.add(New("llm_reply", b"from outside", SystemClock().now()))
    assert worker.stdout is not None
    async with asyncio.timeout(30):
        assert await worker.stdout.readline() == b"llm_reply from outside\n"

    worker.kill()
    await worker.wait()
    running = asyncio.create_task(Dispatcher(queue, functions.deliver, SystemClock()).run())

    assert await functions.until("llm_reply") == [b"from outside"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    queue.close()


async def test_processes_that_start_together_make_one_file(tmp_path: Path) -> None:
    others = [await victim("enqueue", tmp_path / "queue.db", 1) for _ in range(6)]
    await asyncio.gather(*(other.wait() for other in others))

    queue = Queue(tmp_path / "queue.db")
    assert len(queue.due(SystemClock().now(), 100)) == 6
    queue.close()


async def test_several_processes_enqueue_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    queue, functions = Queue(tmp_path / "queue.db"), Functions()
    running = asyncio.create_task(Dispatcher(queue, functions.deliver, SystemClock()).run())

    others = [await victim("enqueue", tmp_path / "queue.db", 200) for _ in range(3)]
    await asyncio.gather(*(other.wait() for other in others))

    bodies = await functions.until("deliver", 600)
    assert sorted(bodies) == sorted([b"%d" % number for number in range(200)] * 3)
    assert [other.returncode for other in others] == [0, 0, 0]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    queue.close()
