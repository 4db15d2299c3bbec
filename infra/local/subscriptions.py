"""Topics and subscriptions on the Pub/Sub emulator: what terraform makes in the cloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient
from google.pubsub_v1.types import DeadLetterPolicy, ExpirationPolicy, PushConfig, RetryPolicy, Subscription

from infra.topology import SUBSCRIPTIONS, UNREADABLE, dead_letter_topic, subscription

ACK_SECONDS = 130
HOLD_SECONDS = 60
"""How long a dead letter is out of sight while somebody works on it."""
ATTEMPTS = 10
RETRY = RetryPolicy(minimum_backoff={"seconds": 1}, maximum_backoff={"seconds": 60})


def subscribe(project: str, urls: Mapping[str, str], *, attempts: int = ATTEMPTS, retry: RetryPolicy = RETRY) -> None:
    """Push subscriptions to the functions (name to address), and where dead letters wait, in a new project.

    After so many `attempts`, 5 at least, a message is a dead letter.
    """
    with PublisherClient() as publisher, SubscriberClient() as subscriber:
        maker = _Maker(project, publisher, subscriber)
        maker.dead_letters(UNREADABLE)
        for topic, functions in SUBSCRIPTIONS.items():
            policy = DeadLetterPolicy(dead_letter_topic=maker.dead_letters(topic), max_delivery_attempts=attempts)
            path = maker.topic(topic)
            for function in functions:
                maker.subscription(
                    subscription(topic, function),
                    path,
                    push_config=PushConfig(push_endpoint=urls[function]),
                    ack_deadline_seconds=ACK_SECONDS,
                    retry_policy=retry,
                    dead_letter_policy=policy,
                )


@dataclass(frozen=True, slots=True)
class _Maker:
    project: str
    publisher: PublisherClient
    subscriber: SubscriberClient

    def dead_letters(self, topic: str) -> str:
        """The dead-letter topic of a topic with its pull subscription; the topic's path."""
        name = dead_letter_topic(topic)
        path = self.topic(name)
        self.subscription(name, path, ack_deadline_seconds=HOLD_SECONDS)
        return path

    def topic(self, name: str) -> str:
        path = f"projects/{self.project}/topics/{name}"
        self.publisher.create_topic(name=path)
        return path

    def subscription(self, name: str, topic: str, **more: Any) -> None:
        """One that never expires (an empty policy), however long nothing comes."""
        path = f"projects/{self.project}/subscriptions/{name}"
        made = Subscription(name=path, topic=topic, expiration_policy=ExpirationPolicy(), **more)
        self.subscriber.create_subscription(request=made)
