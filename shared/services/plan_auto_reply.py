"""A turn goes to people: let the auto-responder speak after a while, unless somebody answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.conversations import Conversation
from shared.domain.model import to_micros
from shared.domain.tasks import AutoRespondTask
from shared.policy.auto_reply import Case, planned
from shared.ports.channel_opener import ChannelOpener
from shared.ports.clock import Clock
from shared.ports.task_queue import TaskQueue
from shared.services.auto_responder_settings import AutoResponderSettings
from shared.services.directory import InboxDirectory


@dataclass(frozen=True, slots=True)
class PlanAutoReply:
    """The time stands in the conversation, so nothing is lost; the task is the quick way to it."""

    settings: AutoResponderSettings
    directory: InboxDirectory
    opener: ChannelOpener
    tasks: TaskQueue
    clock: Clock

    async def __call__(self, conversation: Conversation) -> datetime | None:
        """When it is to speak; None: not in this turn."""
        case = await self.case(conversation)
        return planned(case, self.clock.now()) if case else None

    async def case(self, conversation: Conversation) -> Case | None:
        """What its rules look at; None: it is off, as in most workspaces."""
        settings = await self.settings.of(conversation.workspace_id)
        if settings is None or not settings.is_on:
            return None
        inbox = await self.directory.inbox(conversation.workspace_id, conversation.inbox_id)
        return Case(conversation, inbox, self.opener.capabilities(conversation.channel), settings)

    async def schedule(self, conversation: Conversation, at: datetime, *, again: int = 0) -> None:
        """Have it looked at then. `again` tells a repetition from the task that did not do it."""
        task = AutoRespondTask(workspace_id=conversation.workspace_id, conversation_id=conversation.id)
        name = f"auto-{conversation.id}-{to_micros(at)}" + (f"-{again}" if again else "")
        await self.tasks.enqueue(task, run_at=at, name=name)
