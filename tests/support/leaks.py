"""Finds words that must not be there, also in the forms that programs write words in."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

_SHORTEST = 8
"""Characters of a piece of base64 that is still worth looking for."""


def leaks(text: str, markers: Iterable[str]) -> list[str]:
    """The markers that a text holds in any form."""
    folded = text.casefold()
    return [marker for marker in markers if any(form.casefold() in folded for form in forms(marker))]


def forms(marker: str) -> Iterator[str]:
    """As it is, in JSON, in addresses, in a `repr`, in bytes, in base64 wherever it begins there."""
    yield marker
    yield json.dumps(marker)[1:-1]
    yield json.dumps(json.dumps(marker)[1:-1])[1:-1]
    yield json.dumps(marker, ensure_ascii=False)[1:-1]
    yield quote(marker, safe="")
    yield quote_plus(marker)
    yield repr(marker.encode())[2:-1]
    for encode in (b64encode, urlsafe_b64encode):
        for shift in range(3):
            # What stands before and behind changes the characters at the borders: those are left out.
            code = encode(b"x" * shift + marker.encode()).decode().rstrip("=")
            piece = code[-(-shift * 8 // 6) : -2]
            if len(piece) >= _SHORTEST:
                yield piece
