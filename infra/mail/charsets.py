"""Bytes to text when the charset is missing, wrong or unknown, as it is in much Russian mail."""

from __future__ import annotations

import re

_CYRILLIC = ("cp1251", "koi8-r", "cp866")
_LOWER = re.compile(r"[а-яё]")
_HIGH = re.compile(rb"[\x80-\xff]")
_LETTERS = re.compile(rb"[A-Za-z\x80-\xff]")
# Invisible: zero-width, bidi overrides, soft hyphens, the tags plane. Joiners stay where scripts and emoji need them.
_INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
    "|(?<=[\u0000-\u05ff])[\u200c\u200d]+"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def decode(data: bytes, declared: str | None = None) -> str:
    """Text of these bytes. Never fails: the declared charset, then UTF-8, then the likeliest guess."""
    for charset in (declared, "utf-8"):
        if charset:
            try:
                return data.decode(charset)
            except (LookupError, ValueError):
                continue
    return data.decode(_likeliest(data), "replace")


def _likeliest(data: bytes) -> str:
    """The wrong Cyrillic charset turns small letters into capitals and signs, so the right one has most small ones."""
    if len(_HIGH.findall(data)) * 5 < len(_LETTERS.findall(data)):
        return "cp1252"  # a few accents in Latin text
    return max(_CYRILLIC, key=lambda charset: len(_LOWER.findall(data.decode(charset, "replace"))))


def visible(text: str) -> str:
    """Without characters that nobody sees: they hide instructions to the model, and break JSON and Firestore."""
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", _INVISIBLE.sub("", text)))
