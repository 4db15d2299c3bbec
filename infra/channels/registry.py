"""The channels: kind to adapter and sandbox, loaded on first use so that a function pays only for its own."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from infra.channels.context import ChannelContext
from shared.domain.channels import ChannelKind
from shared.ports.channel import Channel

CHANNELS: dict[ChannelKind, str] = {
    ChannelKind.TELEGRAM_BOT: "infra.channels.telegram_bot.channel:TelegramBot",
    ChannelKind.GMAIL: "infra.channels.gmail.channel:Gmail",
    ChannelKind.AVITO: "infra.channels.avito.channel:Avito",
}
SANDBOXES: dict[ChannelKind, str] = {
    ChannelKind.TELEGRAM_BOT: "infra.channels.telegram_bot.sandbox:TelegramBotSandbox",
    ChannelKind.GMAIL: "infra.channels.gmail.sandbox:GmailSandbox",
    ChannelKind.AVITO: "infra.channels.avito.sandbox:AvitoSandbox",
}


@cache
def load(dotted: str) -> Any:
    """The class that a `module:name` path names."""
    module, _, name = dotted.partition(":")
    return getattr(import_module(module), name)


def channel_class(kind: ChannelKind) -> type[Channel]:
    """The adapter class of a kind; its `capabilities` can be read without an inbox."""
    return load(CHANNELS[kind])  # type: ignore[no-any-return]


def open_channel(kind: ChannelKind, context: ChannelContext) -> Channel:
    """The adapter for one inbox."""
    return load(CHANNELS[kind])(context)  # type: ignore[no-any-return]
