"""Tokens of the simulated Wildberries: JWTs with its claims, signed with a secret that nobody else knows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt

LIFE = timedelta(days=180)
CHAT, FEEDBACKS, READ_ONLY = 1 << 9, 1 << 7, 1 << 30
BASE, TEST, PERSONAL, SERVICE = 1, 2, 3, 4
_MADE_FOR = {PERSONAL: "self", SERVICE: "asid:5f0c4d0b-0000-4000-8000-2f6f0f3f8a11"}


def token_of(account: dict[str, Any]) -> str:
    """The token that the seller's cabinet shows; the same as long as nothing about it changes."""
    claims: dict[str, Any] = {
        "acc": account["type"],
        "exp": account["expires_at"],
        "id": account["token_id"],
        "s": account["sections"],
        "sid": account["seller"],
        "t": account["type"] == TEST,
    }
    made_for = _MADE_FOR.get(account["type"])
    return jwt.encode({**claims, "for": made_for} if made_for else claims, account["secret"], algorithm="HS256")


def claims_of(token: str) -> dict[str, Any] | None:
    """What a token claims, unchecked; None for what is no token."""
    try:
        return dict(jwt.decode(token, options={"verify_signature": False}))
    except jwt.PyJWTError:
        return None


def is_signed(token: str, account: dict[str, Any]) -> bool:
    """Whether it is one of ours for this account."""
    try:
        jwt.decode(token, account["secret"], algorithms=["HS256"], options={"verify_exp": False})
    except jwt.PyJWTError:
        return False
    return True
