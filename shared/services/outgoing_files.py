"""The files of a message that is about to be sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.arrivals import OutgoingFile
from shared.domain.messages import Attachment, Message
from shared.errors import ChannelRejected
from shared.ports.blob_store import BlobStore


@dataclass(frozen=True, slots=True)
class OutgoingFiles:
    """Reads them from our own store, which is made only where a message has files: few have."""

    blobs: Callable[[], BlobStore]

    async def __call__(self, message: Message) -> tuple[OutgoingFile, ...]:
        """Raises `ChannelRejected` (`file_gone`) when a file is not there, `Unavailable`."""
        return tuple([await self.one(attachment) for attachment in message.attachments])

    async def one(self, attachment: Attachment) -> OutgoingFile:
        """A single one. Raises as above."""
        content = await self.blobs().get(attachment.blob) if attachment.blob else None
        if content is None:
            raise ChannelRejected("a file of this message is gone", code="file_gone")
        mime_type = attachment.mime_type or "application/octet-stream"
        return OutgoingFile(kind=attachment.kind, name=attachment.name, mime_type=mime_type, content=content)
