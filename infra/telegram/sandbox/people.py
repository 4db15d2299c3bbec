"""People of the simulated Telegram: the same name is the same person, whichever bot they meet."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
"""Whom administrators hide behind."""


def person(name: str) -> dict[str, Any]:
    """Somebody as a `User`."""
    first, _, last = name.partition(" ")
    number = 100_000_000 + int.from_bytes(sha256(name.encode()).digest()[:5], "big") % 7_000_000_000
    language = "ru" if re.search("[а-яё]", name, re.IGNORECASE) else "en"
    user = {"id": number, "is_bot": False, "first_name": first, "language_code": language}
    return {**user, "last_name": last} if last else user


def private_chat(name: str) -> dict[str, Any]:
    """The `Chat` with one person: it has the person's own id."""
    told = ("id", "first_name", "last_name")
    return {"type": "private", **{field: value for field, value in person(name).items() if field in told}}
