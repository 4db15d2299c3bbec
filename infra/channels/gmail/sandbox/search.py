"""The part of Gmail's search language that is simulated."""

from __future__ import annotations

from typing import Any

_FOLDERS = {"inbox": "INBOX", "sent": "SENT", "draft": "DRAFT", "drafts": "DRAFT"}
_LEFT_OUT = {"SPAM", "TRASH"}


def matches(message: dict[str, Any], query: str, labels: list[str]) -> bool:
    """Whether a message is found. An operator that is not simulated finds nothing, so that its use shows."""
    held = set(message["labelIds"])
    return not held & _LEFT_OUT and set(labels) <= held and all(_term(message, held, term) for term in query.split())


def _term(message: dict[str, Any], held: set[str], term: str) -> bool:
    operator, _, value = term.partition(":")
    if operator == "rfc822msgid":
        return bool(message["messageId"].strip("<>") == value.strip("<>"))
    if operator == "in":
        return _FOLDERS.get(value.lower(), "?") in held
    if operator == "to":
        return bool(message["customer"] == value.lower())
    if operator in {"after", "before"} and value.isdecimal():
        sent, limit = int(message["internalDate"]) // 1000, int(value)
        return sent > limit if operator == "after" else sent < limit
    return False
