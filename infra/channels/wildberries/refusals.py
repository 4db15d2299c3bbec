"""What Wildberries' refusals mean for us. Its words may quote ours: only phrases that we know are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx

from infra.channels.remedies import EXPIRED, SCOPE, WRONG, WRONG_TYPE
from infra.channels.wildberries.remedies import BALANCE
from infra.channels.wildberries.tokens import Token, TokenKind
from shared.errors import ChannelError, ChannelRejected, ChannelUnavailable, CredentialsRejected

DENIED = {401, 402, 403}
GONE = {404, 422}
_PHRASES = (
    ("too big", "file_too_large"),
    ("unsupported mime type", "file_type_refused"),
    ('Invalid value for "message"', "text_refused"),
    ("invalid fileID", "attachment_gone"),
)
"""Parts of Wildberries' words to codes."""


class InvalidSignature(ChannelRejected):
    """The chat's signature is out of date; nothing was sent."""

    code = "thread_unknown"


def as_json(response: httpx.Response) -> Any:
    """The parsed body, or None where it is no JSON."""
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


def complaint(response: httpx.Response) -> str:
    """Wildberries' own words, from either of its forms; not to be shown or logged."""
    answer = as_json(response)
    envelope = answer if isinstance(answer, dict) else {}
    words = (envelope.get("detail"), envelope.get("errorText"), envelope.get("title"))
    return next((word for word in words if isinstance(word, str) and word), "")


def problem_of(response: httpx.Response, token: Token, section: int, now: datetime) -> str:
    """Why a token was refused, as a code of REMEDIES: what Wildberries says, then what the claims explain."""
    words = complaint(response)
    if response.status_code == 402:
        return BALANCE
    if "base token" in words:
        return WRONG_TYPE
    if "expired" in words or token.has_expired(now):
        return EXPIRED
    if token.kind is TokenKind.TEST:
        return WRONG_TYPE
    return SCOPE if response.status_code == 403 or token.lacks(section) else WRONG


def refusal(response: httpx.Response, token: Token, section: int, now: datetime) -> ChannelError:
    """The error for an answer that is no success."""
    status = response.status_code
    if status in DENIED:
        problem = problem_of(response, token, section, now)
        return CredentialsRejected("Wildberries refuses the token", code=problem, vendor_code=str(status))
    if response.is_redirect:
        return ChannelUnavailable(f"Wildberries answered {status}", vendor_code=str(status))
    words = complaint(response)
    if "Invalid signature" in words:
        return InvalidSignature("the chat's signature is out of date", vendor_code=str(status))
    code = next((code for phrase, code in _PHRASES if phrase in words), None)
    if code is None and status in GONE:
        code = "thread_unknown"
    return ChannelRejected(f"Wildberries answered {status}", code=code, vendor_code=str(status))
