"""The seller's token, a JWT: what its claims say. Nothing here is verified: Wildberries decides, the claims explain."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import jwt
from pydantic import AwareDatetime, BeforeValidator, Field, ValidationError

from shared.domain.model import Noun

FEEDBACKS_BIT, CHAT_BIT, READ_ONLY_BIT = 7, 9, 30
"""Bits of `s`, counted from 0: our reading of the vendor's table, not verified with a real token."""


class TokenKind(StrEnum):
    """What a token is made for. A base token works, with a request an hour; a test one has no buyer chat."""

    BASE = "base"
    TEST = "test"
    PERSONAL = "personal"
    SERVICE = "service"
    UNKNOWN = "unknown"


_KINDS = {1: TokenKind.BASE, 2: TokenKind.TEST, 3: TokenKind.PERSONAL, 4: TokenKind.SERVICE}


class Token(Noun):
    """The claims that matter here; a token that cannot be read has none of them."""

    seller: Annotated[str, BeforeValidator(lambda value: value or "")] = Field(default="", alias="sid")
    """The seller's UUID."""
    account_type: int = Field(default=0, alias="acc")
    is_test: bool = Field(default=False, alias="t")
    expires_at: AwareDatetime | None = Field(default=None, alias="exp")
    sections: int | None = Field(default=None, alias="s")

    @property
    def kind(self) -> TokenKind:
        """Its type."""
        return TokenKind.TEST if self.is_test else _KINDS.get(self.account_type, TokenKind.UNKNOWN)

    @property
    def is_read_only(self) -> bool:
        """Nothing can be sent with it."""
        return self.sections is not None and bool(self.sections >> READ_ONLY_BIT & 1)

    def lacks(self, bit: int) -> bool:
        """Surely does not cover a section; False also where the claims do not say."""
        return self.sections is not None and not self.sections >> bit & 1

    def has_expired(self, now: datetime) -> bool:
        """Its time is over."""
        return self.expires_at is not None and self.expires_at <= now

    def facts(self) -> dict[str, str]:
        """For the owner: type, end, and where it is crippled."""
        facts = {"account": self.seller, "token_type": self.kind.value}
        if self.expires_at is not None:
            facts["expires_at"] = self.expires_at.astimezone(UTC).isoformat()
        if self.kind is TokenKind.BASE:
            facts["limit"] = "1/h"
        return facts


def read_token(token: str) -> Token:
    """The claims of a token; an empty `Token` where it is none."""
    try:
        return Token.model_validate(jwt.decode(token, options={"verify_signature": False}))
    except (jwt.PyJWTError, ValidationError, ValueError, RecursionError):
        return Token()
