"""What every bus does: an event reaches each function that wants it, as a push, until it is taken."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import httpx
import pytest
from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from infra.gcp.pubsub import PubSubBus
from infra.local.queue.dispatcher import Dispatcher
from infra.local.queue.ports import QueueBus
from infra.local.queue.store import Queue
from infra.push_envelope import event_of, open_envelope
from infra.system import RandomIds, SystemClock
from shared.domain.events import InboxPull, MessageQueued, Topic
from shared.domain.ids import ConversationId, InboxId, WorkspaceId
from shared.errors import Unavailable
from tests.support.emulators import fresh_project
from tests.support.receiver import Receiver, serve

SUBSCRIPTIONS: Mapping[str, tuple[str, ...]] = {
    Topic.MESSAGE_QUEUED: ("deliver", "mirror"),
    Topic.INBOX_PULL: ("channel_pull",),
    "gmail-push": ("gmail_push",),
}


@dataclass
class Rig:
    """A bus, and the functions behind it."""

    bus: PubSubBus | QueueBus
    functions: Receiver


@pytest.fixture(params=["embedded", pytest.param("pubsub", marks=pytest.mark.emulators)])
def pubsub_host(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "embedded" else str(request.getfixturevalue("pubsub_emulator"))


@pytest.fixture
async def rig(pubsub_host: str, tmp_path: Path) -> AsyncIterator[Rig]:
    functions = Receiver()
    async with serve(functions.app) as url:
        opened = _on_pubsub(pubsub_host, url) if pubsub_host else _embedded(tmp_path / "queue.db", url)
        async with opened as bus:
            yield Rig(bus, functions)


@asynccontextmanager
async def _embedded(path: Path, url: str) -> AsyncIterator[QueueBus]:
    queue = Queue(path)
    async with httpx.AsyncClient(base_url=url) as http:

        async def deliver(target: str, body: bytes, headers: Mapping[str, str]) -> int:
            return (await http.post(f"/{target}", content=body, headers=headers)).status_code

        working = asyncio.create_task(Dispatcher(queue, deliver, SystemClock()).run())
        yield QueueBus(queue, SystemClock(), RandomIds(), SUBSCRIPTIONS)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    queue.close()


@asynccontextmanager
async def _on_pubsub(host: str, url: str) -> AsyncIterator[PubSubBus]:
    project, channel = fresh_project(), grpc.insecure_channel(host)
    publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
    subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))

    def create() -> list[str]:
        made = []
        for topic, functions in SUBSCRIPTIONS.items():
            publisher.create_topic(name=f"projects/{project}/topics/{topic}")
            for function in functions:
                name = f"projects/{project}/subscriptions/{function}"
                push = {"push_endpoint": f"{url}/{function}"}
                subscriber.create_subscription(name=name, topic=f"projects/{project}/topics/{topic}", push_config=push)
                made.append(name)
        return made

    subscriptions = await asyncio.to_thread(create)
    bus = PubSubBus(project, endpoint=host)

    yield bus
    await bus.close()
    for name in subscriptions:
        await asyncio.to_thread(subscriber.delete_subscription, subscription=name)
    channel.close()


def queued(conversation: str) -> MessageQueued:
    return MessageQueued(workspace_id=WorkspaceId("w1"), conversation_id=ConversationId(conversation))


async def test_an_event_arrives_as_a_push_that_says_what_it_is(rig: Rig) -> None:
    await rig.bus.publish(Topic.MESSAGE_QUEUED, queued("c1"))

    (post,) = await rig.functions.until_taken("deliver")
    envelope = open_envelope(post.body)
    assert post.headers["content-type"] == "application/json"
    assert event_of(post.body, MessageQueued) == queued("c1")
    assert envelope.message.attributes == {"kind": "message-queued"}
    assert envelope.message.message_id
    assert envelope.message.publish_time is not None
    assert envelope.subscription.endswith("deliver")


async def test_each_function_that_wants_a_topic_gets_its_own_copy(rig: Rig) -> None:
    rig.functions.fail("deliver", 1)

    await rig.bus.publish(Topic.MESSAGE_QUEUED, queued("c1"))

    (delivered,) = await rig.functions.until_taken("deliver")
    (mirrored,) = await rig.functions.until_taken("mirror")
    ids = {open_envelope(post.body).message.message_id for post in (delivered, mirrored)}
    assert len(ids) == 1


async def test_a_failing_function_gets_the_same_message_again(rig: Rig) -> None:
    rig.functions.fail("channel_pull", 2)
    event = InboxPull(workspace_id=WorkspaceId("w1"), inbox_id=InboxId("i1"))

    await rig.bus.publish(Topic.INBOX_PULL, event)

    await rig.functions.until_taken("channel_pull")
    posts = [post for post in rig.functions.posted if post.target == "channel_pull"]
    assert [post.status for post in posts] == [503, 503, 204]
    assert len({open_envelope(post.body).message.message_id for post in posts}) == 1
    assert {event_of(post.body, InboxPull) for post in posts} == {event}


async def test_topics_do_not_mix(rig: Rig) -> None:
    await rig.bus.publish(Topic.INBOX_PULL, InboxPull(workspace_id=WorkspaceId("w1"), inbox_id=InboxId("i1")))
    await rig.bus.publish(Topic.MESSAGE_QUEUED, queued("c1"))

    for function in ("deliver", "mirror", "channel_pull"):
        await rig.functions.until_taken(function)
    assert sorted(post.target for post in rig.functions.posted) == ["channel_pull", "deliver", "mirror"]


async def test_one_message_that_fails_does_not_hold_back_the_others(rig: Rig) -> None:
    rig.functions.fail("deliver", 1)

    for number in range(5):
        await rig.bus.publish(Topic.MESSAGE_QUEUED, queued(f"c{number}"))

    posts = await rig.functions.until_taken("deliver", 5)
    assert {event_of(post.body, MessageQueued).conversation_id for post in posts} == {f"c{n}" for n in range(5)}


async def test_what_is_no_event_of_ours_arrives_byte_for_byte(rig: Rig) -> None:
    data = b'{"emailAddress": "shop@example.com", "historyId": 9876543210}'

    await rig.bus.publish_data("gmail-push", data, {})

    (post,) = await rig.functions.until_taken("gmail_push")
    assert open_envelope(post.body).message.data == data


@pytest.fixture(params=["embedded", "pubsub"])
def unreachable_bus(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[QueueBus | PubSubBus]:
    if request.param == "pubsub":
        yield PubSubBus("demo", endpoint="127.0.0.1:1", timeout=0.5)
        return
    queue, somebody = Queue(tmp_path / "queue.db"), sqlite3.connect(tmp_path / "queue.db", isolation_level=None)
    somebody.execute("begin immediate")
    yield QueueBus(queue, SystemClock(), RandomIds(), SUBSCRIPTIONS)
    somebody.close()
    queue.close()


async def test_a_bus_that_cannot_take_the_event_says_so(unreachable_bus: QueueBus | PubSubBus) -> None:
    with pytest.raises(Unavailable):
        await unreachable_bus.publish(Topic.MESSAGE_QUEUED, queued("c1"))
