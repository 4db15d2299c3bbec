"""Until when a vendor lets us write: so long after the customer's last message."""

from __future__ import annotations

from datetime import datetime

from shared.domain.channels import Capabilities
from shared.domain.conversations import Conversation
from shared.domain.messages import Direction


def closes_at(conversation: Conversation, capabilities: Capabilities) -> datetime | None:
    """When it closes; None: never, or nobody knows, and the vendor decides.

    Questions and reviews have no window: what limits a talk does not limit a public answer.
    """
    if capabilities.reply_window is None or conversation.kind != "chat":
        return None
    written = [
        entry.at
        for entry in conversation.window.values()
        if entry.direction is Direction.INCOMING and not entry.is_automatic
    ]
    return max(written) + capabilities.reply_window if written else None


def is_closed(conversation: Conversation, capabilities: Capabilities, now: datetime) -> bool:
    """Whether it is too late to write."""
    until = closes_at(conversation, capabilities)
    return until is not None and now >= until
