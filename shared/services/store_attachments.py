"""Copy a message's files into our own store while the vendor still gives them out."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.messages import GONE as GONE
from shared.domain.messages import Attachment, Message
from shared.domain.tasks import StoreAttachmentsTask
from shared.errors import ChannelRejected
from shared.ports.blob_store import BlobStore
from shared.services.directory import InboxDirectory
from shared.services.followers import Followers
from shared.store.messages import Messages
from shared.store.platform import Platform


@dataclass(frozen=True, slots=True)
class StoreAttachments:
    """Safe to repeat: files that we have are not fetched again."""

    platform: Platform
    blobs: BlobStore
    directory: InboxDirectory
    followers: Followers

    async def __call__(self, task: StoreAttachmentsTask) -> None:
        """Fetch what is missing. A file that is gone for good is marked, so that people see it was there."""
        messages = Messages(self.platform.workspace(task.workspace_id))
        message = await messages.get(task.conversation_id, task.message_id)
        if message is None or not any(_missing(attachment) for attachment in message.attachments):
            return
        kept = [await self._kept(task, message, index) for index in range(len(message.attachments))]
        change = messages.change(task.conversation_id, task.message_id, {"attachments": kept})
        await self.platform.workspace(task.workspace_id).commit([change])
        inbox = await self.directory.inbox(task.workspace_id, message.inbox_id)
        await self.followers.tell(inbox, task.conversation_id)

    async def _kept(self, task: StoreAttachmentsTask, message: Message, index: int) -> Attachment:
        attachment = message.attachments[index]
        if not _missing(attachment):
            return attachment
        opened = await self.directory.open(task.workspace_id, message.inbox_id)
        try:
            data = await opened.channel.fetch(attachment, message.source_id)
        except ChannelRejected as error:
            return attachment.model_copy(update={"blob": GONE + error.code})
        key = f"{task.workspace_id}/{message.id}/{index}"
        await self.blobs.put(key, data, content_type=attachment.mime_type or "application/octet-stream")
        return attachment.model_copy(update={"blob": key, "size": len(data)})


def _missing(attachment: Attachment) -> bool:
    return bool(attachment.reference) and not attachment.blob
