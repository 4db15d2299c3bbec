"""Ways to lead a customer away from a marketplace: phones, e-mail addresses, links, messengers. Pure, by pattern."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal

Contact = Literal["phone", "email", "link", "messenger"]

_DIGITS = re.compile(r"\+?\d(?:[\s().+-]*\d)*")
"""A run of digits with what people put between those of a phone."""
_FEWEST_DIGITS, _MOST_DIGITS = 10, 15
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")
_ADDRESS = re.compile(r"[a-z0-9+.-]://|(?<!\w)www\.", re.IGNORECASE)
_DOMAIN = re.compile(r"(?<![\w@.-])(?:[^\W_][\w-]*\.)+(?:[a-z]{2,6}|рф)(?![\w-])", re.IGNORECASE)
_SHORT_LINK = re.compile(r"(?<![\w.-])(?:t\.me|wa\.me)(?!\w)", re.IGNORECASE)
_NICKNAME = re.compile(r"(?<![\w.+-])@[a-z0-9_]{5,}", re.IGNORECASE | re.ASCII)
_MESSENGER = re.compile(r"(?<!\w)(?:telegram|телеграм|whatsapp|ватсап|вотсап|viber|вайбер)(?!\w)", re.IGNORECASE)


def names_phone(text: str) -> bool:
    """10 to 15 digits, perhaps with spaces, brackets, dashes, dots and a plus between them."""
    runs = (sum(character.isdecimal() for character in match[0]) for match in _DIGITS.finditer(text))
    return any(_FEWEST_DIGITS <= digits <= _MOST_DIGITS for digits in runs)


def names_email(text: str) -> bool:
    """An address with an @ between a name and a domain."""
    return _EMAIL.search(text) is not None


def names_link(text: str) -> bool:
    """A scheme, www., or a domain by itself. The domain of an e-mail address is none."""
    rest = _EMAIL.sub(" ", text)
    return _ADDRESS.search(text) is not None or any(_is_word_like(match[0]) for match in _DOMAIN.finditer(rest))


def names_messenger(text: str) -> bool:
    """A messenger by its name, its short links, or a nickname in one."""
    return any(pattern.search(text) for pattern in (_SHORT_LINK, _NICKNAME, _MESSENGER))


def _is_word_like(domain: str) -> bool:
    """Letters stand in front of the top-level domain: "3.5kg" is none."""
    return any(character.isalpha() for character in domain.rpartition(".")[0])


FINDERS: Final[Mapping[Contact, Callable[[str], bool]]] = {
    "phone": names_phone,
    "email": names_email,
    "link": names_link,
    "messenger": names_messenger,
}
