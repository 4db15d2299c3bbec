"""Daily: one comparison for each inbox whose vendor can be asked what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.inboxes import Inbox
from shared.domain.tasks import CompareTask
from shared.policy.spread import spread
from shared.ports.channel_opener import ChannelOpener
from shared.ports.clock import Clock
from shared.ports.task_queue import TaskQueue
from shared.services.for_each import for_each
from shared.store.platform import Platform

SPREAD = timedelta(hours=4)
"""In so long all have begun: they share queues with the names and files of new messages."""


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

        async def compare(inbox: Inbox) -> bool:
            if not self.opener.capabilities(inbox.channel).history_listable:
                return False
            task = CompareTask(workspace_id=inbox.workspace_id, inbox_id=inbox.id, channel=inbox.channel)
            later = timedelta(seconds=spread(inbox.id, int(SPREAD.total_seconds())))
            await self.tasks.enqueue(task, run_at=now + later, name=f"compare-{inbox.id}-{now:%Y-%m-%d}")
            return True

        return await for_each(self.platform.connected_inboxes(), compare)
