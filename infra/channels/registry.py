"""The channels: one line a kind. What it names is loaded on first use, so that a function pays only for its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from infra.channels.context import ChannelContext
from shared.domain.channels import ChannelKind
from shared.ports.channel import Channel

if TYPE_CHECKING:
    from infra.channels.remedies import Remedy
    from infra.sandbox.standin import SandboxContext, Standin


@dataclass(frozen=True, slots=True)
class Entry:
    """Where the parts of a channel are: `channel.py`, `sandbox.py` and `remedies.py` of its folder."""

    title: str
    """As people call the service."""
    channel: str
    """The class in `channel.py`."""
    sandbox: str
    """The class in `sandbox.py`."""


REGISTRY: dict[ChannelKind, Entry] = {
    ChannelKind.TELEGRAM_BOT: Entry("Telegram", "TelegramBot", "TelegramBotSandbox"),
    ChannelKind.TELEGRAM_BUSINESS: Entry("Telegram Business", "TelegramBusiness", "TelegramBusinessSandbox"),
    ChannelKind.TELEGRAM_ACCOUNT: Entry("Telegram account", "TelegramAccount", "TelegramAccountSandbox"),
    ChannelKind.GMAIL: Entry("Gmail", "Gmail", "GmailSandbox"),
    ChannelKind.IMAP: Entry("Mail", "Imap", "ImapSandbox"),
    ChannelKind.AVITO: Entry("Avito", "Avito", "AvitoSandbox"),
    ChannelKind.OZON: Entry("Ozon", "Ozon", "OzonSandbox"),
    ChannelKind.WEB_CHAT: Entry("Web chat", "WebChat", "WebChatSandbox"),
    ChannelKind.WILDBERRIES: Entry("Wildberries", "Wildberries", "WildberriesSandbox"),
    ChannelKind.YANDEX_MARKET: Entry("Yandex Market", "YandexMarket", "YandexMarketSandbox"),
}


def channel_class(kind: ChannelKind) -> type[Channel]:
    """The adapter class of a kind; its `capabilities` can be read without an inbox."""
    return _load(kind, "channel", REGISTRY[kind].channel)  # type: ignore[no-any-return]


def open_channel(kind: ChannelKind, context: ChannelContext) -> Channel:
    """The adapter for one inbox."""
    return _load(kind, "channel", REGISTRY[kind].channel)(context)  # type: ignore[no-any-return]


def sandbox_class(kind: ChannelKind) -> Callable[[SandboxContext], Standin]:
    """Makes the stand-in of a kind's vendor."""
    return _load(kind, "sandbox", REGISTRY[kind].sandbox)  # type: ignore[no-any-return]


def remedies_of(kind: ChannelKind) -> Mapping[str, Remedy]:
    """What can be wrong with an inbox of this kind, by code, and what its owner can do."""
    return _load(kind, "remedies", "REMEDIES")  # type: ignore[no-any-return]


@cache
def _load(kind: ChannelKind, module: str, name: str) -> Any:
    return getattr(import_module(f"infra.channels.{kind.value}.{module}"), name)
