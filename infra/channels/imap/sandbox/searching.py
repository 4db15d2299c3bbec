"""The searches that the simulated server knows. Another one is refused, so that its use shows."""

from __future__ import annotations

from infra.channels.imap.sandbox.shelf import Kept
from infra.channels.imap.sandbox.words import BadCommand, Word, atom, day_of, uids_of
from infra.mail.parsing import headers_of


def found(letters: list[Kept], criteria: list[Word], newest: int) -> list[Kept]:
    """Letters for which every criterion holds. Raises `BadCommand`."""
    words = list(criteria)
    left = letters
    while words:
        key = atom(words).upper()
        if key == "UID":
            wanted = uids_of(atom(words), newest)
            left = [letter for letter in left if any(letter.uid in ids for ids in wanted)]
        elif key == "SINCE":
            day = day_of(atom(words))
            left = [letter for letter in left if letter.at >= day]
        elif key in ("HEADER", "TO"):
            name = atom(words) if key == "HEADER" else "to"
            value = atom(words).lower()
            left = [letter for letter in left if _has(letter, name, value)]
        elif key != "ALL":
            raise BadCommand(f"unknown search {key}")
    return left


def _has(letter: Kept, name: str, value: str) -> bool:
    return any(value in line.lower() for line in headers_of(letter.raw).all(name))
