"""Ozon's refusals in our words."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from infra.channels.ozon.refusals import CIRCLE_OPENS, NEXT_SECOND, refusal
from shared.errors import ChannelRejected, ChannelUnavailable, CredentialsRejected


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Invalid Api-Key, please check the key and try again", "credentials_rejected"),
        ("Api-key is deactivated, use another one or generate a new one", "credentials_expired"),
        ("Api-Key is missing a required role for a method", "rights_missing"),
        ("Api-Key is restricted to specific IP addresses", "ip_not_allowed"),
        ("Offer not signed", "offer_not_signed"),
    ],
)
@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_words_about_the_key_are_known_under_any_status(status: int, words: str, code: str) -> None:
    meant = refusal(httpx.Response(status, json={"code": 7, "message": words}))

    assert (type(meant), meant.code) == (CredentialsRejected, code)


@pytest.mark.parametrize(
    ("words", "pause"),
    [("Circle is open", CIRCLE_OPENS), ("You have reached request rate limit per second", NEXT_SECOND)],
)
@pytest.mark.parametrize("status", [400, 403])
def test_words_about_load_ask_to_wait(status: int, words: str, pause: timedelta) -> None:
    meant = refusal(httpx.Response(status, json={"code": 3, "message": words, "details": "text"}))

    assert isinstance(meant, ChannelUnavailable)
    assert meant.retry_after == pause


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (400, '{"code": 3, "message": "text is required"}', ChannelRejected, "channel_rejected"),
        (400, '{"code": 16}', CredentialsRejected, "credentials_rejected"),
        (400, '{"code": 8, "message": null}', ChannelUnavailable, "channel_unavailable"),
        (401, "", CredentialsRejected, "credentials_rejected"),
        (403, "<html>", ChannelRejected, "channel_rejected"),
        (404, "[1]", ChannelRejected, "channel_rejected"),
        (409, '{"message": ["x"]}', ChannelRejected, "channel_rejected"),
        (302, "", ChannelUnavailable, "channel_unavailable"),
    ],
)
def test_without_known_words_the_numbers_decide(status: int, body: str, error: type[Exception], code: str) -> None:
    meant = refusal(httpx.Response(status, text=body, headers={"location": "/"}))

    assert (type(meant), meant.code, meant.vendor_code) == (error, code, str(status))


def test_ozons_words_never_travel_on_because_they_may_quote_ours() -> None:
    assert "адрес" not in str(refusal(httpx.Response(400, json={"code": 3, "message": "bad text: Ваш адрес"})))
