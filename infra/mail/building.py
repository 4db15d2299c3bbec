"""Letters of ours: MIME that keeps its place in a thread at every client."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, formataddr
from html import escape

from infra.mail.tree import safe_name
from shared.domain.arrivals import OutgoingFile
from shared.errors import InvalidInput

OUR_DOMAIN = "parley"
MARKER_HEADER = "X-Parley-Message-Id"
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,200}")
_REPLY_PREFIX = re.compile(r"((re|fwd?|ответ|отв)(\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+", re.ASCII)
_MIME_TYPE = re.compile(r"(?!message/|multipart/)[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*")
_KEPT_REFERENCES = 20


class MailPolicy(EmailPolicy):
    """The standard library encodes long id headers, which breaks threads, and loses spaces of long Cyrillic
    subjects on Python 3.11 and 3.12. These two kinds are folded here."""

    def fold(self, name: str, value: str) -> str:
        """One header with its line ends."""
        if name.lower() in {"in-reply-to", "references", "message-id"}:
            return self._ids(name, str(value))
        if name.lower() == "subject":
            return self._subject(name, str(value))
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        """The same as bytes: nothing but ASCII leaves here."""
        return self.fold(name, value).encode("ascii")

    def _ids(self, name: str, value: str) -> str:
        lines = [f"{name}:"]
        for id in value.split():
            if len(lines[-1]) + 1 + len(id) > 78 and lines[-1] != f"{name}:":
                lines.append("")
            lines[-1] += f" {id}"
        return self.linesep.join(lines) + self.linesep

    def _subject(self, name: str, value: str) -> str:
        if value.isascii() and len(value) <= 60 and "=?" not in value:
            return f"{name}: {value}{self.linesep}"
        encoded = Header(value, "utf-8", header_name=name, maxlinelen=75).encode(linesep=self.linesep)
        return f"{name}: {encoded}{self.linesep}"


_POLICY = MailPolicy(linesep="\r\n", cte_type="7bit")


@dataclass(frozen=True, slots=True)
class NewLetter:
    """What a letter of ours is built from. `marker` is our message id: its Message-ID follows from it."""

    sender: str
    recipient: str
    subject: str
    text: str
    marker: str
    date: datetime
    answers: str = ""
    """Message-ID of the letter that is answered."""
    references: tuple[str, ...] = ()
    """Ids of the thread before that one, oldest first."""
    files: tuple[OutgoingFile, ...] = ()
    sender_name: str = ""
    is_automatic: bool = False


def build(letter: NewLetter) -> bytes:
    """The letter as bytes, ASCII only. Raises `InvalidInput` where a value could break out of its header."""
    if not all(_ADDRESS.fullmatch(address) for address in (letter.sender, letter.recipient)):
        raise InvalidInput("not one address", code="bad_letter")
    message = EmailMessage(policy=_POLICY)
    try:
        for name, value in _headers(letter):
            message[name] = _one_line(value)
        message.set_content(letter.text.encode("utf-8", "replace").decode(), subtype="plain")
        message.add_alternative(as_html(letter.text.encode("utf-8", "replace").decode()), subtype="html")
        for file in letter.files:
            _attach(message, file)
        return message.as_bytes()
    except (MessageError, ValueError, LookupError) as error:
        raise InvalidInput("a letter cannot be built from this", code="bad_letter") from error


def own_message_id(marker: str) -> str:
    """The Message-ID that a message of ours always gets: what a lost send is found by."""
    if not _SAFE_ID.fullmatch(marker):
        raise InvalidInput("no id of ours", code="bad_letter")
    return f"<{marker}@{OUR_DOMAIN}>"


def marker_of(message_id: str) -> str:
    """The inverse of `own_message_id`; nothing for ids of others."""
    marker, _, domain = message_id.removeprefix("<").removesuffix(">").rpartition("@")
    return marker if domain == OUR_DOMAIN else ""


def reply_subject(subject: str) -> str:
    """The same subject behind one `Re:`: Gmail keeps a thread only while subjects are equal."""
    return f"Re: {_REPLY_PREFIX.sub('', ' '.join(subject.split()), count=1)}".strip()


def shortened(references: tuple[str, ...]) -> tuple[str, ...]:
    """The first and the last twenty: enough for every client to find the thread."""
    unique = tuple(dict.fromkeys(references))
    return unique if len(unique) <= 2 * _KEPT_REFERENCES else unique[:_KEPT_REFERENCES] + unique[-_KEPT_REFERENCES:]


def as_html(text: str) -> str:
    """Plain text as a simple page, escaped: what we send is never markup of somebody else's making."""
    paragraphs = re.split(r"\n{2,}", text.strip().replace("\r\n", "\n"))
    body = "".join("<p>" + escape(paragraph).replace("\n", "<br>") + "</p>" for paragraph in paragraphs)
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>{body}</body></html>'


def _headers(letter: NewLetter) -> list[tuple[str, str]]:
    headers = [
        ("From", formataddr((letter.sender_name, letter.sender)) if letter.sender_name else letter.sender),
        ("To", letter.recipient),
        ("Subject", letter.subject),
        ("Date", format_datetime(letter.date)),
        ("Message-ID", own_message_id(letter.marker)),
        (MARKER_HEADER, letter.marker),
    ]
    if letter.answers:
        headers += [
            ("In-Reply-To", letter.answers),
            ("References", " ".join(shortened((*letter.references, letter.answers)))),
        ]
    if letter.is_automatic:
        headers += [
            ("Auto-Submitted", "auto-replied"),
            ("X-Auto-Response-Suppress", "All"),
            ("X-Loop", letter.sender),
        ]
    return headers


def _attach(message: EmailMessage, file: OutgoingFile) -> None:
    mime_type = file.mime_type.partition(";")[0].strip().lower()
    main, _, sub = (mime_type if _MIME_TYPE.fullmatch(mime_type) else "application/octet-stream").partition("/")
    message.add_attachment(file.content, maintype=main, subtype=sub, filename=safe_name(file.name) or "file")


def _one_line(value: str) -> str:
    if re.search(r"[\r\n\x00]", value):
        raise InvalidInput("a header of one line only", code="bad_letter")
    return value
