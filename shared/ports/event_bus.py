"""The bus: a hint that something happened. Events may come twice, late, out of order or never."""

from __future__ import annotations

from typing import Protocol

from shared.domain.events import Event, Topic


class EventBus(Protocol):
    """Publishes pointers. Returns once the bus has taken the event; raises `Unavailable` otherwise."""

    async def publish(self, topic: Topic, event: Event) -> None:
        """Announce one event."""
        ...
