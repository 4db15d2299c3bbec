"""What Market's refusals mean for us."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from infra.channels.remedies import ACCOUNT_CLOSED, EXPIRED, RIGHTS, SCOPE, WRONG
from infra.channels.yandex_market.remedies import MOVING
from shared.errors import ChannelError, ChannelRejected, ChannelUnavailable, CredentialsRejected

OUR_TURN = timedelta(seconds=2)
"""How long to wait when too many requests of the cabinet run at the same time."""
SOME_TIME = timedelta(minutes=1)
"""How long to wait where Market does not say."""
LONGEST = timedelta(hours=1)
"""All of Market's limits are counted in hours."""
MOVE = timedelta(minutes=10)
_LONGEST_WORDS = 200
_PIECE = 12


def as_json(response: httpx.Response) -> dict[str, Any]:
    """The parsed body; empty where it is no JSON object."""
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def refusal(response: httpx.Response, now: datetime, said: str = "") -> ChannelError:
    """The error for an answer that is no success.

    `said`: the text that we sent; words of the vendor that repeat a piece of it are dropped.
    """
    words, status = complaint(response), str(response.status_code)
    match response.status_code:
        case 401:
            return CredentialsRejected("Market refuses the token", code=_wrong_key(words), vendor_code=status)
        case 403:
            return CredentialsRejected("Market refuses access", code=_wrong_rights(words), vendor_code=status)
        case 404:
            return ChannelRejected("Market does not know it", code="thread_unknown", vendor_code=status)
        case 420:
            wait = OUR_TURN if is_crowded(response) else _until(response, now)
            return ChannelUnavailable("Market takes no more requests now", vendor_code=status, retry_after=wait)
        case 423:
            return ChannelUnavailable("the cabinet is being moved", code=MOVING, vendor_code=status, retry_after=MOVE)
    if response.is_redirect:
        return ChannelUnavailable(f"Market answered {status}", vendor_code=status)
    detail = f"Market answered {status}" if _repeats(words, said) else f"Market answered {status}: {words}"
    return ChannelRejected(detail, vendor_code=status)


def is_crowded(response: httpx.Response) -> bool:
    """Too many requests of the cabinet run at this very moment; surely nothing was done."""
    return response.status_code == 420 and "parallel" in complaint(response).lower()


def complaint(response: httpx.Response) -> str:
    """Market's own words, or its code where it has no words; cut."""
    errors = as_json(response).get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    words = first.get("message") or first.get("code")
    return words[:_LONGEST_WORDS] if isinstance(words, str) else ""


def _wrong_key(words: str) -> str:
    return EXPIRED if any(word in words.lower() for word in ("revoked", "expired")) else WRONG


def _wrong_rights(words: str) -> str:
    if "scope" in words.lower():
        return SCOPE
    return ACCOUNT_CLOSED if "not active" in words.lower() else RIGHTS


def _until(response: httpx.Response, now: datetime) -> timedelta:
    """Until the limit is lifted, by a header with a date of RFC 822."""
    try:
        until = parsedate_to_datetime(response.headers.get("x-ratelimit-resource-until", ""))
        wait = until - now
    except (ValueError, TypeError):  # no date, or one without its zone
        return SOME_TIME
    return min(max(wait, timedelta(seconds=1)), LONGEST)


def _repeats(words: str, said: str) -> bool:
    pieces = (said[start : start + _PIECE] for start in range(max(1, len(said) - _PIECE + 1)))
    return bool(said) and any(piece in words for piece in pieces)
