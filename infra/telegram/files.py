"""Files over the Bot API: which method takes which, and how to get what somebody sent."""

from __future__ import annotations

from dataclasses import dataclass

from infra.telegram.api import BotApi
from infra.telegram.objects import StoredFile
from shared.domain.arrivals import OutgoingFile
from shared.domain.channels import FileRules
from shared.domain.messages import Attachment
from shared.errors import ChannelRejected

FETCH_LIMIT = 20 * 2**20
"""Bytes that Telegram hands out to a bot."""
PHOTO_LIMIT = 10 * 2**20
FILE_LIMIT = 50 * 2**20
RULES = FileRules(most=10, max_bytes=FILE_LIMIT, max_total_bytes=FILE_LIMIT)
"""Of one message: an album holds ten."""
_PHOTOS = frozenset({"image/jpeg", "image/png", "image/webp"})
_VOICES = frozenset({"audio/ogg", "audio/mpeg", "audio/mp3", "audio/mp4", "audio/x-m4a", "audio/m4a"})


@dataclass(frozen=True, slots=True)
class Way:
    """How one kind of file is sent."""

    method: str
    field: str
    """The parameter that takes the file; also its type in an album."""
    in_albums: bool


PHOTO = Way("sendPhoto", "photo", in_albums=True)
VOICE = Way("sendVoice", "voice", in_albums=False)
DOCUMENT = Way("sendDocument", "document", in_albums=True)


def way_of(file: OutgoingFile) -> Way:
    """A picture or a voice message where Telegram takes it for one; anything else goes as a document."""
    if file.kind == "image" and file.mime_type in _PHOTOS and len(file.content) <= PHOTO_LIMIT:
        return PHOTO
    if file.kind == "voice" and file.mime_type in _VOICES:
        return VOICE
    return DOCUMENT


def check_size(file: OutgoingFile) -> None:
    """Raise `ChannelRejected` for what Telegram would refuse."""
    if not file.content:
        raise ChannelRejected("an empty file", code="file_empty")
    if len(file.content) > FILE_LIMIT:
        raise ChannelRejected(f"more than {FILE_LIMIT} bytes", code="file_too_large")


async def fetch(api: BotApi, attachment: Attachment) -> bytes:
    """Download by file id, which does not expire. Raises `ChannelRejected` (`file_gone`, `file_too_big`)."""
    if not attachment.reference:
        raise ChannelRejected("there is no file behind this attachment", code="file_gone")
    if (attachment.size or 0) > FETCH_LIMIT:
        raise ChannelRejected(f"more than {FETCH_LIMIT} bytes", code="file_too_big")
    file = await api.call("getFile", StoredFile, {"file_id": attachment.reference})
    if not file.file_path:
        raise ChannelRejected("Telegram gives no path to the file", code="file_gone")
    return await api.download(file.file_path)
