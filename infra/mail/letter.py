"""The nouns of mail: a letter with its wire format taken off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.messages import AttachmentKind


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Somebody's address, lower-case, with the name they gave. The name is theirs to choose: never trust it."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class LetterFile:
    """A file of a letter. `part_id` is its place in the MIME tree, counted as Gmail counts ("0", "1.2")."""

    part_id: str
    kind: AttachmentKind
    name: str
    mime_type: str
    size: int | None
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A letter that did not arrive, by the report of a mail server. A claim: anybody can write one."""

    recipient: str
    status: str
    """RFC 3463, `5.1.1`: nobody there; empty where the report has none."""
    message_id: str
    """Of the letter that came back."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a person sees of a letter, and what an answer to it needs."""

    message_id: str
    """With its angle brackets; empty where the sender gave none."""
    references: tuple[str, ...]
    """Ids of the letters before this one, oldest first."""
    sender: Mailbox | None
    reply_to: Mailbox | None
    recipients: tuple[Mailbox, ...]
    subject: str
    date: datetime | None
    """By the sender's clock: for show only."""
    text: str
    """What the writer wrote now."""
    quoted: str
    """What was cut from the text: earlier letters and signatures."""
    html: str
    """Sanitised, without the quoted part; may hold `cid:` images and no remote ones."""
    files: tuple[LetterFile, ...]
    automatic: str
    """Why this is no letter of a person (`automatic.py`); empty: it may be answered by a machine."""
    marker: str
    """Our own message id, where the letter claims to be ours. A claim: anybody can write it."""
    bounce: Bounce | None = None
