"""What all dead letters do: what fails for good is listed, a replay delivers it again, looking changes nothing."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from google.cloud.pubsub_v1 import SubscriberClient
from google.pubsub_v1 import types

from infra.gcp.dead_letters import PubSubDeadLetters
from infra.gcp.pubsub import PubSubBus
from infra.local.dead_letters import QueueDeadLetters
from infra.local.queue.dispatcher import Dispatcher
from infra.local.queue.policy import RetryPolicy
from infra.local.queue.ports import QueueBus, QueueTasks
from infra.local.queue.store import Queue
from infra.local.subscriptions import subscribe
from infra.push_envelope import event_of, open_envelope
from infra.system import RandomIds, SystemClock
from infra.topology import FUNCTIONS, SUBSCRIPTIONS, dead_letter_topic, subscription
from shared.domain.channels import ChannelKind
from shared.domain.events import MessageQueued
from shared.domain.ids import ConversationId, WorkspaceId
from shared.domain.tasks import RedeliverTask
from shared.errors import NotFound, Unavailable
from shared.ports.dead_letters import DeadLetter, DeadLetters
from tests.support.emulators import fresh_project
from tests.support.receiver import Receiver, serve

CLOCK = SystemClock()
ATTEMPTS = 5
"""As few as Pub/Sub lets us have."""
PATIENCE = 0.7
TASK = RedeliverTask(channel=ChannelKind.AVITO, inbox_id="i1", body='{"odd": "ы"}', shown="sealed")


@dataclass
class Rig:
    """A bus with its dead letters, and the functions behind it."""

    letters: DeadLetters
    bus: PubSubBus | QueueBus
    functions: Receiver
    bury: Callable[[str, str, bytes], Awaitable[None]]
    """Make a dead letter of data on a topic for a function, without the wait that Pub/Sub takes for it."""

    async def until_listed(self, count: int) -> Sequence[DeadLetter]:
        """The list, once it has this many."""
        async with asyncio.timeout(60):
            while True:
                if len(listed := await self.letters.list(100)) == count:
                    return listed
                await asyncio.sleep(0.1)

    async def buried(self, *conversations: str) -> Sequence[DeadLetter]:
        """Letters of `message-queued`."""
        for conversation in conversations:
            await self.bury("message-queued", "deliver", queued(conversation).model_dump_json().encode())
        return await self.until_listed(len(conversations))


@pytest.fixture(params=["embedded", pytest.param("pubsub", marks=pytest.mark.emulators)])
def pubsub_host(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "embedded" else str(request.getfixturevalue("pubsub_emulator"))


@pytest.fixture
async def rig(pubsub_host: str, tmp_path: Path) -> AsyncIterator[Rig]:
    functions = Receiver()
    async with serve(functions.app) as url, _working(tmp_path / "queue.db", url) as queue:
        opened = _on_pubsub(pubsub_host, url, queue, functions) if pubsub_host else _embedded(queue, functions)
        async with opened as rig:
            yield rig


@asynccontextmanager
async def _embedded(queue: Queue, functions: Receiver) -> AsyncIterator[Rig]:
    bus = QueueBus(queue, CLOCK, RandomIds(), SUBSCRIPTIONS)

    async def bury(topic: str, function: str, data: bytes) -> None:
        functions.fail(function, ATTEMPTS)
        await bus.publish_data(topic, data, {"kind": topic})
        await functions.until_posted(function, ATTEMPTS)
        functions.posted.clear()

    yield Rig(QueueDeadLetters(queue, CLOCK), bus, functions, bury)


@asynccontextmanager
async def _on_pubsub(host: str, url: str, queue: Queue, functions: Receiver) -> AsyncIterator[Rig]:
    async with _project(host, url) as project:
        letters = PubSubDeadLetters(project, lambda: QueueTasks(queue), CLOCK, endpoint=host, patience=PATIENCE)
        bus = PubSubBus(project, endpoint=host)

        async def bury(topic: str, function: str, data: bytes) -> None:
            """As Pub/Sub itself does: see the test in which it does."""
            source = {"Subscription": subscription(topic, function), "DeliveryCount": str(ATTEMPTS)}
            googles = {f"CloudPubSubDeadLetterSource{name}": value for name, value in source.items()}
            await bus.publish_data(dead_letter_topic(topic), data, {"kind": topic, **googles})

        yield Rig(letters, bus, functions, bury)
        await letters.close()
        await bus.close()


@asynccontextmanager
async def _working(path: Path, url: str) -> AsyncIterator[Queue]:
    queue = Queue(path)
    async with httpx.AsyncClient(base_url=url) as http:

        async def deliver(target: str, body: bytes, headers: Mapping[str, str]) -> int:
            return (await http.post(f"/{target}", content=body, headers=headers)).status_code

        policy = RetryPolicy(first=timedelta(milliseconds=1), attempts=ATTEMPTS)
        dispatcher = Dispatcher(queue, deliver, CLOCK, policy=policy, poll_seconds=0.02)
        working = asyncio.create_task(dispatcher.run())
        yield queue
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    queue.close()


@asynccontextmanager
async def _project(host: str, url: str) -> AsyncIterator[str]:
    """A project with our topics and subscriptions. Left alone, the emulator would push on after the test."""
    project, urls = fresh_project(), {name: f"{url}/{name}" for name in FUNCTIONS}
    at_once = types.RetryPolicy(minimum_backoff={"seconds": 0}, maximum_backoff={"seconds": 0})
    await asyncio.to_thread(subscribe, project, urls, attempts=ATTEMPTS, retry=at_once)

    yield project

    def unsubscribe() -> None:
        with SubscriberClient() as subscriber:
            for made in subscriber.list_subscriptions(project=f"projects/{project}"):
                subscriber.delete_subscription(subscription=made.name)

    await asyncio.to_thread(unsubscribe)


def queued(conversation: str) -> MessageQueued:
    return MessageQueued(workspace_id=WorkspaceId("w1"), conversation_id=ConversationId(conversation))


async def test_what_fails_again_after_a_replay_is_listed_again_until_a_replay_succeeds(rig: Rig) -> None:
    (letter,) = await rig.buried("c1")
    rig.functions.fail("deliver", ATTEMPTS)

    await rig.letters.replay(letter.id)
    await rig.functions.until_posted("deliver", ATTEMPTS)

    (again,) = await rig.until_listed(1)
    assert (again.target, again.body, again.attempts) == (letter.target, letter.body, ATTEMPTS)

    await rig.letters.replay(again.id)

    (post,) = await rig.functions.until_taken("deliver")
    assert event_of(post.body, MessageQueued) == queued("c1")
    assert open_envelope(post.body).message.attributes == {"kind": "message-queued"}
    await rig.until_listed(0)


async def test_a_letter_says_which_function_failed_on_which_event(rig: Rig) -> None:
    (letter,) = await rig.buried("c1")

    assert letter.target == "deliver"
    assert MessageQueued.model_validate_json(letter.body) == queued("c1")
    assert letter.attempts == ATTEMPTS
    assert abs(CLOCK.now() - letter.at) < timedelta(minutes=5)


async def test_a_replay_delivers_this_letter_only_and_takes_it_off_the_list(rig: Rig) -> None:
    listed = await rig.buried("c1", "c2", "c3")
    (letter,) = (letter for letter in listed if '"c2"' in letter.body)

    await rig.letters.replay(letter.id)

    (post,) = await rig.functions.until_taken("deliver")
    assert event_of(post.body, MessageQueued) == queued("c2")
    left = await rig.until_listed(2)
    assert {one.id for one in left} == {one.id for one in listed} - {letter.id}
    with pytest.raises(NotFound):
        await rig.letters.replay(letter.id)


async def test_looking_changes_nothing(rig: Rig) -> None:
    before = await rig.buried("c1", "c2", "c3")

    for _ in range(3):
        assert await rig.letters.list(100) == before
    assert rig.functions.posted == []


async def test_the_list_is_the_newest_ones_first(rig: Rig) -> None:
    for inbox in ("i1", "i2", "i3"):
        await rig.letters.keep(TASK.model_copy(update={"inbox_id": inbox}), "invalid_input")

    listed = await rig.until_listed(3)

    inboxes = [RedeliverTask.model_validate_json(letter.body).inbox_id for letter in listed]
    assert inboxes == ["i3", "i2", "i1"]
    assert await rig.letters.list(2) == listed[:2]


async def test_letters_of_all_topics_stand_in_one_list(rig: Rig) -> None:
    for topic, (function,) in SUBSCRIPTIONS.items():
        await rig.bury(topic, function, topic.encode())

    listed = await rig.until_listed(len(SUBSCRIPTIONS))

    assert {(letter.body, letter.target) for letter in listed} == {
        (topic, function) for topic, (function,) in SUBSCRIPTIONS.items()
    }
    assert len({letter.id for letter in listed}) == len(listed)


async def test_many_letters_are_all_listed(rig: Rig) -> None:
    tasks = [TASK.model_copy(update={"inbox_id": f"i{number}"}) for number in range(60)]
    await asyncio.gather(*(rig.letters.keep(task, "invalid_input") for task in tasks))

    listed = await rig.until_listed(60)

    assert {RedeliverTask.model_validate_json(letter.body).inbox_id for letter in listed} == {
        task.inbox_id for task in tasks
    }


async def test_a_task_that_is_kept_runs_only_when_it_is_replayed(rig: Rig) -> None:
    await rig.letters.keep(TASK, "invalid_input")

    (letter,) = await rig.until_listed(1)
    assert (letter.target, letter.error, letter.attempts) == ("run_task", "invalid_input", 1)
    assert rig.functions.posted == []

    await rig.letters.replay(letter.id)

    (post,) = await rig.functions.until_taken("run_task")
    assert RedeliverTask.model_validate_json(post.body) == TASK
    await rig.until_listed(0)


async def test_an_unknown_letter_is_not_found(rig: Rig) -> None:
    (letter,) = await rig.buried("c1")
    strange = ["", "0", "-1", "x", "¹", "9" * 30, "message-queued-", "message-queued-1", "nothing-1", "unreadable-x"]

    for id in [*strange, letter.id + "0", f"{letter.id} "]:
        with pytest.raises(NotFound):
            await rig.letters.replay(id)
    assert await rig.letters.list(100) == [letter]


@pytest.fixture(params=["embedded", "pubsub"])
def unreachable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DeadLetters]:
    queue = Queue(tmp_path / "queue.db")
    if request.param == "pubsub":
        yield PubSubDeadLetters("demo", lambda: QueueTasks(queue), CLOCK, endpoint="127.0.0.1:1", timeout=0.5)
        return
    with sqlite3.connect(tmp_path / "queue.db") as somebody:
        somebody.execute("drop table work")
    yield QueueDeadLetters(queue, CLOCK)
    queue.close()


@pytest.mark.parametrize(
    "call",
    [
        lambda letters: letters.list(10),
        lambda letters: letters.keep(TASK, "invalid_input"),
        lambda letters: letters.replay("1" if isinstance(letters, QueueDeadLetters) else "message-queued-1"),
    ],
    ids=["list", "keep", "replay"],
)
async def test_letters_that_cannot_be_reached_say_so(
    unreachable: DeadLetters, call: Callable[[DeadLetters], Awaitable[object]]
) -> None:
    with pytest.raises(Unavailable):
        await call(unreachable)
