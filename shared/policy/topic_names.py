"""How a topic is called: the mark of its conversation's status, the channel, and who asks about what."""

from __future__ import annotations

from typing import Final

from shared.domain.channels import ChannelKind
from shared.domain.conversations import Conversation, Status
from shared.domain.messages import Author

NAME_LIMIT: Final = 128
"""Characters."""
MARKS: Final[dict[Status, str]] = {
    Status.AWAITING_RESPONSE: "🔴",
    Status.ANSWERED_BY_LLM: "🟢",
    Status.ANSWERED_BY_HUMAN: "🟢",
    Status.NEEDS_HUMAN: "🆘",
    Status.CLOSED: "⚪",
}
AUTO_RESPONDER_MARK: Final = "🔵"
CHANNELS: Final[dict[ChannelKind, str]] = {
    ChannelKind.TELEGRAM_BOT: "Telegram",
    ChannelKind.TELEGRAM_BUSINESS: "Telegram",
    ChannelKind.TELEGRAM_ACCOUNT: "Telegram",
    ChannelKind.GMAIL: "Gmail",
    ChannelKind.IMAP: "E-mail",
    ChannelKind.AVITO: "Avito",
    ChannelKind.OZON: "Ozon",
    ChannelKind.WILDBERRIES: "Wildberries",
    ChannelKind.YANDEX_MARKET: "Yandex Market",
    ChannelKind.WEB_CHAT: "Web",
}
"""Names of the services, as people read them."""


def mark_of(conversation: Conversation) -> str:
    """The status in one character. Blue: the last words are the auto-responder's, and people have not been called."""
    entries = conversation.ordered_window()
    is_calm = conversation.status not in (Status.NEEDS_HUMAN, Status.CLOSED)
    if is_calm and entries and entries[-1][1].author is Author.AUTO_RESPONDER:
        return AUTO_RESPONDER_MARK
    return MARKS[conversation.status]


def name_of(conversation: Conversation) -> str:
    """At most NAME_LIMIT characters, all on one line."""
    subject = listing_of(conversation)
    who = conversation.contact_name or conversation.source_id
    told = [CHANNELS[conversation.channel], who, *([subject] if subject else [])]
    line = " ".join(" · ".join(told).split())
    return f"{mark_of(conversation)} {line}"[:NAME_LIMIT].strip()


def listing_of(conversation: Conversation) -> str:
    """What the conversation is about, as far as the vendor tells it."""
    facts = conversation.facts
    return facts.get("item_title") or facts.get("product") or conversation.subject
