"""Files of visitors: checked by their bytes, kept under a key of ours, taken in as a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final

from shared.domain.ids import MessageId, message_id
from shared.domain.messages import Attachment
from shared.domain.web_chat import FILE_LIMIT
from shared.errors import InvalidInput, NotFound, TooLarge
from shared.policy.file_types import kind_of, plain_name, type_of
from shared.ports.blob_store import BlobStore
from shared.services.open_attachment import OpenFile
from shared.services.web_chat_talk import Saying, WebChatTalk
from shared.services.web_chat_visitors import Visitor
from shared.services.web_chats import WebChat, visitor_source_id

_TAKEN: Final = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "text/plain",
        "text/csv",
    }
)
_PLAYED: Final = ("audio/", "video/")
_PROGRAMS: Final = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"<")
"""How programs and pages begin: none of the types above does."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came. Name and type are the visitor's words."""

    name: str
    mime_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WebChatFiles:
    """Takes files in, and gives a visitor those of their own conversation."""

    talk: WebChatTalk
    blobs: Callable[[], BlobStore]

    async def send(self, chat: WebChat, visitor: Visitor, saying: Saying, upload: Upload) -> MessageId:
        """A message with one file. Raises `TooLarge`, `InvalidInput` (`file_empty`, `file_refused`)."""
        attachment = checked(upload)
        id = message_id(chat.inbox.id, visitor_source_id(visitor.id, saying.client_id))
        # The content is a part of the key: whoever sends again under a known id replaces nothing.
        key = f"{chat.workspace.id}/{id}/{sha256(upload.data).hexdigest()[:16]}"
        await self.blobs().put(key, upload.data, content_type=attachment.mime_type)
        kept = attachment.model_copy(update={"blob": key})
        return await self.talk.say(chat, visitor, replace(saying, attachments=(kept,)))

    async def open(self, chat: WebChat, visitor: Visitor, message: MessageId, index: int) -> OpenFile:
        """A file that the visitor may see. Raises `NotFound`."""
        found = await self.talk.message(chat, visitor, message)
        if found is None or not 0 <= index < len(found.attachments):
            raise NotFound("there is no file", code="file_gone")
        attachment = found.attachments[index]
        data = await self.blobs().get(attachment.blob) if attachment.blob else None
        if data is None:
            raise NotFound("there is no file", code="file_gone")
        return OpenFile(attachment, data)


def checked(upload: Upload) -> Attachment:
    """What an upload is, by its bytes where they tell. Raises `TooLarge`, `InvalidInput`."""
    if not upload.data:
        raise InvalidInput("the file is empty", code="file_empty")
    if len(upload.data) > FILE_LIMIT:
        raise TooLarge(f"at most {FILE_LIMIT} bytes", code="file_too_large")
    mime_type = type_of(upload.data, upload.mime_type)
    is_taken = mime_type in _TAKEN or mime_type.startswith(_PLAYED)
    if not is_taken or upload.data.lstrip()[:8].startswith(_PROGRAMS):
        raise InvalidInput("pictures, sound, video, PDF and office documents only", code="file_refused")
    return Attachment(kind=kind_of(mime_type), name=plain_name(upload.name), mime_type=mime_type, size=len(upload.data))
