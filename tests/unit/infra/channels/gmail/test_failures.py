"""What each error of Gmail means for the desk."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from infra.channels.gmail.failures import error_of, refusal_of
from shared.errors import ChannelError, ChannelRejected, ChannelUnavailable, ChannelUnclear, CredentialsRejected

NOW = datetime(2026, 11, 20, 10, 22, 0, tzinfo=UTC)


def error(status: int, reason: str = "", message: str = "", *, sending: bool = False, **headers: str) -> ChannelError:
    body = {"error": {"code": status, "message": message, "errors": [{"domain": "global", "reason": reason}]}}
    return error_of(refusal_of(status, headers, json.dumps(body).encode()), repeatable=not sending, now=NOW)


@pytest.mark.parametrize("reason", ["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"])
def test_a_rate_limit_is_waited_out_until_the_moment_in_the_message(reason: str) -> None:
    found = error(403, reason, "User-rate limit exceeded.  Retry after 2026-11-20T10:22:38.763Z")

    assert isinstance(found, ChannelUnavailable)
    assert found.retry_after == timedelta(seconds=38.763)


def test_a_moment_that_has_passed_is_one_second_and_a_header_serves_as_well() -> None:
    late = error(429, "", "Retry after 2026-11-20T10:00:00.000Z")
    by_header = error_of(refusal_of(429, {"retry-after": "30"}, b"slow down"), repeatable=True, now=NOW)

    assert isinstance(late, ChannelUnavailable)
    assert isinstance(by_header, ChannelUnavailable)
    assert (late.retry_after, by_header.retry_after) == (timedelta(seconds=1), timedelta(seconds=30))


def test_the_daily_sending_cap_waits_for_hours() -> None:
    found = error(403, "dailyLimitExceeded")

    assert isinstance(found, ChannelUnavailable)
    assert found.retry_after is not None
    assert found.retry_after >= timedelta(hours=1)


@pytest.mark.parametrize(
    ("status", "reason", "kind", "code"),
    [
        (401, "authError", CredentialsRejected, "credentials_rejected"),
        (403, "insufficientPermissions", CredentialsRejected, "scope_missing"),
        (403, "domainPolicy", CredentialsRejected, "rights_missing"),
        (404, "notFound", ChannelRejected, "gone"),
        (400, "invalidArgument", ChannelRejected, "channel_rejected"),
        (400, "failedPrecondition", ChannelUnavailable, "channel_unavailable"),
    ],
)
def test_refusals_are_told_apart(status: int, reason: str, kind: type[ChannelError], code: str) -> None:
    found = error(status, reason)

    assert type(found) is kind
    assert found.code == code


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_broken_gmail_is_no_loss_for_reading_and_a_doubt_for_sending(status: int) -> None:
    assert type(error(status)) is ChannelUnavailable
    assert type(error(status, sending=True)) is ChannelUnclear


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "x"}', b'{"error": {"errors": []}}'])
def test_an_answer_without_an_envelope_is_a_refusal_too(body: bytes) -> None:
    assert type(error_of(refusal_of(400, {}, body), repeatable=True, now=NOW)) is ChannelRejected


def test_gmails_words_do_not_reach_our_logs() -> None:
    assert "anna@example.com" not in str(error(400, "invalidArgument", "Invalid To header: anna@example.com"))
