"""The bytes of a message's file, fetched from the channel when we have no copy yet."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.ids import ConversationId, MessageId, WorkspaceId
from shared.domain.messages import Attachment, Message
from shared.domain.tasks import StoreAttachmentsTask
from shared.errors import NotFound
from shared.ports.blob_store import BlobStore
from shared.services.store_attachments import GONE, StoreAttachments
from shared.store.messages import Messages
from shared.store.platform import Platform


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file with what is known of it."""

    attachment: Attachment
    data: bytes


@dataclass(frozen=True, slots=True)
class OpenAttachment:
    """Finds a file by the place of its attachment in the message."""

    platform: Platform
    blobs: BlobStore
    store_attachments: StoreAttachments

    async def __call__(
        self, workspace: WorkspaceId, conversation: ConversationId, message_id: MessageId, index: int
    ) -> OpenFile:
        """Raises `NotFound` (also with `file_gone` and its kin, for good), and `ChannelUnavailable`."""
        message = await self._message(workspace, conversation, message_id)
        if not 0 <= index < len(message.attachments):
            raise NotFound("no such attachment")
        if message.attachments[index].reference and not message.attachments[index].blob:
            task = StoreAttachmentsTask(workspace_id=workspace, conversation_id=conversation, message_id=message_id)
            await self.store_attachments(task)
            message = await self._message(workspace, conversation, message_id)
        attachment = message.attachments[index]
        if attachment.blob.startswith(GONE):
            raise NotFound("the channel no longer has this file", code=attachment.blob.removeprefix(GONE))
        data = await self.blobs.get(attachment.blob) if attachment.blob else None
        if data is None:
            raise NotFound("there is no file", code="file_gone")
        return OpenFile(attachment, data)

    async def _message(self, workspace: WorkspaceId, conversation: ConversationId, message_id: MessageId) -> Message:
        message = await Messages(self.platform.workspace(workspace)).get(conversation, message_id)
        if message is None:
            raise NotFound("no such message")
        return message
