"""What the simulated Ozon takes for an attempt to lead a buyer away. The real one does not publish its rule."""

from __future__ import annotations

import re

_PHONE = re.compile(r"(?<!\d)\+?\d(?:[\s().\-]*\d){9,14}(?!\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"\w+://|\bwww\.|(?<![\w@.-])(?:[a-zа-яё0-9-]+\.)+(?:[a-z]{2,6}|рф)(?![\w-])", re.IGNORECASE)
_MESSENGER = re.compile(
    r"\b(?:t|wa)\.me\b|(?<![\w.])@[a-z0-9_]{5,}"
    r"|\b(?:telegram|телеграм|whatsapp|ватсап|вотсап|viber|вайбер)\b",
    re.IGNORECASE,
)
_OWN = re.compile(r"https?://(?:[a-z0-9-]+\.)*ozon\.ru(?:/\S*)?(?![\w.-])", re.IGNORECASE)
"""Ozon's own pages lead nobody away."""


def has_contacts(text: str) -> bool:
    """A phone number, an address, a link elsewhere or a messenger."""
    words = _OWN.sub(" ", text)
    return any(rule.search(words) for rule in (_PHONE, _EMAIL, _LINK, _MESSENGER))
