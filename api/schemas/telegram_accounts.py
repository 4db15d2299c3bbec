"""Logging a personal Telegram account in."""

from __future__ import annotations

from pydantic import Field

from api.schemas.common import CodedText, Out
from api.schemas.inboxes import Name, Reference
from shared.domain.model import Instant, Strict
from shared.domain.telegram_accounts import AccountLogin, ChatKind, LoginState
from shared.domain.texts import Language


class LoginIn(Strict):
    """What comes of the login: an inbox of this name, which takes conversations from these kinds of chat."""

    name: Name = "Telegram"
    takes: list[ChatKind] = Field(default=["private"], min_length=1, max_length=3)
    assistant_id: Reference | None = None


class PasswordIn(Strict):
    """Of the account's two-step verification."""

    password: str = Field(min_length=1, max_length=500, repr=False)


class LoginOut(Out):
    """How far it is. `qr_url` and the picture of it change every 30 seconds: ask again every 2."""

    id: str
    state: LoginState
    qr_url: str | None
    """What the code says: open Telegram on the phone, Settings, Devices, Link Desktop Device, and scan it."""
    qr_image: str | None
    """The same as a picture, beside this address."""
    qr_expires_at: Instant | None
    problem: CodedText | None
    inbox_id: str | None
    account: str
    expires_at: Instant

    @classmethod
    def of(cls, login: AccountLogin, language: Language) -> LoginOut:
        """A login for a reader of this language."""
        return cls(
            id=login.id,
            state=login.state,
            qr_url=login.qr_url or None,
            qr_image="qr.png" if login.qr_url else None,
            qr_expires_at=login.qr_expires_at,
            problem=CodedText.of(login.problem, language),
            inbox_id=login.inbox_id,
            account=login.account,
            expires_at=login.expire_at,
        )
