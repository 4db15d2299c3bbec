"""Cloud Pub/Sub as the bus. Pushes arrive as `infra.push_envelope` reads them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import grpc
from google.api_core.retry import Retry
from google.cloud.pubsub_v1 import PublisherClient
from google.cloud.pubsub_v1.types import BatchSettings, PublisherOptions
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

from infra.gcp.calling import FIRST_WAIT_SECONDS, IS_TRANSIENT, TIMEOUT_SECONDS, reaching
from infra.log_context import carried
from shared.domain.events import Event, Topic

# A message leaves at once and alone. A batch would wait 10 ms for company that never comes, since we publish one
# message and await it; and without a latency to watch the client starts no timer thread.
_ALONE = BatchSettings(max_messages=1, max_latency=float("inf"))


class PubSubBus:
    """An `EventBus`. `endpoint`: host and port of the emulator; empty in the cloud."""

    def __init__(self, project: str, *, endpoint: str = "", timeout: float = TIMEOUT_SECONDS) -> None:
        self._project = project
        self._endpoint = endpoint
        self._timeout = timeout

    async def publish(self, topic: Topic, event: Event) -> None:
        """Announce one event; returns once Pub/Sub has it. Raises `Unavailable`."""
        await self.publish_data(topic, event.model_dump_json().encode(), {"kind": topic, **carried()})

    async def publish_data(self, topic: str, data: bytes, attributes: Mapping[str, str]) -> None:
        """Publish what is no event of ours, as Gmail does. Raises `Unavailable`."""
        with reaching("Pub/Sub"):
            accepted = self._client.publish(f"projects/{self._project}/topics/{topic}", data, **attributes)
            # Not awaited, a message is lost when the instance is frozen after the answer.
            await asyncio.wait_for(asyncio.wrap_future(accepted), self._timeout)

    async def close(self) -> None:
        """Let go of the connection."""
        if "_client" in self.__dict__:
            await asyncio.to_thread(self._client.stop)

    @cached_property
    def _client(self) -> PublisherClient:
        retry = Retry(predicate=IS_TRANSIENT, initial=FIRST_WAIT_SECONDS, timeout=self._timeout)
        options = PublisherOptions(retry=retry, timeout=self._timeout)
        place: dict[str, Any] = {}
        if self._endpoint:
            place["transport"] = PublisherGrpcTransport(channel=grpc.insecure_channel(self._endpoint))
        return PublisherClient(_ALONE, options, **place)
