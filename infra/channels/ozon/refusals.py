"""What Ozon's refusals mean for us. Their words are in Ozon's documents, their HTTP statuses are not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import httpx

from infra.channels.remedies import EXPIRED, RIGHTS, WRONG
from shared.errors import ChannelError, ChannelRejected, ChannelUnavailable, CredentialsRejected

OFFER = "offer_not_signed"
"""Ozon's newest terms wait for the seller's consent: until then every call fails."""
ADDRESSES = "ip_not_allowed"
"""The key works from certain addresses only."""
CIRCLE_OPENS = timedelta(minutes=3)
"""A method that is blocked for load comes back "in some minutes"."""
NEXT_SECOND = timedelta(seconds=1)
_EXHAUSTED, _UNAUTHENTICATED = 8, 16


def _credentials(code: str) -> Callable[[str], ChannelError]:
    return lambda status: CredentialsRejected("Ozon refuses the key", code=code, vendor_code=status)


def _later(pause: timedelta) -> Callable[[str], ChannelError]:
    return lambda status: ChannelUnavailable("Ozon asks to wait", vendor_code=status, retry_after=pause)


_WORDS: Final[dict[str, Callable[[str], ChannelError]]] = {
    "circle is open": _later(CIRCLE_OPENS),
    "request rate limit": _later(NEXT_SECOND),
    "invalid api-key": _credentials(WRONG),
    "api-key is deactivated": _credentials(EXPIRED),
    "missing a required role": _credentials(RIGHTS),
    "restricted to specific ip": _credentials(ADDRESSES),
    "offer not signed": _credentials(OFFER),
}


def as_json(response: httpx.Response) -> Any:
    """The parsed body, or None where it is no JSON."""
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


def refusal(response: httpx.Response) -> ChannelError:
    """The error for an answer that is no success. Ozon's words are recognised and not repeated: they may quote ours."""
    answer = as_json(response)
    envelope = answer if isinstance(answer, dict) else {}
    status = str(response.status_code)
    words = str(envelope.get("message", "")).lower()
    for known, error in _WORDS.items():
        if known in words:
            return error(status)
    if response.status_code == 401 or envelope.get("code") == _UNAUTHENTICATED:
        return _credentials(WRONG)(status)
    if envelope.get("code") == _EXHAUSTED:
        return _later(NEXT_SECOND)(status)
    if response.is_redirect:
        return ChannelUnavailable(f"Ozon answered {status}", vendor_code=status)
    return ChannelRejected(f"Ozon answered {status}", vendor_code=status)
