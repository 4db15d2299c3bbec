"""Avito's refusals in our words."""

from __future__ import annotations

import httpx
import pytest

from infra.channels.avito.refusals import complaint, refusal
from shared.errors import ChannelRejected, ChannelUnavailable, CredentialsRejected


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"error": {"code": 400, "message": "Validation error"}}', "Validation error"),
        ('{"message": "invalid access token"}', "invalid access token"),
        ('{"error": "no_such_thing", "message": "Nothing here"}', "Nothing here"),
        ("<html>Bad Gateway</html>", "<html>Bad Gateway</html>"),
        ("[1]", "[1]"),
        ("", ""),
        ("x" * 5000, "x" * 200),
    ],
)
def test_avitos_words_are_found_wherever_they_stand(body: str, words: str) -> None:
    assert complaint(httpx.Response(400, text=body)) == words


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (400, ChannelRejected, "channel_rejected"),
        (401, CredentialsRejected, "credentials_rejected"),
        (402, CredentialsRejected, "tariff_missing"),
        (403, CredentialsRejected, "tariff_missing"),
        (404, ChannelRejected, "channel_rejected"),
        (302, ChannelUnavailable, "channel_unavailable"),
    ],
)
def test_each_status_has_its_meaning(status: int, error: type[Exception], code: str) -> None:
    meant = refusal(httpx.Response(status, headers={"location": "/"}, json={}))

    assert (type(meant), meant.code, meant.vendor_code) == (error, code, str(status))


@pytest.mark.parametrize("said", ["Ваш адрес: Ленина, 5", "скидка", "a"])
def test_what_we_sent_never_comes_back_in_the_error(said: str) -> None:
    body = {"error": {"code": 400, "message": f"text is not allowed: {said}"}}

    assert said not in str(refusal(httpx.Response(400, json=body), said)).removeprefix("Avito answered")


def test_avitos_words_help_where_they_repeat_nothing() -> None:
    body = {"error": {"code": 400, "message": "chat is closed"}}

    assert "chat is closed" in str(refusal(httpx.Response(400, json=body), "Да, приезжайте"))
