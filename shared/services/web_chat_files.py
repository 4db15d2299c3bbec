"""Files of visitors: checked by their bytes, kept under a key of ours, taken in as a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from shared.domain.ids import MessageId, message_id
from shared.domain.messages import Attachment
from shared.domain.web_chat import FILE_LIMIT
from shared.errors import InvalidInput, NotFound, TooLarge
from shared.ports.blob_store import BlobStore
from shared.services.open_attachment import OpenFile
from shared.services.web_chat_talk import Saying, WebChatTalk
from shared.services.web_chat_visitors import Visitor
from shared.services.web_chats import WebChat, visitor_source_id

_PICTURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_DOCUMENTS: Final = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "text/plain",
        "text/csv",
    }
)
_PLAYED: Final = {"audio": "audio", "video": "video"}
_PROGRAMS: Final = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"<")
"""How programs and pages begin: none of the types above does."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came. Name and type are the visitor's words."""

    name: str
    mime_type: str
    data: bytes


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
    declared = upload.mime_type.partition(";")[0].strip().lower()
    family = declared.partition("/")[0]
    picture = _picture(upload.data)
    known = {"name": upload.name[:200], "size": len(upload.data)}
    if family == "image" and picture:
        return Attachment(kind="image", mime_type=picture, **known)
    if upload.data.lstrip()[:8].startswith(_PROGRAMS) or not (declared in _DOCUMENTS or family in _PLAYED):
        raise InvalidInput("pictures, sound, video, PDF and office documents only", code="file_refused")
    if family in _PLAYED:
        return Attachment(kind="audio" if family == "audio" else "video", mime_type=declared, **known)
    return Attachment(kind="file", mime_type=declared, **known)


def _picture(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((name for start, name in _PICTURES if data.startswith(start)), "")
