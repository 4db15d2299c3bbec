"""What moderation of the simulated Wildberries finds in a seller's words: ways past the marketplace."""

from __future__ import annotations

import re

_MESSENGERS = {"telegram", "телеграм", "whatsapp", "ватсап", "вотсап", "viber", "вайбер"}
_BETWEEN_DIGITS = set("()+-.")
_MAIL = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[^\W\d_]{2,}")
_LINK = re.compile(r"[a-z0-9+.-]+://|(?<!\w)www\.", re.IGNORECASE)
_SHORT_LINK = re.compile(r"(?:^|[^\w.-])(?:t|wa)\.me(?:\W|$)")
_NICK = re.compile(r"(?:^|[^\w.+-])@[a-z0-9_]{5,}", re.ASCII)
_TOP_LEVEL = re.compile(r"[a-z]{2,6}|рф")
_BETWEEN_WORDS = re.compile(r"[^\w.@-]+")


def leads_away(text: str) -> bool:
    """A phone, an e-mail address, a link or a messenger."""
    return _has_phone(text) or bool(_MAIL.search(text)) or _has_link(text) or _has_messenger(text)


def _has_phone(text: str) -> bool:
    """10 to 15 digits in a row, whatever usual signs stand between them."""
    digits = 0
    for sign in [*text, "|"]:
        if sign.isdecimal():
            digits += 1
        elif sign not in _BETWEEN_DIGITS and not sign.isspace():
            if 10 <= digits <= 15:
                return True
            digits = 0
    return False


def _has_link(text: str) -> bool:
    pieces = _BETWEEN_WORDS.split(text.lower())
    return bool(_LINK.search(text)) or any(_is_domain(piece.partition("@")[0]) for piece in pieces)


def _is_domain(piece: str) -> bool:
    """Labels with a letter among them, a dot, a top-level domain: "сайт.рф", "shop.com", and not "3.5kg"."""
    labels = piece.split(".")
    for place in range(1, len(labels)):
        if not labels[place - 1] or not labels[place - 1][0].isalnum():
            return False
        has_letter = any(letter.isalpha() for label in labels[:place] for letter in label)
        if has_letter and _TOP_LEVEL.fullmatch(labels[place]):
            return True
    return False


def _has_messenger(text: str) -> bool:
    lowered = text.lower()
    names = _MESSENGERS & set(re.findall(r"\w+", lowered))
    return bool(names or _SHORT_LINK.search(lowered) or _NICK.search(lowered))
