"""What the simulated Telegram refuses, in the real one's words and limits."""

from __future__ import annotations

from typing import Any, Final

from telethon import errors  # type: ignore[import-untyped]

from infra.channels.remedies import ACCOUNT_CLOSED, WRONG
from infra.channels.telegram_account.remedies import API_ID, FROZEN, SESSION_DUPLICATED, SESSION_ENDED
from infra.channels.telegram_account.sandbox_memory import file_data

_TEXT, _CAPTION = 4096, 1024
_PHOTO_BYTES = 10 * 2**20
_MAGIC = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"OggS", "audio/ogg"),
    (b"%PDF", "application/pdf"),
)

REFUSALS: Final[dict[str, Any]] = {
    WRONG: errors.AuthKeyInvalidError,
    SESSION_ENDED: errors.SessionRevokedError,
    SESSION_DUPLICATED: errors.AuthKeyDuplicatedError,
    ACCOUNT_CLOSED: errors.UserDeactivatedBanError,
    FROZEN: errors.FrozenMethodInvalidError,
    API_ID: errors.ApiIdInvalidError,
    "key new": errors.AuthKeyUnregisteredError,
    "key password": errors.SessionPasswordNeededError,
    "key ended": errors.AuthKeyUnregisteredError,
    "key duplicated": errors.AuthKeyDuplicatedError,
}
"""Problems of an account, and states of a key that opens nothing."""


def check_text(text: str, *, is_caption: bool) -> None:
    """Raise Telegram's error for a text that does not fit, in UTF-16 units, or is none."""
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if is_caption and units > _CAPTION:
        raise errors.MediaCaptionTooLongError(None)
    if not is_caption and units > _TEXT:
        raise errors.MessageTooLongError(None)
    if not is_caption and not text.strip():
        raise errors.MessageEmptyError(None)


def file_of(file: Any, force_document: bool, voice_note: bool) -> dict[str, str]:
    """What becomes of a named stream: a photo or a voice message, unless it is to be a document."""
    content, name = file.read(), str(file.name)
    if not content:
        raise errors.FilePartsInvalidError(None)
    mime_type = next((kind for magic, kind in _MAGIC if content.startswith(magic)), "application/octet-stream")
    if voice_note:
        return file_data("voice", name, mime_type, content)
    if force_document:
        return file_data("file", name, mime_type, content)
    if not mime_type.startswith("image/") or len(content) > _PHOTO_BYTES:
        raise errors.PhotoInvalidError(None)
    return file_data("image", name, mime_type, content)
