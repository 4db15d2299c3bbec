"""Signing in with Telegram, and the platform's own bot."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Out
from shared.domain.model import Instant, Strict

FieldName = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]


class WidgetIn(Strict):
    """What Telegram's login widget hands to a page, unchanged: each field is part of what is signed.

    `cookies`: keep the tokens in the browser's HttpOnly cookies instead of the answer.
    """

    fields: dict[FieldName, str | int] = Field(max_length=20)
    cookies: bool = False


class LinkOut(Out):
    """A link that somebody must confirm in Telegram. The token stays in this browser, for `exchange`."""

    url: str
    exchange_token: str
    expires_in: int
    """Seconds."""


class ExchangeIn(Strict):
    """`cookies`: keep the tokens in the browser's HttpOnly cookies instead of the answer."""

    token: str = Field(max_length=200)
    cookies: bool = False


class WaitingOut(Out):
    """Nobody has confirmed the link yet: ask again in a moment."""

    status: Literal["waiting"] = "waiting"


class TelegramConfigOut(Out):
    """Which bot the login widget is for; None: there is none, and nobody can sign in with Telegram."""

    bot: str | None


class MasterBotIn(Strict):
    """A token from @BotFather."""

    token: str = Field(min_length=1, max_length=200, repr=False)


class MasterBotOut(Out):
    """The platform's own bot. Its token never comes out."""

    username: str
    updated_at: Instant
