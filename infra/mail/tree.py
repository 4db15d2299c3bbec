"""The MIME tree of a letter, flat and inside limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from ntpath import basename

from infra.mail.charsets import decode
from infra.mail.headers import Headers
from shared.errors import InvalidInput

_MOST_PARTS = 200
_DEEPEST = 20
_LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of the tree. A letter inside a letter is a leaf: a file, never a body."""

    id: str
    message: Message
    is_alternative: bool
    """Stands in a `multipart/alternative`, where siblings say the same."""

    @property
    def mime_type(self) -> str:
        """Lower-case, `text/plain` where nothing sensible is said: a multipart without parts is a text."""
        is_text = self.message.get_content_maintype() == "multipart"
        return "text/plain" if is_text else self.message.get_content_type()

    @property
    def disposition(self) -> str:
        """`inline`, `attachment` or nothing."""
        return self.message.get_content_disposition() or ""

    @property
    def name(self) -> str:
        """The file name, safe to show and to store; empty where there is none."""
        headers = Headers(self.message)
        name = headers.parameter("content-disposition", "filename") or headers.parameter("content-type", "name")
        return safe_name(name)

    @property
    def content_id(self) -> str:
        """What `cid:` links call it."""
        return Headers(self.message).raw("content-id").strip("<> ")[:200]

    def data(self) -> bytes:
        """Decoded content; nothing for a letter inside the letter."""
        payload = self.message.get_payload(decode=True)
        return payload if isinstance(payload, bytes) else b""

    def content(self) -> bytes:
        """The whole content: of a letter inside the letter, that letter."""
        if self.message.get_content_maintype() != "message":
            return self.data()
        payload = self.message.get_payload()
        children = payload if isinstance(payload, list) else []
        return b"\n".join(child.as_bytes() for child in children if isinstance(child, Message)) or self.data()

    def text(self) -> str:
        """Decoded content as text, whatever its charset says."""
        return decode(self.data(), Headers(self.message).parameter("content-type", "charset") or None)


def leaves(message: Message, id: str = "", depth: int = 0) -> list[Part]:
    """Leaves in order, numbered as Gmail numbers them. Raises `InvalidInput` for trees made to hurt."""
    parts: list[Part] = []
    for part in _leaves(message, id, depth, False):
        parts.append(part)
        if len(parts) > _MOST_PARTS:
            raise InvalidInput("too many parts", code="unreadable_letter")
    return parts


def safe_name(name: str) -> str:
    """A file name without folders and control characters, at most 150 characters, its ending kept."""
    bare = "".join(sign for sign in name if sign.isprintable())
    while (inner := basename(bare).strip(". ")) != bare:  # what is taken away may bring another drive letter forward
        bare = inner
    stem, dot, ending = bare.rpartition(".")
    if len(bare) > _LONGEST_NAME and dot and len(ending) <= 10:
        return f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}"
    return bare[:_LONGEST_NAME]


def _leaves(message: Message, id: str, depth: int, is_alternative: bool) -> Iterator[Part]:
    if depth > _DEEPEST:
        raise InvalidInput("parts too deep", code="unreadable_letter")
    payload = message.get_payload()
    if message.get_content_maintype() != "multipart" or not isinstance(payload, list):
        yield Part(id, message, is_alternative)
        return
    inside = is_alternative or message.get_content_subtype() == "alternative"
    for index, child in enumerate(payload):
        if isinstance(child, Message):
            yield from _leaves(child, f"{id}.{index}" if id else str(index), depth + 1, inside)
