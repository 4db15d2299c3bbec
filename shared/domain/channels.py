"""Channels: the kinds of messaging service, and what each can do."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Literal

from shared.domain.model import Noun


class ChannelKind(StrEnum):
    """A kind of messaging service. The core compares nothing with these: they only select an adapter."""

    TELEGRAM_BOT = "telegram_bot"
    TELEGRAM_BUSINESS = "telegram_business"
    TELEGRAM_ACCOUNT = "telegram_account"
    GMAIL = "gmail"
    IMAP = "imap"
    AVITO = "avito"
    OZON = "ozon"
    WILDBERRIES = "wildberries"
    YANDEX_MARKET = "yandex_market"
    WEB_CHAT = "web_chat"


ThreadKind = Literal["chat", "question", "review"]
"""What a conversation is at its vendor: a talk with one customer, or a public question or review of a product."""


class FileRules(Noun):
    """Which files a channel takes from us, besides the kinds in `Capabilities.sends`."""

    most: int = 1
    """Files of one message."""
    max_bytes: int
    """Of one file."""
    max_total_bytes: int | None = None
    """Of all files of one message."""
    mime_types: frozenset[str] = frozenset()
    """Empty: any."""


class Capabilities(Noun):
    """What a channel can do, as data that the core may ask about."""

    text_limit: int
    """Longest text of one message, in `text_unit`s."""
    text_limits: dict[ThreadKind, int] = {}
    """Where a kind of thread has a limit of its own."""
    text_unit: Literal["characters", "utf16"] = "characters"
    sends: frozenset[Literal["text", "image", "voice", "file"]] = frozenset({"text"})
    files: FileRules | None = None
    """None: no files can be sent."""
    sends_files_in: frozenset[ThreadKind] = frozenset({"chat"})
    """Kinds of thread that take files."""
    forbids: frozenset[Literal["phone", "email", "link", "messenger"]] = frozenset()
    """What the vendor punishes a seller for writing."""
    answers_once: frozenset[ThreadKind] = frozenset()
    """Kinds of thread in which the vendor keeps one answer of ours, not a talk."""
    reply_window: timedelta | None = None
    """How long after the customer's last message the vendor lets us write; None: always."""
    history_listable: bool = False
    """The vendor can be asked for everything that it holds: `Channel.history`."""
    history_readable: bool = False
    """After an unclear send the vendor can be asked what it holds."""
    webhook_by_hand: bool = False
    """The owner pastes our address into the vendor's cabinet: that it works shows when the vendor first calls."""
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

    def text_limit_in(self, kind: ThreadKind) -> int:
        """Longest text of one message in a thread of this kind."""
        return self.text_limits.get(kind, self.text_limit)
