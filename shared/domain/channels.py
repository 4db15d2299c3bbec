"""Channels: the kinds of messaging service, and what each can do."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Literal

from shared.domain.model import Noun


class ChannelKind(StrEnum):
    """A kind of messaging service. The core compares nothing with these: they only select an adapter."""

    TELEGRAM_BOT = "telegram_bot"
    GMAIL = "gmail"
    AVITO = "avito"


class Capabilities(Noun):
    """What a channel can do, as data that the core may ask about."""

    text_limit: int
    """Longest text of one message, in `text_unit`s."""
    text_unit: Literal["characters", "utf16"] = "characters"
    sends: frozenset[Literal["text", "image", "voice", "file"]] = frozenset({"text"})
    history_readable: bool = False
    """After an unclear send the vendor can be asked what it holds."""
    pushes: bool = True
    """New messages come by themselves (webhook or notification)."""
    pull_every: timedelta | None = None
    """How often to pull while the inbox is in use; None: it cannot be pulled."""
    pull_every_idle: timedelta | None = None
    """How often to pull when nothing has come for a while, and at night."""
    renew_every: timedelta | None = None
    """The vendor forgets the push registration unless it is renewed this often."""
    describes_threads: bool = False
    """Pushed messages do not say who writes; the vendor can be asked."""
    html: bool = False
    """Messages carry a subject and HTML."""
