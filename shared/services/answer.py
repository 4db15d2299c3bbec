"""A turn is open: wait until the customer stops typing, then answer. Copies the files meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.channels import ChannelKind
from shared.domain.events import MessageReceived
from shared.domain.inboxes import Inbox
from shared.domain.tasks import RespondTask, StoreAttachmentsTask
from shared.ports.clock import Clock
from shared.ports.task_queue import TaskQueue
from shared.services.briefing import Briefings
from shared.services.directory import InboxDirectory
from shared.services.respond import Respond


@dataclass(frozen=True, slots=True)
class Answer:
    """What `llm_reply` does with an event. Reads nothing of the conversation before the quiet time is over."""

    respond: Respond
    tasks: TaskQueue
    clock: Clock
    directory: InboxDirectory
    briefings: Briefings

    async def __call__(self, event: MessageReceived) -> None:
        """Answer now, or schedule the answer for the end of the quiet time."""
        inbox = await self.directory.inbox(event.workspace_id, event.inbox_id)
        if event.attachments:
            await self._store_attachments(event, inbox.channel)
        quiet_until = event.received_at + await self._debounce(inbox)
        if self.clock.now() < quiet_until:
            await self._respond_later(event, quiet_until)
        else:
            await self.respond(event)

    async def _debounce(self, inbox: Inbox) -> timedelta:
        assistant = await self.briefings.assistant(inbox.workspace_id, inbox.assistant_id)
        return timedelta(seconds=assistant.debounce_seconds if assistant else 0)

    async def _respond_later(self, event: MessageReceived, run_at: datetime) -> None:
        await self.tasks.enqueue(RespondTask(event=event), run_at=run_at, name=f"respond-{event.message_id}")

    async def _store_attachments(self, event: MessageReceived, channel: ChannelKind) -> None:
        task = StoreAttachmentsTask(
            workspace_id=event.workspace_id,
            conversation_id=event.conversation_id,
            message_id=event.message_id,
            channel=channel,
        )
        await self.tasks.enqueue(task, run_at=self.clock.now(), name=f"files-{event.message_id}")
