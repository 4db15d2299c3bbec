"""The place in a trace goes with an event or a task, whoever carries it, and comes out where it is worked."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest

from infra.gcp.cloud_tasks import CloudTasksQueue, TasksTarget
from infra.gcp.pubsub import PubSubBus
from infra.local.functions import FunctionsElsewhere
from infra.local.queue.dispatcher import Dispatcher
from infra.local.queue.ports import QueueBus, QueueTasks
from infra.local.queue.store import New, Queue
from infra.local.subscriptions import subscribe
from infra.log_context import RequestContext, carried, entered
from infra.push_envelope import trace_of
from infra.system import RandomIds, SystemClock
from infra.topology import SUBSCRIPTIONS
from infra.trace_context import TraceContext, read_headers
from shared.domain.events import MessageQueued, Topic
from shared.domain.ids import ConversationId, WorkspaceId
from shared.domain.tasks import DeliverTask
from tests.support.emulators import fresh_project
from tests.support.google_standins import CloudTasksStandin
from tests.support.receiver import Receiver, serve

HERE = TraceContext("a" * 32, "b" * 16, is_sampled=True)
EVENT = MessageQueued(workspace_id=WorkspaceId("w"), conversation_id=ConversationId("c"))
TASK = DeliverTask(workspace_id=WorkspaceId("w"), conversation_id=ConversationId("c"))
CLOCK = SystemClock()


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    receiver = Receiver()
    async with serve(receiver.app) as url:
        yield receiver, url


def within() -> RequestContext:
    return RequestContext("deliver", "parley", HERE)


async def test_an_event_on_the_embedded_queue(tmp_path: Path, receiver: tuple[Receiver, str]) -> None:
    queue = Queue(tmp_path / "queue.db")
    with entered(within()):
        await QueueBus(queue, CLOCK, RandomIds(), SUBSCRIPTIONS).publish(Topic.MESSAGE_QUEUED, EVENT)

    body, _ = await _worked(queue, receiver, "deliver")

    assert trace_of(body) == HERE


async def test_a_task_on_the_embedded_queue(tmp_path: Path, receiver: tuple[Receiver, str]) -> None:
    queue = Queue(tmp_path / "queue.db")
    with entered(within()):
        await QueueTasks(queue).enqueue(TASK, run_at=CLOCK.now(), name="a")

    body, headers = await _worked(queue, receiver, "run_task")

    assert read_headers(headers) == HERE
    assert json.loads(body) == TASK.model_dump(mode="json")


async def test_a_queues_file_of_an_earlier_version_goes_on(tmp_path: Path, receiver: tuple[Receiver, str]) -> None:
    with sqlite3.connect(tmp_path / "queue.db") as earlier:
        earlier.execute(
            "create table work (id integer primary key autoincrement, target text not null, body blob not null, "
            "run_at integer not null, attempts integer not null default 0, name text unique, "
            "state text not null default 'due', problem text not null default '')"
        )
        earlier.execute("insert into work (target, body, run_at) values ('deliver', x'7b7d', 0)")
    earlier.close()

    queue = Queue(tmp_path / "queue.db")
    queue.add(New("deliver", b"[]", CLOCK.now(), headers={"traceparent": HERE.traceparent()}))

    assert [(row.body, row.headers) for row in queue.due(CLOCK.now(), 10)] == [
        (b"{}", {}),
        (b"[]", {"traceparent": HERE.traceparent()}),
    ]
    queue.close()


@pytest.mark.emulators
async def test_an_event_on_pubsub(pubsub_emulator: str, receiver: tuple[Receiver, str]) -> None:
    taken, url = receiver
    project = fresh_project()
    functions = {name for names in SUBSCRIPTIONS.values() for name in names}
    subscribe(project, {name: f"{url}/{name}" for name in functions})
    bus = PubSubBus(project, endpoint=pubsub_emulator)
    with entered(within()):
        await bus.publish(Topic.MESSAGE_QUEUED, EVENT)

    (post,) = await taken.until_taken("deliver")

    assert trace_of(post.body) == HERE
    await bus.close()


async def test_a_task_at_cloud_tasks(receiver: tuple[Receiver, str]) -> None:
    taken, url = receiver
    async with CloudTasksStandin().serving() as address:
        tasks = CloudTasksQueue(TasksTarget("demo", "europe-west1", {"run_task": f"{url}/run_task"}), endpoint=address)
        with entered(within()):
            await tasks.enqueue(TASK, run_at=CLOCK.now(), name="a")

        (post,) = await taken.until_taken("run_task")
        assert read_headers(post.headers) == HERE
        await tasks.close()


def test_whoever_is_in_no_request_carries_nothing() -> None:
    assert carried() == {}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000 + b"traceparent", b'{"traceparent": 1}', b'{"message": {"traceparent": "x"}}']
)
def test_a_body_that_is_no_push_of_ours_has_no_place(body: bytes) -> None:
    assert trace_of(body) is None


async def _worked(queue: Queue, receiver: tuple[Receiver, str], target: str) -> tuple[bytes, Mapping[str, str]]:
    """What the function was posted."""
    taken, url = receiver
    async with httpx.AsyncClient() as http:
        urls = {name: f"{url}/{name}" for name in ("deliver", "run_task")}
        dispatcher = Dispatcher(queue, FunctionsElsewhere(urls, http).deliver, CLOCK, poll_seconds=0.01)
        working = asyncio.create_task(dispatcher.run())
        (post,) = await taken.until_taken(target)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    queue.close()
    return post.body, post.headers
