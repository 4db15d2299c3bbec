"""What Avito's refusals mean for us."""

from __future__ import annotations

from typing import Any

import httpx

from infra.channels.remedies import TARIFF, WRONG
from shared.errors import ChannelError, ChannelRejected, ChannelUnavailable, CredentialsRejected

DENIED = {401, 403}
_LONGEST = 200
_PIECE = 12


def as_json(response: httpx.Response) -> Any:
    """The parsed body, or None where it is no JSON."""
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


def refusal(response: httpx.Response, said: str = "") -> ChannelError:
    """The error for an answer that is no success, after a renewed token did not help.

    `said`: the text that we sent; words of the vendor that repeat a piece of it are dropped.
    """
    status = str(response.status_code)
    if response.status_code in (402, 403):
        return CredentialsRejected("the seller's subscription has no Messenger API", code=TARIFF, vendor_code=status)
    if response.status_code == 401:
        return CredentialsRejected("Avito refuses a fresh token", code=WRONG, vendor_code=status)
    if response.is_redirect:
        return ChannelUnavailable(f"Avito answered {status}", vendor_code=status)
    words = complaint(response)
    detail = f"Avito answered {status}" if _repeats(words, said) else f"Avito answered {status}: {words}"
    return ChannelRejected(detail, vendor_code=status)


def complaint(response: httpx.Response) -> str:
    """Avito's own words: `error.message`, then `message`, then the body as it is; cut."""
    answer = as_json(response)
    envelope = answer if isinstance(answer, dict) else {}
    error = envelope.get("error")
    for place in (error if isinstance(error, dict) else {}, envelope):
        if isinstance(place.get("message"), str):
            return str(place["message"])[:_LONGEST]
    return response.text[:_LONGEST]


def _repeats(words: str, said: str) -> bool:
    pieces = (said[start : start + _PIECE] for start in range(max(1, len(said) - _PIECE + 1)))
    return bool(said) and any(piece in words for piece in pieces)
