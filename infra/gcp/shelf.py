"""One pull subscription as a shelf: looked through without taking anything away. Blocking, for a worker thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from google.api_core.exceptions import DeadlineExceeded
from google.api_core.retry import Retry
from google.cloud.pubsub_v1 import SubscriberClient
from google.pubsub_v1.types import PubsubMessage, ReceivedMessage

from infra.gcp.calling import FIRST_WAIT_SECONDS, IS_TRANSIENT

MOST = 1000
"""Messages that are looked through."""


class Shelf:
    """What somebody else looks at in the same moment is not seen. Raises Google's errors."""

    def __init__(self, client: SubscriberClient, subscription: str, *, timeout: float, patience: float) -> None:
        """`patience`, seconds: Pub/Sub answers a pull when it has something; after this long it has nothing."""
        self._client = client
        self._subscription = subscription
        self._timeout = timeout
        self._patience = patience
        self._retry = Retry(predicate=IS_TRANSIENT, initial=FIRST_WAIT_SECONDS, timeout=timeout)

    def messages(self) -> list[PubsubMessage]:
        """All of them, in any order."""
        with self._held() as held:
            return [received.message for received in held.values()]

    def take(self, message_id: str) -> ReceivedMessage | None:
        """This message, out of sight until it is acknowledged or the subscription's deadline for that has passed."""
        with self._held() as held:
            return held.pop(message_id, None)

    def acknowledge(self, received: ReceivedMessage) -> None:
        """Take it away for good."""
        self._client.acknowledge(
            subscription=self._subscription, ack_ids=[received.ack_id], retry=self._retry, timeout=self._timeout
        )

    @contextmanager
    def _held(self) -> Iterator[dict[str, ReceivedMessage]]:
        """Messages by id; what is in there at the end is put back. Pub/Sub gives some at a time, none that is held."""
        self._find()
        held: dict[str, ReceivedMessage] = {}
        try:
            known = -1
            while known < len(held) < MOST:
                known = len(held)
                held |= {one.message.message_id: one for one in self._pull(MOST - known)}
            yield held
        finally:
            self._release([received.ack_id for received in held.values()])

    def _find(self) -> None:
        """A pull that reaches nobody in time looks like one that finds nothing: this does not."""
        self._client.get_subscription(subscription=self._subscription, retry=self._retry, timeout=self._timeout)

    def _pull(self, most: int) -> list[ReceivedMessage]:
        try:
            answer = self._client.pull(
                subscription=self._subscription, max_messages=most, retry=None, timeout=self._patience
            )
        except DeadlineExceeded:
            return []
        return list(answer.received_messages)

    def _release(self, ack_ids: list[str]) -> None:
        if ack_ids:
            self._client.modify_ack_deadline(
                subscription=self._subscription,
                ack_ids=ack_ids,
                ack_deadline_seconds=0,
                retry=self._retry,
                timeout=self._timeout,
            )
