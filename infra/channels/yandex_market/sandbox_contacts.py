"""Contacts that the simulated moderation does not let through. Made apart from the desk's own rules, so that each
can be tried against the other."""

from __future__ import annotations

import re

_MESSENGERS = {"telegram", "телеграм", "whatsapp", "ватсап", "вотсап", "viber", "вайбер"}
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"\w+")
_RUN = re.compile(r"[\w.-]+")
"""What names of hosts consist of."""


def forbidden_in(text: str) -> str:
    """Which kind of contact a text gives away: "phone", "email", "link", "messenger"; empty: none."""
    low = text.lower()
    if _has_phone(low):
        return "phone"
    if _has_email(low):
        return "email"
    if re.search(r"[a-z0-9+.-]://|(?<!\w)www\.", low) or _has_host(low):
        return "link"
    return "messenger" if _has_messenger(low) else ""


def _has_phone(text: str) -> bool:
    """10 to 15 digits, with nothing between them but what people write in phones."""
    count = 0
    for character in f"{text}x":
        if character.isdecimal():
            count += 1
        elif not (character.isspace() or character in "()-.+"):
            if 10 <= count <= 15:
                return True
            count = 0
    return False


def _has_email(text: str) -> bool:
    """Something, an @, and a domain whose ending begins with two letters."""
    for at in (place for place, character in enumerate(text) if character == "@"):
        before, run = text[:at][-1:], _RUN.match(text, at + 1)
        labels = run[0].split(".") if run else []
        is_somebody = before.isalnum() or before in ("_", ".", "+", "-")
        endings = (number for number in range(1, len(labels)) if _begins_with_letters(labels[number]))
        if is_somebody and any(all(labels[:number]) for number in endings):
            return True
    return False


def _begins_with_letters(label: str) -> bool:
    return len(label) >= 2 and all(letter.isalnum() and not letter.isdecimal() for letter in label[:2])


def _has_host(text: str) -> bool:
    """A domain that stands by itself: one of its parts is a top-level domain, and there are letters before it."""
    runs = [match for match in _RUN.finditer(text) if text[match.start() - 1 : match.start()] != "@"]
    return any(_is_host(match[0].split(".")) for match in runs)


def _is_host(labels: list[str]) -> bool:
    tops = (number for number in range(1, len(labels)) if _is_top(labels[number]))
    return any(
        all(label[:1].isalnum() for label in labels[:number])
        and any(letter.isalpha() for label in labels[:number] for letter in label)
        for number in tops
    )


def _is_top(label: str) -> bool:
    return label == "рф" or (2 <= len(label) <= 6 and all(letter in _LATIN for letter in label))


def _has_messenger(text: str) -> bool:
    if re.search(r"(?<![\w.-])(?:t|wa)\.me(?!\w)", text):
        return True
    if re.search(r"(?<![a-z0-9_.+-])@[a-z0-9_]{5}", text):
        return True
    return any(word in _MESSENGERS for word in _WORD.findall(text))
