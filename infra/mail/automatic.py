"""Whether a letter was written by a machine. Such letters are stored and shown, never answered by another machine."""

from __future__ import annotations

import re

from infra.mail.building import MARKER_HEADER, OUR_DOMAIN
from infra.mail.headers import Headers
from infra.mail.letter import Mailbox

_SUPPRESS = re.compile(r"\b(all|autoreply|oof|dr)\b", re.IGNORECASE)
_PRECEDENCE = {"bulk", "junk", "list", "auto_reply"}
_PRESENT = {
    "auto_reply": ("x-autoreply", "x-autorespond", "x-autoresponder"),
    "list": ("list-id", "list-unsubscribe", "list-post", "feedback-id"),
    "bounce": ("x-failed-recipients", "x-ms-exchange-generated-message-source"),
    "own": (MARKER_HEADER,),
    "loop": ("x-loop",),
}
_REPORTS = {"delivery-status", "disposition-notification", "feedback-report"}
_ROBOT = re.compile(
    r"(mailer-daemon|postmaster|bounces?)([-+._=].*)?|(.*[-+._])?(no[-_.]?reply|do[-_.]?not[-_.]?reply)([-+._].*)?"
)
_SUBJECT = re.compile(r"(out of office|automatic reply:|автоответ:|автоматический ответ:|нет на месте)", re.IGNORECASE)


def why_automatic(headers: Headers, sender: Mailbox | None) -> str:
    """A short code of the first sign that holds, or nothing."""
    if headers.has("auto-submitted") and headers.raw("auto-submitted").partition(";")[0].strip().lower() != "no":
        return "auto_submitted"
    if headers.raw("return-path").strip() == "<>":
        return "bounce"
    if _SUPPRESS.search(headers.raw("x-auto-response-suppress")):
        return "auto_reply"
    if any(headers.raw(name).strip().lower() in _PRECEDENCE for name in ("precedence", "x-precedence")):
        return "list"
    for reason, names in _PRESENT.items():
        if any(headers.has(name) for name in names):
            return reason
    return _by_shape(headers, sender)


def is_robot(address: str) -> bool:
    """Whether nobody reads this address."""
    return bool(_ROBOT.fullmatch(address.rpartition("@")[0].lower()))


def _by_shape(headers: Headers, sender: Mailbox | None) -> str:
    if headers.parameter("content-type", "report-type").lower() in _REPORTS:
        return "bounce"
    if sender is None or is_robot(sender.address):
        return "robot"
    if any(id.endswith(f"@{OUR_DOMAIN}>") for id in headers.ids("message-id")):
        return "own"
    return "auto_reply" if _SUBJECT.match(headers.text("subject")) else ""
