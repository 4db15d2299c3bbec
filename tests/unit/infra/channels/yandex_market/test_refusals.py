"""Market's refusals in our words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from infra.channels.yandex_market.refusals import complaint, refusal
from shared.errors import ChannelRejected, ChannelUnavailable, CredentialsRejected

NOW = datetime(2026, 11, 20, 12, 10, tzinfo=UTC)


def refused(status: int, words: str = "", **headers: str) -> httpx.Response:
    body = {"status": "ERROR", "errors": [{"code": "SOME_CODE", "message": words}]}
    return httpx.Response(status, json=body, headers=headers)


@pytest.mark.parametrize(
    ("status", "words", "error", "code"),
    [
        (400, "Bad request", ChannelRejected, "channel_rejected"),
        (401, "Api-Key token is invalid", CredentialsRejected, "credentials_rejected"),
        (401, "Api-Key token length invalid", CredentialsRejected, "credentials_rejected"),
        (401, "Credentials are not specified", CredentialsRejected, "credentials_rejected"),
        (401, "Api-Key token is revoked", CredentialsRejected, "credentials_expired"),
        (403, "Access denied", CredentialsRejected, "rights_missing"),
        (403, "Token does not have any of the scopes to access the API method", CredentialsRejected, "scope_missing"),
        (403, "Restrict access for business 5 because it is not active", CredentialsRejected, "account_closed"),
        (404, "Not found", ChannelRejected, "thread_unknown"),
        (423, "Locked", ChannelUnavailable, "account_moving"),
        (302, "", ChannelUnavailable, "channel_unavailable"),
        (200, "Something", ChannelRejected, "channel_rejected"),
    ],
)
def test_each_refusal_has_its_meaning(status: int, words: str, error: type[Exception], code: str) -> None:
    meant = refusal(refused(status, words, location="/"), NOW)

    assert (type(meant), meant.code, meant.vendor_code) == (error, code, str(status))


@pytest.mark.parametrize(
    ("words", "until", "seconds"),
    [
        ("Hit rate limit of 2 parallel requests", "Fri, 20 Nov 2026 13:00:00 GMT", 2),
        ("Hit rate limit of 5 requests per 1 hour for resource r", "Fri, 20 Nov 2026 12:30:00 GMT", 1200),
        ("Hit rate limit", "Fri, 20 Nov 2026 15:30:00 +0300", 1200),
        ("Hit rate limit", "Fri, 20 Nov 2026 12:00:00 GMT", 1),
        ("Hit rate limit", "Sat, 20 Nov 2027 12:00:00 GMT", 3600),
        ("Hit rate limit", "soon", 60),
        ("Hit rate limit", "Fri, 20 Nov 2026 12:30:00 -0000", 60),
        ("Hit rate limit", "", 60),
    ],
)
def test_each_kind_of_limit_says_how_long_to_wait(words: str, until: str, seconds: int) -> None:
    meant = refusal(refused(420, words, **{"x-ratelimit-resource-until": until}), NOW)

    assert isinstance(meant, ChannelUnavailable)
    assert meant.retry_after == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"errors": [{"code": "A", "message": "words"}]}, "words"),
        ({"errors": [{"code": "A"}]}, "A"),
        ({"errors": []}, ""),
        ({"errors": [None]}, ""),
        ({"errors": [{"code": 5}]}, ""),
        ({"status": "ERROR"}, ""),
        ([1], ""),
        ({"errors": [{"message": "x" * 5000}]}, "x" * 200),
    ],
)
def test_markets_words_are_found_where_they_stand(body: Any, words: str) -> None:
    assert complaint(httpx.Response(400, json=body)) == words


def test_what_is_no_json_has_no_words() -> None:
    assert complaint(httpx.Response(502, text="<html>Bad Gateway</html>")) == ""


@pytest.mark.parametrize("said", ["Ваш адрес: Ленина, 5", "скидка", "a"])
def test_what_we_sent_never_comes_back_in_the_error(said: str) -> None:
    meant = refusal(refused(400, f"text is not allowed: {said}"), NOW, said)

    assert said not in str(meant).removeprefix("Market answered")
