"""Each minute: which inboxes are due for a pull. An idle tick writes nothing, so what is due is computed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.channels import Capabilities
from shared.domain.events import InboxPull, Topic
from shared.domain.inboxes import Inbox
from shared.domain.model import EPOCH
from shared.policy.spread import spread
from shared.ports.channel_opener import ChannelOpener
from shared.ports.clock import Clock
from shared.ports.event_bus import EventBus
from shared.services.for_each import for_each
from shared.store.platform import Platform

LIVELY = timedelta(minutes=15)
"""For so long after something came an inbox is pulled at its quick pace."""


@dataclass(frozen=True, slots=True)
class SchedulePulls:
    """Publishes one `inbox-pull` for each inbox that is due."""

    platform: Platform
    bus: EventBus
    clock: Clock
    opener: ChannelOpener

    async def __call__(self) -> int:
        """How many are due. What could not be published stops none of the others, and is raised at the end."""
        now = self.clock.now()

        async def pull(inbox: Inbox) -> bool:
            if not is_due(inbox, self.opener.capabilities(inbox.channel), now):
                return False
            event = InboxPull(workspace_id=inbox.workspace_id, inbox_id=inbox.id)
            await self.bus.publish(Topic.INBOX_PULL, event)
            return True

        return await for_each(self.platform.connected_inboxes(), pull)


def is_due(inbox: Inbox, capabilities: Capabilities, now: datetime) -> bool:
    """Whether the minute of `now` is one of this inbox's own: every so many minutes, spread by its id.

    After a failed pull it is due as soon as its pause is over: something may wait behind the fault.
    """
    pace = _pace(inbox, capabilities, now)
    if pace is None:
        return False
    if inbox.retry_at is not None:
        return now >= inbox.retry_at
    every = max(int(pace.total_seconds()) // 60, 1)
    minute = int((now - EPOCH).total_seconds()) // 60
    return (minute + spread(inbox.id, every)) % every == 0


def _pace(inbox: Inbox, capabilities: Capabilities, now: datetime) -> timedelta | None:
    lively = inbox.last_activity_at is not None and now - inbox.last_activity_at < LIVELY
    return capabilities.pull_every if lively else capabilities.pull_every_idle or capabilities.pull_every
