"""What a file is, by what stands in it: a name and a declared type are only what somebody says."""

from __future__ import annotations

import re
from typing import Final

from shared.domain.messages import AttachmentKind

UNKNOWN: Final = "application/octet-stream"
_BEGINNINGS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
)
_BRANDS: Final = {b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heic", b"M4A ": "audio/mp4"}
"""Of files that begin with an `ftyp` box."""
_TOLD_BY_CONTENT: Final = frozenset(
    {*(mime_type for _, mime_type in _BEGINNINGS), "image/bmp", "image/heic", "image/webp"}
)
_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]{0,59}/[a-z0-9][a-z0-9.+-]{0,99}")
_LONGEST_NAME: Final = 150


def type_of(content: bytes, declared: str) -> str:
    """The type by the first bytes, else as declared, unless the bytes would show it."""
    for beginning, mime_type in _BEGINNINGS:
        if content.startswith(beginning):
            return mime_type
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12], "video/mp4")
    if content[:2] == b"BM" and content[6:10] == bytes(4):
        return "image/bmp"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    said = declared.partition(";")[0].strip().lower()
    return UNKNOWN if said in _TOLD_BY_CONTENT or not _TYPE.fullmatch(said) else said


def kind_of(mime_type: str) -> AttachmentKind:
    """How a file of this type is shown and sent. Speech is recorded as Ogg everywhere."""
    if mime_type == "audio/ogg":
        return "voice"
    family = mime_type.partition("/")[0]
    return family if family in ("image", "audio", "video") else "file"  # type: ignore[return-value]


def plain_name(name: str) -> str:
    """A name as it may stand in a header or on a disk: without folders, breaks and half characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(character for character in last if character.isprintable() and character not in '":*?<>|')
    return kept.encode("utf-8", "ignore").decode().strip(". ")[-_LONGEST_NAME:]
