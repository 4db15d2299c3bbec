"""What every task queue does: a task runs at or after its time, until it is taken, once a name."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import TypeAdapter

from infra.gcp.cloud_tasks import CloudTasksQueue, TasksTarget
from infra.local.queue.dispatcher import Dispatcher
from infra.local.queue.ports import QueueTasks
from infra.local.queue.store import Queue
from infra.system import SystemClock
from infra.task_queues import QUEUES
from shared.domain.channels import ChannelKind
from shared.domain.ids import ConversationId, WorkspaceId
from shared.domain.tasks import DeliverTask, Task
from shared.errors import Unavailable
from shared.ports.task_queue import TaskQueue
from tests.support.google_standins import CloudTasksStandin
from tests.support.receiver import Receiver, serve

CLOCK = SystemClock()
TASK: TypeAdapter[Task] = TypeAdapter(Task)
ADDRESSES = {"run_task": "https://run.example", "llm_reply": "https://reply.example"}


@dataclass
class Rig:
    """A task queue, and the function behind it."""

    tasks: TaskQueue
    functions: Receiver

    async def until_ran(self, count: int = 1) -> list[str]:
        """Which conversations' tasks were taken, in order, once there are this many."""
        return [
            TASK.validate_json(post.body).conversation_id  # type: ignore[union-attr]
            for post in await self.functions.until_taken("run_task", count)
        ]


@pytest.fixture(params=["embedded", "cloud"])
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    functions = Receiver()
    async with serve(functions.app) as url:
        opened = _embedded(tmp_path / "queue.db", url) if request.param == "embedded" else _cloud(url)
        async with opened as tasks:
            yield Rig(tasks, functions)


@asynccontextmanager
async def _embedded(path: Path, url: str) -> AsyncIterator[TaskQueue]:
    queue = Queue(path)
    async with httpx.AsyncClient(base_url=url) as http:

        async def deliver(target: str, body: bytes, headers: Mapping[str, str]) -> int:
            return (await http.post(f"/{target}", content=body, headers=headers)).status_code

        working = asyncio.create_task(Dispatcher(queue, deliver, CLOCK, poll_seconds=0.02).run())
        yield QueueTasks(queue)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    queue.close()


@asynccontextmanager
async def _cloud(url: str) -> AsyncIterator[TaskQueue]:
    async with CloudTasksStandin().serving() as host:
        tasks = CloudTasksQueue(TasksTarget("demo", "europe-west1", {"run_task": f"{url}/run_task"}), endpoint=host)
        yield tasks
        await tasks.close()


def task(conversation: str) -> DeliverTask:
    return DeliverTask(workspace_id=WorkspaceId("w1"), conversation_id=ConversationId(conversation))


async def test_a_due_task_runs_with_its_own_json(rig: Rig) -> None:
    await rig.tasks.enqueue(task("c1"), run_at=CLOCK.now(), name="n1")

    (post,) = await rig.functions.until_taken("run_task")
    assert TASK.validate_json(post.body) == task("c1")
    assert post.headers["content-type"] == "application/json"


async def test_a_task_of_the_past_runs_now(rig: Rig) -> None:
    await rig.tasks.enqueue(task("c1"), run_at=CLOCK.now() - timedelta(hours=1), name="n1")

    assert await rig.until_ran() == ["c1"]


async def test_tasks_run_at_their_time_and_not_before(rig: Rig) -> None:
    soon, sooner = CLOCK.now() + timedelta(seconds=0.6), CLOCK.now() + timedelta(seconds=0.2)

    await rig.tasks.enqueue(task("soon"), run_at=soon, name="n1")
    await rig.tasks.enqueue(task("sooner"), run_at=sooner, name="n2")

    assert await rig.until_ran(2) == ["sooner", "soon"]
    assert rig.functions.posted[0].at >= sooner
    assert rig.functions.posted[1].at >= soon


async def test_the_same_name_again_is_the_same_task(rig: Rig) -> None:
    for _ in range(3):
        await rig.tasks.enqueue(task("c1"), run_at=CLOCK.now() + timedelta(seconds=0.1), name="reply c1 1")
    await rig.tasks.enqueue(task("last"), run_at=CLOCK.now() + timedelta(seconds=0.3), name="reply last 1")

    assert await rig.until_ran(2) == ["c1", "last"]


async def test_a_name_stays_taken_after_its_task_ran(rig: Rig) -> None:
    await rig.tasks.enqueue(task("c1"), run_at=CLOCK.now(), name="n1")
    await rig.until_ran()

    await rig.tasks.enqueue(task("c1"), run_at=CLOCK.now(), name="n1")
    await rig.tasks.enqueue(task("last"), run_at=CLOCK.now() + timedelta(seconds=0.1), name="n2")

    assert await rig.until_ran(2) == ["c1", "last"]


@pytest.mark.parametrize("name", ["ответ/42 ?", "x" * 2000, "", "\ud800"])
async def test_any_string_is_a_name(rig: Rig, name: str) -> None:
    await rig.tasks.enqueue(task("c1"), run_at=CLOCK.now(), name=name)

    assert await rig.until_ran() == ["c1"]


async def test_a_failing_task_runs_again(rig: Rig) -> None:
    rig.functions.fail("run_task", 2)

    await rig.tasks.enqueue(task("c1"), run_at=CLOCK.now(), name="n1")

    assert await rig.until_ran() == ["c1"]
    assert [post.status for post in rig.functions.posted] == [503, 503, 204]
    assert len({post.body for post in rig.functions.posted}) == 1


@pytest.fixture(params=["embedded", "cloud"])
def unreachable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TaskQueue]:
    if request.param == "cloud":
        target = TasksTarget("demo", "europe-west1", {"run_task": "http://127.0.0.1:1"})
        yield CloudTasksQueue(target, endpoint="127.0.0.1:1", timeout=0.5)
        return
    queue, somebody = Queue(tmp_path / "queue.db"), sqlite3.connect(tmp_path / "queue.db", isolation_level=None)
    somebody.execute("begin immediate")
    yield QueueTasks(queue)
    somebody.close()
    queue.close()


async def test_a_queue_that_cannot_take_a_task_says_so(unreachable: TaskQueue) -> None:
    with pytest.raises(Unavailable):
        await unreachable.enqueue(task("c1"), run_at=CLOCK.now(), name="n1")


async def test_calls_of_cloud_tasks_carry_a_token_of_the_account_for_their_address() -> None:
    standin = CloudTasksStandin()
    later = CLOCK.now() + timedelta(hours=1)
    base = TasksTarget("demo", "europe-west1", ADDRESSES)
    named = TasksTarget(base.project, base.region, base.urls, "tasks@demo.iam")

    async with standin.serving() as host:
        for number, target in enumerate((base, named)):
            tasks = CloudTasksQueue(target, endpoint=host)
            await tasks.enqueue(task("c1"), run_at=later, name=f"n{number}")
            await tasks.close()

    bare, signed = standin.created
    assert "oidc_token" not in bare.http_request
    assert signed.http_request.oidc_token.service_account_email == "tasks@demo.iam"
    assert signed.http_request.oidc_token.audience == "https://run.example"
    assert signed.schedule_time == later


async def test_what_calls_a_vendor_waits_in_the_queue_of_its_kind() -> None:
    standin = CloudTasksStandin()
    ids = {"workspace_id": "w1", "conversation_id": "c1"}
    kinds = {
        f"tasks-{kind.replace('_', '-')}": TASK.validate_python({"kind": "deliver", "channel": kind, **ids})
        for kind in ChannelKind
    }
    of_a_group = TASK.validate_python({"kind": "mirror", "workspace_id": "w1", "work_group_id": "g1"})
    old = TASK.validate_python({"kind": "deliver", **ids})
    turn = {"inbox_id": "i1", "message_id": "m1", "received_at": CLOCK.now(), **ids}
    reply = TASK.validate_python({"kind": "respond", "event": turn})

    async with standin.serving() as host:
        tasks = CloudTasksQueue(TasksTarget("demo", "europe-west1", ADDRESSES), endpoint=host)
        for number, each in enumerate([*kinds.values(), of_a_group, old, reply]):
            await tasks.enqueue(each, run_at=CLOCK.now(), name=f"n{number}")
        await tasks.close()

    used = [made.name.split("/")[5] for made in standin.created]
    assert used == [*kinds, "tasks-telegram-bot", "tasks", "replies"]
    assert set(QUEUES) == set(used)
    *others, replies = [made.http_request.url for made in standin.created]
    assert set(others) == {ADDRESSES["run_task"]}
    assert replies == ADDRESSES["llm_reply"], "who asks the model holds no channel's key"
