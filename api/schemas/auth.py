"""Signing in."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas.common import Out
from shared.domain.model import Instant, Strict


class SignInForm(Strict):
    """OAuth2's password form. `cookies`: keep the tokens in the browser's HttpOnly cookies instead of the answer."""

    grant_type: Literal["password", ""] = "password"
    username: str = Field(max_length=320)
    password: str = Field(max_length=1024)
    scope: str = Field(default="", max_length=200)
    client_id: str = Field(default="", max_length=200)
    client_secret: str = Field(default="", max_length=200)
    cookies: bool = False


class RefreshIn(Strict):
    """Without a token the browser's cookie is taken."""

    refresh_token: str = Field(max_length=200)


class TokenOut(Out):
    """The tokens, or None for both where they went into cookies."""

    access_token: str | None
    refresh_token: str | None
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme
    expires_in: int
    """Seconds that the access token lives."""


class MeOut(Out):
    """The signed-in user."""

    id: str
    email: str
    name: str
    language: str
    is_superuser: bool
    session_id: str


class SessionOut(Out):
    """A sign-in on one device."""

    id: str
    user_agent: str
    created_at: Instant
    last_used_at: Instant
    expires_at: Instant
    is_current: bool
