"""Delivery status notifications (RFC 3464): which letter of ours never arrived, at whom, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_string
from email.message import Message

from infra.mail.headers import Headers
from infra.mail.letter import Bounce

_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_MOST_PARTS = 20


def bounce_in(message: Message) -> Bounce | None:
    """The first recipient that a report says was given up; None: this is no such report."""
    headers = Headers(message)
    if headers.parameter("content-type", "report-type").lower() != "delivery-status":
        return None
    parts = _parts(message)
    failed = next((report for part in parts for report in _reports(part) if _is_failure(report)), None)
    if failed is None:
        return None
    address = failed.raw("final-recipient") or failed.raw("original-recipient")
    status = _STATUS.search(failed.raw("status"))
    return Bounce(
        recipient=address.partition(";")[2].strip().lower()[:320],
        status=status[0] if status else "",
        message_id=next((id for part in parts for id in _returned(part)), ""),
    )


def _parts(message: Message) -> list[Message]:
    payload = message.get_payload()
    children = payload if isinstance(payload, list) else []
    return [part for part in children[:_MOST_PARTS] if isinstance(part, Message)]


def _reports(part: Message) -> Iterator[Headers]:
    if part.get_content_type() == "message/delivery-status":
        for block in _parts(part):
            yield Headers(block)


def _is_failure(report: Headers) -> bool:
    return report.raw("action").strip().lower() == "failed"


def _returned(part: Message) -> Iterator[str]:
    """The Message-ID of the letter that came back, whole or as its headers."""
    if part.get_content_type() == "message/rfc822":
        for letter in _parts(part):
            yield from Headers(letter).ids("message-id")[:1]
    if part.get_content_type() == "text/rfc822-headers":
        payload = part.get_payload(decode=True)
        text = payload.decode("latin-1") if isinstance(payload, bytes) else ""
        yield from Headers(message_from_string(text)).ids("message-id")[:1]
