"""Gmail's words and ours: notifications, cursors, letters in both directions. Pure."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.mail.automatic import is_robot
from infra.mail.building import NewLetter, build, reply_subject, shortened
from infra.mail.letter import Letter, LetterFile, Mailbox
from infra.mail.parsing import read_letter, sender_of
from shared.domain.arrivals import Echo, Outgoing, Received
from shared.domain.contacts import ContactRef
from shared.domain.messages import Attachment
from shared.errors import ChannelRejected, InvalidInput, RecipientUnreachable

SKIPPED_LABELS = {"DRAFT", "SPAM", "TRASH", "CHAT"}
UNREADABLE = "[This letter could not be read here. Open it in Gmail.]"
_CURSOR = re.compile(r"(\d{1,20})@(\d{1,12})(?:@(\d{1,12}))?")
_OVERLAP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next pull starts. Stored as `history@seconds`, and `history@seconds@seconds` during a full sync."""

    history_id: int
    at: int
    """When all up to here was known, seconds since 1970."""
    sync_from: int | None = None
    """A full sync is under way and has come to this second."""

    def __str__(self) -> str:
        sync = "" if self.sync_from is None else f"@{self.sync_from}"
        return f"{self.history_id}@{self.at}{sync}"

    def resynced(self, history_id: int, now: datetime) -> Cursor:
        """The start of a full sync: from a day before all was known, to go on from a fresh history id."""
        return Cursor(history_id, int(now.timestamp()), max(self.at - int(_OVERLAP.total_seconds()), 0))


def read_cursor(text: str) -> Cursor:
    """The inverse of `str(cursor)`."""
    match = _CURSOR.fullmatch(text)
    if match is None:
        raise ChannelRejected("not a cursor of ours", code="bad_cursor")
    history_id, at, sync_from = match.groups()
    return Cursor(int(history_id), int(at), None if sync_from is None else int(sync_from))


def read_notification(body: bytes) -> str:
    """The mailbox that a notification is about, lower-case. Its history id is a hint only: we go by our cursor."""
    try:
        notice = json.loads(body)
        int(notice["historyId"])
        return str(notice["emailAddress"]).lower()
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput("not a Gmail notification") from error


def added_messages(answer: Mapping[str, Any]) -> Iterator[tuple[int, list[str]]]:
    """Each record of a history answer, oldest first: its history id, and the letters that came or went."""
    for record in answer.get("history", ()):
        added = [entry["message"] for entry in record.get("messagesAdded", ())]
        yield (
            int(record["id"]),
            [str(message["id"]) for message in added if not SKIPPED_LABELS & set(message.get("labelIds", ()))],
        )


def thread_of(gmail_thread: str, partner: str) -> str:
    """Our thread: Gmail's, with the one partner of it. Gmail joins a stranger's letter that cites a thread's ids;
    the stranger gets a conversation of their own and never sees the other one's."""
    return f"{gmail_thread}/{partner}"


def gmail_thread(thread: str) -> str:
    """Gmail's part of a thread of ours."""
    return thread.partition("/")[0]


def arrival_of(message: Mapping[str, Any], account: str) -> Received | Echo:
    """A message of `format=raw` in our words. Raises `InvalidInput` where the letter cannot be read."""
    letter = read_letter(_raw(message))
    if "SENT" in message.get("labelIds", ()):
        return _echo(message, letter)
    if letter.sender is None:
        raise InvalidInput("a letter from nobody", code="unreadable_letter")
    partner = letter.reply_to or letter.sender
    return Received(
        source_id=str(message["id"]),
        thread=thread_of(str(message["threadId"]), partner.address),
        contact=_contact(Mailbox(partner.address, partner.name or letter.sender.name)),
        text=letter.text,
        html=letter.html,
        quoted=letter.quoted,
        subject=letter.subject,
        attachments=tuple(_attachment(file) for file in letter.files),
        at=moment_of(message),
        context=_context(message, letter, partner),
        is_automatic=bool(letter.automatic) or letter.sender.address == account,
    )


def placeholder_for(message: Mapping[str, Any]) -> Received:
    """What stands in for a letter that cannot be read: visible to people, never answered by a machine."""
    try:
        sender = sender_of(_raw(message))
    except InvalidInput:
        sender = None
    partner = sender or Mailbox("unknown")
    return Received(
        source_id=str(message["id"]),
        thread=thread_of(str(message["threadId"]), partner.address),
        contact=_contact(partner),
        text=UNREADABLE,
        at=moment_of(message),
        context={"thread_id": str(message["threadId"]), "reply_to": sender.address if sender else ""},
        is_automatic=True,
    )


def moment_of(message: Mapping[str, Any]) -> datetime:
    """When Gmail took it."""
    return datetime.fromtimestamp(int(message["internalDate"]) / 1000, UTC)


def partner_of(outgoing: Outgoing) -> str:
    """The address that an answer goes to."""
    return outgoing.context.get("reply_to") or outgoing.contact_source_id


def letter_for(outgoing: Outgoing, account: str, now: datetime) -> bytes:
    """Our answer as a letter in its thread. Raises `RecipientUnreachable`, `ChannelRejected`."""
    context = outgoing.context
    recipient = partner_of(outgoing)
    if "@" not in recipient or is_robot(recipient):
        raise RecipientUnreachable("nobody reads this address", code="no_reply_address")
    letter = NewLetter(
        sender=account,
        recipient=recipient,
        subject=outgoing.subject or reply_subject(context.get("subject", "")),
        text=outgoing.text,
        marker=outgoing.message_id,
        date=now,
        answers=context.get("message_id", ""),
        references=tuple(context.get("references", "").split()),
        is_automatic=outgoing.is_automatic,
    )
    try:
        return build(letter)
    except InvalidInput as error:
        raise ChannelRejected("the letter cannot be built", code=error.code) from error


def request_body(raw: bytes, thread: str) -> dict[str, str]:
    """A `Message` to send or to keep as a draft, in a thread of ours; empty: by its headers."""
    body = {"raw": urlsafe_b64encode(raw).decode()}
    return {**body, "threadId": gmail_thread(thread)} if thread else body


def part_of(payload: Mapping[str, Any], part_id: str) -> Mapping[str, Any] | None:
    """The part with this id in the tree of `format=full`."""
    if payload.get("partId", "") == part_id:
        return payload
    found = (part_of(part, part_id) for part in payload.get("parts", ()))
    return next((part for part in found if part is not None), None)


def decoded(data: str) -> bytes:
    """Gmail's base64url, with or without padding."""
    try:
        return urlsafe_b64decode(data + "=" * (-len(data) % 4))
    except ValueError as error:
        raise InvalidInput("not base64url", code="unreadable_letter") from error


def _raw(message: Mapping[str, Any]) -> bytes:
    return decoded(str(message.get("raw", "")))


def _echo(message: Mapping[str, Any], letter: Letter) -> Echo:
    recipient = next(iter(letter.recipients), None)
    return Echo(
        source_id=str(message["id"]),
        thread=thread_of(str(message["threadId"]), "" if recipient is None else recipient.address),
        contact=None if recipient is None else _contact(recipient),
        text=letter.text,
        html=letter.html,
        quoted=letter.quoted,
        subject=letter.subject,
        attachments=tuple(_attachment(file) for file in letter.files),
        at=moment_of(message),
        marker=letter.marker,
        author_name="" if letter.sender is None else letter.sender.name,
        context={} if recipient is None else _context(message, letter, recipient),
    )


def _contact(mailbox: Mailbox) -> ContactRef:
    email = mailbox.address if "@" in mailbox.address else ""
    return ContactRef(source_id=mailbox.address, name=mailbox.name, email=email)


def _attachment(file: LetterFile) -> Attachment:
    return Attachment(
        kind=file.kind, name=file.name, mime_type=file.mime_type, size=file.size, reference=file.part_id or "root"
    )


def _context(message: Mapping[str, Any], letter: Letter, partner: Mailbox) -> dict[str, str]:
    return {
        "message_id": letter.message_id,
        "references": " ".join(shortened(letter.references)),
        "subject": letter.subject,
        "reply_to": partner.address,
        "thread_id": str(message["threadId"]),
    }
