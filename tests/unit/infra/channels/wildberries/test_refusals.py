"""Wildberries' answers to errors of ours, and the faults that Wildberries itself has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest

from infra.channels.remedies import EXPIRED, SCOPE, WRONG, WRONG_TYPE
from infra.channels.wildberries.refusals import InvalidSignature, refusal
from infra.channels.wildberries.remedies import BALANCE, REMEDIES
from infra.channels.wildberries.tokens import CHAT_BIT, FEEDBACKS_BIT, Token, TokenKind, read_token
from shared.domain.texts import TEXTS
from shared.errors import ChannelRejected, ChannelUnavailable, CredentialsRejected

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BOTH = 1 << CHAT_BIT | 1 << FEEDBACKS_BIT


def a_token(**claims: Any) -> Token:
    standard = {"sid": "seller", "acc": 3, "for": "self", "t": False, "s": BOTH, "exp": NOW + timedelta(days=9)}
    return read_token(jwt.encode({**standard, **claims}, "s" * 32))


def refused(status: int, body: Any, token: Token | None = None) -> Exception:
    return refusal(httpx.Response(status, json=body), token or a_token(), CHAT_BIT, NOW)


CREDENTIALS = [
    (401, {"detail": "token problem; token is malformed"}, {}, WRONG),
    (401, {"detail": "token expired"}, {}, EXPIRED),
    (401, {"detail": "token problem"}, {"exp": NOW - timedelta(seconds=1)}, EXPIRED),
    (401, {"detail": "token problem"}, {"acc": 2, "t": True}, WRONG_TYPE),
    (401, {"detail": "token problem"}, {"s": 1 << FEEDBACKS_BIT}, SCOPE),
    (402, {"detail": "please top up your balance"}, {"acc": 4}, BALANCE),
    (403, {"detail": "base token is not allowed"}, {"acc": 1}, WRONG_TYPE),
    (403, {"errorText": "no right", "error": True}, {}, SCOPE),
    (401, "no envelope", {}, WRONG),
]


@pytest.mark.parametrize(("status", "body", "claims", "code"), CREDENTIALS)
def test_a_refused_token_has_a_reason_with_a_remedy(status: int, body: Any, claims: dict[str, Any], code: str) -> None:
    error = refused(status, body, a_token(**claims))

    assert isinstance(error, CredentialsRejected)
    assert (error.code, error.vendor_code) == (code, str(status))
    assert code in REMEDIES
    assert code in TEXTS


REFUSALS = [
    (400, {"detail": 'Invalid value for "message"'}, "text_refused"),
    (400, {"detail": "A24FA09844E: attachment too big. Max size: 5MiB"}, "file_too_large"),
    (400, {"detail": '4A9F: "Иван Иванов.mp4" has unsupported mime type'}, "file_type_refused"),
    (400, {"detail": "invalid fileID"}, "attachment_gone"),
    (400, {"error": True, "errorText": "Something went wrong"}, "channel_rejected"),
    (404, {"error": True, "errorText": "Not found"}, "thread_unknown"),
    (422, {"error": True, "errorText": "Not found"}, "thread_unknown"),
    (413, ["anything"], "channel_rejected"),
]


@pytest.mark.parametrize(("status", "body", "code"), REFUSALS)
def test_a_refused_message_has_a_code_and_none_of_wildberries_words(status: int, body: Any, code: str) -> None:
    error = refused(status, body)

    assert isinstance(error, ChannelRejected)
    assert not isinstance(error, CredentialsRejected)
    assert error.code == code
    assert str(error) == f"Wildberries answered {status}"
    assert code in TEXTS


def test_an_old_signature_is_told_apart() -> None:
    assert isinstance(refused(400, {"detail": "Invalid signature"}), InvalidSignature)


def test_a_redirect_is_no_refusal() -> None:
    assert isinstance(refused(302, {}), ChannelUnavailable)


KINDS = [
    ({"acc": 1}, TokenKind.BASE),
    ({"acc": 2, "t": True}, TokenKind.TEST),
    ({"acc": 3}, TokenKind.PERSONAL),
    ({"acc": 4, "for": "asid:1"}, TokenKind.SERVICE),
    ({"acc": 9}, TokenKind.UNKNOWN),
]


@pytest.mark.parametrize(("claims", "kind"), KINDS)
def test_a_tokens_type_is_read_from_its_claims(claims: dict[str, Any], kind: TokenKind) -> None:
    assert a_token(**claims).kind is kind


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJIUzI1NiJ9.W10.x"])
def test_what_is_no_token_claims_nothing(token: str) -> None:
    claims = read_token(token)

    assert claims == Token()
    assert not claims.lacks(CHAT_BIT)
    assert not claims.is_read_only


def test_a_claim_of_another_form_hides_none_of_the_others_dangerously() -> None:
    assert a_token(sid=None).seller == ""
    assert a_token(s="x") == Token()


def test_bit_thirty_means_that_nothing_can_be_sent() -> None:
    assert a_token(s=BOTH | 1 << 30).is_read_only
    assert not a_token(s=BOTH).is_read_only
