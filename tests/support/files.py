"""Small real files, one of each kind that customers send."""

from __future__ import annotations

import struct
import zlib

from infra.sandbox.standin import CustomerFile
from shared.domain.messages import AttachmentKind


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
    + _chunk(b"IEND", b"")
)
"""One red pixel."""
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
OGG = b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead\x01\x01" + bytes(10)
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(8)

A_FILE_OF: dict[AttachmentKind, CustomerFile] = {
    "image": CustomerFile("image", "photo.png", "image/png", PNG),
    "voice": CustomerFile("voice", "voice.ogg", "audio/ogg", OGG),
    "audio": CustomerFile("audio", "song.ogg", "audio/ogg", OGG),
    "video": CustomerFile("video", "clip.mp4", "video/mp4", MP4),
    "file": CustomerFile("file", "Счёт.pdf", "application/pdf", PDF),
}
