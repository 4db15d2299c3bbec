"""The staff has seen it: for us surely, for the vendor if it can be told quickly."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from shared.commands.commands import MarkRead
from shared.commands.effects import Actor
from shared.domain.conversations import Conversation
from shared.domain.ids import ConversationId, WorkspaceId
from shared.domain.messages import Direction
from shared.errors import DeskError
from shared.services.directory import InboxDirectory
from shared.services.execute import Execute

PATIENCE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class MarkAsRead:
    """The vendor's part is best effort: it fails without a word and never holds anybody up for long."""

    execute: Execute
    directory: InboxDirectory

    async def __call__(self, workspace: WorkspaceId, target: ConversationId, actor: Actor) -> Conversation:
        """The conversation afterwards. Raises `NotFound`."""
        conversation = await self.execute(workspace, target, MarkRead(), actor)
        with suppress(DeskError, TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._tell_vendor(conversation)
        return conversation

    async def _tell_vendor(self, conversation: Conversation) -> None:
        incoming = [
            entry.source_id
            for _, entry in conversation.ordered_window()
            if entry.direction is Direction.INCOMING and entry.source_id
        ]
        if incoming:
            opened = await self.directory.open(conversation.workspace_id, conversation.inbox_id)
            await opened.channel.mark_read(conversation.source_id, incoming[-1])
