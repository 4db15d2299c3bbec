"""Delayed work, each kind to its step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.domain.tasks import (
    AutoRespondTask,
    CompareTask,
    DeliverTask,
    DescribeTask,
    GroupTask,
    MirrorTask,
    RedeliverTask,
    RespondTask,
    StoreAttachmentsTask,
    Task,
)
from shared.errors import InvalidInput
from shared.services.auto_respond import AutoRespond
from shared.services.compare_inbox import CompareInbox
from shared.services.deliver import Deliver
from shared.services.describe_conversation import DescribeConversation
from shared.services.redeliver import Redeliver
from shared.services.store_attachments import StoreAttachments

if TYPE_CHECKING:
    from shared.services.cockpit import Cockpit
    from shared.services.mirror import Mirror


@dataclass(frozen=True, slots=True)
class RunTask:
    """Every step looks at the state first: a task that comes too late does nothing."""

    deliver: Deliver
    store_attachments: StoreAttachments
    describe: DescribeConversation
    redeliver: Redeliver
    compare_inbox: CompareInbox
    auto_respond: AutoRespond
    mirror: Callable[[], Mirror]
    cockpit: Callable[[], Cockpit]
    """Made only for who has a work group."""

    async def __call__(self, task: Task) -> None:
        """Do it. Raises `InvalidInput` for a reply: `llm_reply` writes it, where no channel's key is."""
        match task:
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
            case AutoRespondTask():
                await self.auto_respond(task)
            case MirrorTask():
                await self.mirror().go_on(task)
            case GroupTask():
                await self.cockpit().later(task)
            case RespondTask():
                raise InvalidInput("replies are for llm_reply")
