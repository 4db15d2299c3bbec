"""Letters of a mailbox in the desk's words. Pure.

A letter's `source_id` must outlive its place: ids of a folder change, letters are moved. It follows from the letter
itself: its Message-ID, and a hash of the headers that no mail server touches, because Message-IDs may be repeated by
careless senders, or by somebody who wants a letter to be taken for another one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from infra.mail.building import marker_of
from infra.mail.conversing import UNREADABLE, Origin, echo, placeholder, received
from infra.mail.headers import Headers
from infra.mail.letter import Letter
from infra.mail.parsing import head_of, headers_of, read_letter, sender_of
from shared.domain.arrivals import Echo, Received
from shared.errors import ChannelRejected, InvalidInput

_LONGEST_ID = 250
_REFERENCE = re.compile(r"(\d{1,10})\.(\d{1,10})\.(.+):([\d.]+|root)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Found:
    """A letter with its place. `raw`: all of it, or, where `is_cut`, only its headers, if any."""

    folder: str
    validity: int
    uid: int
    at: datetime
    raw: bytes
    is_sent: bool
    """It lies where the owner's mail clients put what they send."""
    is_cut: bool = False

    @property
    def source_id(self) -> str:
        """What the desk knows the letter by."""
        return source_id_of(self.raw, is_sent=self.is_sent) if self.raw else f"#{self.validity}.{self.uid}"


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Where a file was when its letter came."""

    validity: int
    uid: int
    part_id: str
    folder: str


def source_id_of(raw: bytes, *, is_sent: bool) -> str:
    """`<message-id>#hash`, `#hash` where it has none that can be searched for. A sent letter of ours keeps the plain
    id that it was sent under."""
    headers = headers_of(raw)
    message_id = next(iter(headers.ids("message-id")), "")
    if is_sent and marker_of(message_id):
        return message_id
    said = [message_id, *(headers.raw(name) for name in ("from", "date", "subject"))]
    if not message_id:
        said += [*headers.all("received"), sha256(raw).hexdigest()]
    hashed = sha256("\n".join(said).encode()).hexdigest()[:24]
    return f"{message_id if len(message_id) <= _LONGEST_ID else ''}#{hashed}"


def message_id_in(source_id: str) -> str:
    """The Message-ID to search for; nothing where there is none."""
    return source_id.rpartition("#")[0] if "#" in source_id else source_id


def references_in(head: bytes) -> tuple[str, ...]:
    """The ids of a letter's thread from its headers alone."""
    headers: Headers = headers_of(head)
    return headers.ids("references") or headers.ids("in-reply-to")


def letter_in(found: Found) -> Letter | None:
    """The letter; None where it cannot be read."""
    try:
        letter = read_letter(found.raw)
    except InvalidInput:
        return None
    return None if found.is_cut or (letter.sender is None and not found.is_sent) else letter


def arrival_of(found: Found, letter: Letter | None, root: str, account: str) -> Received | Echo | None:
    """A letter in our words; where it cannot be read, what stands in for it. None: of a sent one nothing is known."""
    place = f"{found.validity}.{found.uid}.{found.folder}:"
    origin = Origin(source_id=found.source_id, thread=root[:_LONGEST_ID], at=found.at, place=place)
    if found.is_sent:
        return echo(letter, origin) if letter else _unreadable_echo(found, origin)
    return received(letter, origin, account) if letter else placeholder(sender_of(found.raw), origin)


def _unreadable_echo(found: Found, origin: Origin) -> Echo | None:
    """The owner has answered, whatever it was."""
    try:
        said = echo(read_letter(head_of(found.raw)), origin)
    except InvalidInput:
        return None
    return said.model_copy(update={"text": UNREADABLE, "attachments": ()})


def read_reference(reference: str) -> FilePlace:
    """The inverse of an attachment's reference. Raises `ChannelRejected`."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ChannelRejected("not a reference of ours", code="gone")
    validity, uid, folder, part_id = match.groups()
    return FilePlace(int(validity), int(uid), "" if part_id == "root" else part_id, folder)
