"""Gmail's words and ours: notifications, cursors, letters in both directions. Pure."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.mail.conversing import Origin, echo, placeholder, received
from infra.mail.parsing import read_letter, sender_of
from shared.domain.arrivals import Echo, Received
from shared.errors import ChannelRejected, InvalidInput

SKIPPED_LABELS = {"DRAFT", "SPAM", "TRASH", "CHAT"}
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


def read_place(text: str) -> int:
    """The second at which a page of the history ended."""
    if not re.fullmatch(r"\d{1,12}", text):
        raise ChannelRejected("not a cursor of ours", code="bad_cursor")
    return int(text)


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


def gmail_thread(thread: str) -> str:
    """Gmail's part of a thread of ours."""
    return thread.partition("/")[0]


def arrival_of(message: Mapping[str, Any], account: str) -> Received | Echo:
    """A message of `format=raw` in our words. Raises `InvalidInput` where the letter cannot be read."""
    letter = read_letter(_raw(message))
    # Only Gmail's own label tells that a letter is ours: whatever stands in it can be forged.
    if "SENT" in message.get("labelIds", ()):
        return echo(letter, _origin(message))
    return received(letter, _origin(message), account)


def placeholder_for(message: Mapping[str, Any]) -> Received:
    """What stands in for a letter that cannot be read."""
    try:
        sender = sender_of(_raw(message))
    except InvalidInput:
        sender = None
    return placeholder(sender, _origin(message))


def moment_of(message: Mapping[str, Any]) -> datetime:
    """When Gmail took it."""
    return datetime.fromtimestamp(int(message["internalDate"]) / 1000, UTC)


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


def _origin(message: Mapping[str, Any]) -> Origin:
    return Origin(source_id=str(message["id"]), thread=str(message["threadId"]), at=moment_of(message))
