"""Delayed work, each kind to its step."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.tasks import (
    CompareTask,
    DeliverTask,
    DescribeTask,
    RedeliverTask,
    RespondTask,
    StoreAttachmentsTask,
    Task,
)
from shared.services.compare_inbox import CompareInbox
from shared.services.deliver import Deliver
from shared.services.describe_conversation import DescribeConversation
from shared.services.redeliver import Redeliver
from shared.services.respond import Respond
from shared.services.store_attachments import StoreAttachments


@dataclass(frozen=True, slots=True)
class RunTask:
    """Every step looks at the state first: a task that comes too late does nothing."""

    respond: Respond
    deliver: Deliver
    store_attachments: StoreAttachments
    describe: DescribeConversation
    redeliver: Redeliver
    compare_inbox: CompareInbox

    async def __call__(self, task: Task) -> None:
        """Do it."""
        match task:
            case RespondTask():
                await self.respond(task.event)
            case DeliverTask():
                await self.deliver(task)
            case StoreAttachmentsTask():
                await self.store_attachments(task)
            case DescribeTask():
                await self.describe(task)
            case RedeliverTask():
                await self.redeliver(task)
            case CompareTask():
                await self.compare_inbox(task)
