"""What Gmail's errors mean for us."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from infra.channels.remedies import ACCOUNT_CLOSED, RIGHTS, SCOPE, WRONG
from shared.errors import (
    ChannelError,
    ChannelRejected,
    ChannelUnavailable,
    ChannelUnclear,
    CredentialsRejected,
)

GONE = "gone"
WATCH_TAKEN = "watch_taken"
_RATE = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RESOURCE_EXHAUSTED"}
_NARROW = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
_FORBIDDEN = {"domainPolicy", "accessNotConfigured", "delegationDenied"}
_NO_MAILBOX = "Mail service not enabled"
_RETRY_AFTER = re.compile(r"Retry after (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)Z")
_UNTIL_TOMORROW = timedelta(hours=6)
_SHORTEST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer of Gmail that is no success."""

    status: int
    reason: str
    message: str
    retry_after: str


def refusal_of(status: int, headers: Mapping[str, str], body: bytes) -> Refusal:
    """Read Gmail's error envelope; whatever else comes is a refusal without a reason."""
    try:
        error = json.loads(body)["error"]
        details = (error.get("errors") or [{}])[0]
        reason = str(details.get("reason") or error.get("status") or "")
        return Refusal(status, reason, str(error.get("message", "")), headers.get("retry-after", ""))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return Refusal(status, "", "", headers.get("retry-after", ""))


def error_of(refusal: Refusal, *, repeatable: bool, now: datetime) -> ChannelError:
    """Our error for it. Gmail's text stays out: it may hold addresses."""
    detail = f"Gmail answered {refusal.status} {refusal.reason}".strip()
    code = refusal.reason or str(refusal.status)
    if refusal.status >= 500:
        kind = ChannelUnavailable if repeatable else ChannelUnclear
        return kind(detail, vendor_code=code)
    if refusal.status == 429 or refusal.reason in _RATE:
        return ChannelUnavailable(detail, vendor_code=code, retry_after=_wait(refusal, now))
    if refusal.reason == "dailyLimitExceeded":
        return ChannelUnavailable(detail, vendor_code=code, retry_after=_UNTIL_TOMORROW)
    if "Only one user push notification client" in refusal.message:
        return ChannelRejected(detail, code=WATCH_TAKEN, vendor_code=code)
    if _NO_MAILBOX in refusal.message:
        return CredentialsRejected(detail, code=ACCOUNT_CLOSED, vendor_code=code)
    if refusal.reason == "failedPrecondition":  # Gmail says so in passing troubles too
        return ChannelUnavailable(detail, vendor_code=code)
    return _for_good(refusal, detail, code)


def _for_good(refusal: Refusal, detail: str, code: str) -> ChannelError:
    if refusal.status == 401:
        return CredentialsRejected(detail, code=WRONG, vendor_code="401")
    if refusal.reason in _NARROW or "insufficient authentication scopes" in refusal.message:
        return CredentialsRejected(detail, code=SCOPE, vendor_code=code)
    if refusal.reason in _FORBIDDEN:
        return CredentialsRejected(detail, code=RIGHTS, vendor_code=code)
    if refusal.status == 404:
        return ChannelRejected(detail, code=GONE, vendor_code=code)
    return ChannelRejected(detail, vendor_code=code)


def _wait(refusal: Refusal, now: datetime) -> timedelta | None:
    if match := _RETRY_AFTER.search(refusal.message):
        return max(datetime.fromisoformat(f"{match[1]}+00:00") - now, _SHORTEST)
    return timedelta(seconds=int(refusal.retry_after)) if refusal.retry_after.isdecimal() else None
