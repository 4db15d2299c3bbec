"""Topics and subscriptions on the Pub/Sub emulator: what terraform makes in the cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient
from google.pubsub_v1.types import DeadLetterPolicy, ExpirationPolicy, PushConfig, RetryPolicy, Subscription

from infra.topology import SUBSCRIPTIONS, UNREADABLE, dead_letter_topic, subscription

ACK_SECONDS = 130
ATTEMPTS = 10
FIRST_WAIT_SECONDS = 1
LONGEST_WAIT_SECONDS = 60
HOLD_SECONDS = 60
"""How long a dead letter is held while somebody works on it."""


def subscribe(
    project: str, urls: Mapping[str, str], *, attempts: int = ATTEMPTS, first_wait: int = FIRST_WAIT_SECONDS
) -> None:
    """Push subscriptions to the functions (by name: their address), and where dead letters wait, in a new project.

    After this many `attempts`, 5 at least, a message is a dead letter. `first_wait`, seconds, doubles.
    """
    waits = RetryPolicy(
        minimum_backoff={"seconds": first_wait}, maximum_backoff={"seconds": max(first_wait, LONGEST_WAIT_SECONDS)}
    )
    with PublisherClient() as publisher, SubscriberClient() as subscriber:
        paths = _Paths(project)
        for topic in (*SUBSCRIPTIONS, UNREADABLE):
            dead = dead_letter_topic(topic)
            publisher.create_topic(name=paths.topic(dead))
            subscriber.create_subscription(request=paths.subscription(dead, dead, ack_deadline_seconds=HOLD_SECONDS))
        for topic, functions in SUBSCRIPTIONS.items():
            publisher.create_topic(name=paths.topic(topic))
            for function in functions:
                pushed = paths.subscription(
                    topic,
                    subscription(topic, function),
                    push_config=PushConfig(push_endpoint=urls[function]),
                    ack_deadline_seconds=ACK_SECONDS,
                    retry_policy=waits,
                    dead_letter_policy=DeadLetterPolicy(
                        dead_letter_topic=paths.topic(dead_letter_topic(topic)), max_delivery_attempts=attempts
                    ),
                )
                subscriber.create_subscription(request=pushed)
