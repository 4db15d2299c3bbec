"""Daily: one comparison for each inbox whose vendor can be asked what it holds."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.tasks import CompareTask
from shared.ports.channel_opener import ChannelOpener
from shared.ports.clock import Clock
from shared.ports.task_queue import TaskQueue
from shared.store.platform import Platform


@dataclass(frozen=True, slots=True)
class ScheduleComparisons:
    """A second run on the same day asks for nothing new: the tasks are named by inbox and day."""

    platform: Platform
    tasks: TaskQueue
    clock: Clock
    opener: ChannelOpener

    async def __call__(self) -> int:
        """How many inboxes are compared."""
        now = self.clock.now()
        connected = await self.platform.connected_inboxes()
        listable = [inbox for inbox in connected if self.opener.capabilities(inbox.channel).history_listable]
        for inbox in listable:
            task = CompareTask(workspace_id=inbox.workspace_id, inbox_id=inbox.id, channel=inbox.channel)
            await self.tasks.enqueue(task, run_at=now, name=f"compare-{inbox.id}-{now:%Y-%m-%d}")
        return len(listable)
