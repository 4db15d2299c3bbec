"""The platform's own Telegram bot: it signs people in and helps them to connect a bot of their own."""

from __future__ import annotations

from typing import Literal

from shared.domain.cockpit import GroupUser
from shared.domain.ids import UserId
from shared.domain.model import Instant, Noun


class MasterBotSettings(Noun):
    """`settings/master_bot`, set by an admin at run time. Both secrets are ciphertext."""

    token: str
    webhook_secret: str
    username: str
    updated_at: Instant


class MasterMessage(Noun):
    """Somebody wrote to the bot in private."""

    chat: str
    source_id: str
    author: GroupUser
    text: str


class MasterPress(Noun):
    """Somebody pressed a button of the bot's."""

    chat: str
    source_id: str
    """The message that carries the button."""
    press_id: str
    author: GroupUser
    data: str


MasterArrival = MasterMessage | MasterPress


class TelegramLink(Noun):
    """`telegram_links/{hash of its code}`: a Telegram account on its way to a session. Single use, minutes."""

    purpose: Literal["sign_in", "attach"]
    user_id: UserId | None = None
    """Whose account gets the Telegram account; only to attach."""
    session_id: str = ""
    """The session that asked for it, and must still live when it is confirmed; only to attach."""
    exchange_hash: str
    """Of the secret that the browser keeps, and that never goes through Telegram."""
    asked_from: str = ""
    """The browser that asks, as the bot shows it to who confirms."""
    telegram: GroupUser | None = None
    """Who has confirmed it; None: nobody yet."""
    expire_at: Instant
