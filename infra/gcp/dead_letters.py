"""Pub/Sub's dead letters: each topic has a dead-letter topic, whose pull subscription keeps what failed for good."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import grpc
from google.cloud.pubsub_v1 import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport
from google.pubsub_v1.types import PubsubMessage
from pydantic import TypeAdapter

from infra.gcp.calling import TIMEOUT_SECONDS, reaching
from infra.gcp.pubsub import PubSubBus
from infra.gcp.shelf import Shelf
from infra.topology import SUBSCRIPTIONS, UNREADABLE, dead_letter_topic, subscription
from shared.domain.tasks import Task
from shared.errors import NotFound
from shared.ports.clock import Clock
from shared.ports.dead_letters import DeadLetter
from shared.ports.task_queue import TaskQueue

PATIENCE_SECONDS = 2.0
_TOPICS = (*SUBSCRIPTIONS, UNREADABLE)
_FUNCTIONS = {
    subscription(topic, function): function for topic, functions in SUBSCRIPTIONS.items() for function in functions
}
_GOOGLES = "CloudPubSubDeadLetter"
_ERROR = "error"
_TASK: TypeAdapter[Task] = TypeAdapter(Task)


class PubSubDeadLetters:
    """`DeadLetters` of all topics, and tasks that were kept. `endpoint`: the emulator's; empty in the cloud."""

    def __init__(
        self,
        project: str,
        tasks: Callable[[], TaskQueue],
        clock: Clock,
        *,
        endpoint: str = "",
        timeout: float = TIMEOUT_SECONDS,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """`tasks` is asked for when a task is replayed: most callers only keep, and load no client for it."""
        self._project = project
        self._tasks = tasks
        self._clock = clock
        self._endpoint = endpoint
        self._timeout = timeout
        self._patience = patience
        self._bus = PubSubBus(project, endpoint=endpoint, timeout=timeout)

    async def list(self, limit: int) -> Sequence[DeadLetter]:
        """The newest ones first. Raises `Unavailable`."""
        with reaching("Pub/Sub"):
            found = await asyncio.gather(*(asyncio.to_thread(self._shelf(topic).messages) for topic in _TOPICS))
        letters = [_letter(topic, message) for topic, some in zip(_TOPICS, found, strict=True) for message in some]
        return sorted(letters, key=lambda letter: letter.at, reverse=True)[:limit]

    async def replay(self, id: str) -> None:
        """Let it be tried again. Raises `NotFound`, `Unavailable`: then it is back on the list within a minute."""
        topic, _, message_id = id.rpartition("-")
        if topic not in _TOPICS:
            raise NotFound("no such dead letter")
        shelf = self._shelf(topic)
        with reaching("Pub/Sub"):
            received = await asyncio.to_thread(shelf.take, message_id)
            if received is None:
                raise NotFound("no such dead letter")
            await self._send_again(topic, id, received.message)
            await asyncio.to_thread(shelf.acknowledge, received)

    async def keep(self, task: Task, error: str) -> None:
        """Add a task as a dead letter. Raises `Unavailable`."""
        data = task.model_dump_json().encode()
        await self._bus.publish_data(dead_letter_topic(UNREADABLE), data, {_ERROR: error})

    async def close(self) -> None:
        """Let go of the connections."""
        await self._bus.close()
        if "_client" in self.__dict__:
            await asyncio.to_thread(self._client.close)

    async def _send_again(self, topic: str, id: str, message: PubsubMessage) -> None:
        if topic == UNREADABLE:
            task = _TASK.validate_json(message.data)
            await self._tasks().enqueue(task, run_at=self._clock.now(), name=f"replay {id}")
            return
        own = {name: value for name, value in message.attributes.items() if not name.startswith(_GOOGLES)}
        await self._bus.publish_data(topic, message.data, own)

    def _shelf(self, topic: str) -> Shelf:
        path = f"projects/{self._project}/subscriptions/{dead_letter_topic(topic)}"
        return Shelf(self._client, path, timeout=self._timeout, patience=self._patience)

    @cached_property
    def _client(self) -> SubscriberClient:
        place: dict[str, Any] = {}
        if self._endpoint:
            place["transport"] = SubscriberGrpcTransport(channel=grpc.insecure_channel(self._endpoint))
        return SubscriberClient(**place)


def _letter(topic: str, message: PubsubMessage) -> DeadLetter:
    """Ids of messages are unique inside their topic only."""
    attributes = message.attributes
    source = attributes.get(f"{_GOOGLES}SourceSubscription", "")
    return DeadLetter(
        id=f"{topic}-{message.message_id}",
        target="run_task" if topic == UNREADABLE else _FUNCTIONS.get(source, source),
        body=message.data.decode("utf-8", "replace"),
        attempts=int(attributes.get(f"{_GOOGLES}SourceDeliveryCount", "1")),
        error=attributes.get(_ERROR, ""),
        at=message.publish_time,
    )
