"""From the bytes of a letter to what a person sees of it."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message

from infra.mail.automatic import why_automatic
from infra.mail.bodies import Bodies, read_bodies
from infra.mail.bounces import bounce_in
from infra.mail.building import MARKER_HEADER, marker_of
from infra.mail.headers import Headers
from infra.mail.letter import Letter, Mailbox
from infra.mail.tree import leaves
from shared.errors import InvalidInput

LARGEST = 25 * 1024 * 1024
_HEADERS_END = 256 * 1024


def read_letter(raw: bytes) -> Letter:
    """The letter in these bytes. Raises `InvalidInput` with code `unreadable_letter`, and nothing else."""
    if len(raw) > LARGEST:
        raise InvalidInput("the letter is too big", code="unreadable_letter")
    try:
        message = message_from_bytes(raw)
        return _letter(message, read_bodies(leaves(message)))
    except InvalidInput:
        raise
    except Exception as error:  # the standard library raises many kinds on garbage, none of them documented
        raise InvalidInput(f"the letter cannot be read: {type(error).__name__}", code="unreadable_letter") from None


def head_of(raw: bytes) -> bytes:
    """The headers alone, as far as they may reach."""
    return raw[:_HEADERS_END].replace(b"\r\n", b"\n").partition(b"\n\n")[0]


def headers_of(raw: bytes) -> Headers:
    """The headers of any bytes, also of a letter that cannot be read as a whole. Never fails."""
    return Headers(message_from_bytes(head_of(raw)))


def sender_of(raw: bytes) -> Mailbox | None:
    """Who wrote a letter that cannot be read as a whole. Never fails."""
    return _sender(headers_of(raw))


def file_of(raw: bytes, part_id: str) -> bytes | None:
    """The content of a file by its place in the letter; None: there is no such part. Raises `InvalidInput`."""
    parts = {part.id: part for part in leaves(message_from_bytes(raw))}
    return parts[part_id].content() if part_id in parts else None


def _letter(message: Message, bodies: Bodies) -> Letter:
    headers = Headers(message)
    if not message.keys():
        raise InvalidInput("a letter without headers", code="unreadable_letter")
    sender = _sender(headers)
    ids = headers.ids("message-id")[:1]
    return Letter(
        message_id=next(iter(ids), ""),
        references=headers.ids("references") or headers.ids("in-reply-to"),
        sender=sender,
        reply_to=next(iter(headers.mailboxes("reply-to")), None),
        recipients=headers.mailboxes("to", "cc"),
        subject=headers.text("subject")[:1000],
        date=headers.date(),
        text=bodies.text,
        quoted=bodies.quoted,
        html=bodies.html,
        files=bodies.files,
        automatic=why_automatic(headers, sender),
        marker=headers.raw(MARKER_HEADER)[:200] or marker_of(next(iter(ids), "")),
        bounce=bounce_in(message),
    )


def _sender(headers: Headers) -> Mailbox | None:
    return next(iter(headers.mailboxes("from", "sender", "reply-to", "return-path")), None)
