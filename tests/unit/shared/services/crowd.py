"""Very many inboxes, conversations and work groups in an embedded store, and ports that note what is asked of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from shared.domain.channels import Capabilities, ChannelKind
from shared.domain.conversations import Conversation
from shared.domain.inboxes import Health, Inbox
from shared.errors import Unavailable
from shared.ports.document_store import Create, DocumentStore
from shared.store.codec import fields_of
from tests.support.clock import ManualClock
from tests.unit.shared.builders import NOW, an_inbox


@dataclass
class Line:
    """A bus, a queue or a vendor that takes a moment: who was named, how many at once, and whom it refuses."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    takes: float = 0
    """Seconds by the clock."""
    refused: set[str] = field(default_factory=set)
    error: Exception = field(default_factory=lambda: Unavailable("the line"))
    named: list[str] = field(default_factory=list)
    tasks: dict[str, datetime] = field(default_factory=dict)
    """Name of each task to its time."""
    under_way: int = 0
    most: int = 0

    async def publish(self, topic: str, event: Any) -> None:
        await self.call(getattr(event, "conversation_id", "") or event.inbox_id)

    async def enqueue(self, task: Any, *, run_at: datetime, name: str) -> None:
        await self.call(getattr(task, "inbox_id", None) or task.workspace_id)
        self.tasks.setdefault(name, run_at)

    async def call(self, name: str) -> None:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0)
        self.clock.advance(self.takes)
        self.under_way -= 1
        if name in self.refused:
            raise self.error
        self.named.append(name)


@dataclass
class Opener:
    """Channels that can do what is asked of them; `renew` goes through the line."""

    line: Line
    able: Capabilities

    def capabilities(self, kind: ChannelKind) -> Capabilities:
        del kind
        return self.able

    async def open(self, inbox: Inbox) -> Any:
        return SimpleNamespace(renew=lambda: self.line.call(inbox.id), capabilities=self.able)


def names(count: int) -> list[str]:
    return [f"{number:05}" for number in range(count)]


async def fill(store: DocumentStore, documents: Sequence[Create]) -> None:
    for start in range(0, len(documents), 400):
        await store.commit(documents[start : start + 400])


async def connect(store: DocumentStore, count: int, **fields: Any) -> None:
    """So many inboxes that work, each in a workspace of its own."""
    made = [an_inbox(id=name, workspace_id=f"ws{name}", health=Health.CONNECTED, **fields) for name in names(count)]
    await fill(store, [Create(f"workspaces/{one.workspace_id}/inboxes/{one.id}", fields_of(one)) for one in made])


async def keep(store: DocumentStore, conversations: Sequence[Conversation]) -> None:
    await fill(
        store,
        [Create(f"workspaces/{one.workspace_id}/conversations/{one.id}", fields_of(one)) for one in conversations],
    )
