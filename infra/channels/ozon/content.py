"""What a message says: Markdown to plain text and attachments. No I/O."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from shared.domain.messages import Attachment, AttachmentKind

FILES = "/v2/chat/file/"
"""In the path of every file of a chat."""
REFUSED_IMAGE = "[Фото не прошло модерацию Ozon]"
UNKNOWN = "[Сообщение видно только на Ozon: откройте чат там]"
_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(\s*(https?://[^\s()]+)\s*\)")
_BARE_FILE = re.compile(r"https?://[^\s()\[\]]+" + re.escape(FILES) + r"[^\s()\[\]]+")
_SIZE = re.compile(r"\s*\(\d+(?:[.,]\d+)?\s*[KMGКМГ]?i?[BБ]\)\s*$", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])")
_KINDS: dict[str, AttachmentKind] = {"image": "image", "video": "video", "audio": "audio"}


@dataclass(frozen=True, slots=True)
class Saying:
    """The words and files of one message."""

    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    is_readable: bool = True
    """False: nothing in it looks like a message; `text` is a placeholder."""


def read_data(data: Any, *, moderation: Any = "") -> Saying:
    """The meaning of `data`; never fails."""
    lines = [line for line in data if isinstance(line, str)] if isinstance(data, list) else []
    files: list[Attachment] = []

    def linked(match: re.Match[str]) -> str:
        mark, label, address = match.groups()
        if not is_file(address):
            return _words(label.strip(), address)
        files.append(_attachment(address, label, is_image=bool(mark)))
        return ""

    def bare(match: re.Match[str]) -> str:
        files.append(_attachment(match[0], "", is_image=False))
        return ""

    plain = [_ESCAPED.sub(r"\1", _BARE_FILE.sub(bare, _LINK.sub(linked, line))).strip() for line in lines]
    text = "\n".join(line for line in plain if line)
    if moderation == "FAILED":
        return Saying(f"{text}\n{REFUSED_IMAGE}".strip())
    return Saying(text, tuple(files)) if text or files else Saying(UNKNOWN, is_readable=False)


def is_file(address: str) -> bool:
    """Whether an address looks like a file of a chat; whose it really is, is checked before it is fetched."""
    try:
        return FILES in urlsplit(address).path
    except ValueError:
        return False


def _words(label: str, address: str) -> str:
    return address if label in ("", address) else f"{label} ({address})"


def _attachment(address: str, label: str, *, is_image: bool) -> Attachment:
    name = _SIZE.sub("", label).strip() or unquote(urlsplit(address).path.rpartition("/")[2])
    mime_type = mimetypes.guess_type(name)[0] or ""
    kind = "image" if is_image else _KINDS.get(mime_type.partition("/")[0], "file")
    return Attachment(kind=kind, name=name, mime_type=mime_type, reference=address)
