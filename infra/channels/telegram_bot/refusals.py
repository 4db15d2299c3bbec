"""What Telegram's refusals mean. Texts are no contract, so the code decides first, then a part of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.channels.telegram_bot.objects import Answer
from shared.errors import (
    ChannelError,
    ChannelRejected,
    ChannelUnavailable,
    CredentialsRejected,
    RecipientUnreachable,
)


class ChatMoved(ChannelRejected):
    """The group became a supergroup: the same message goes to `new_thread`."""

    def __init__(self, new_thread: str) -> None:
        super().__init__("the chat has a new id", code="chat_moved")
        self.new_thread = new_thread


@dataclass(frozen=True, slots=True)
class _Rule:
    """A refusal with this code whose text contains this means that."""

    status: int
    contains: str
    error: type[ChannelError]
    code: str | None = None


_RULES = (
    _Rule(400, "chat not found", RecipientUnreachable),
    _Rule(400, "message is too long", ChannelRejected, "text_too_long"),
    _Rule(400, "file is too big", ChannelRejected, "file_too_big"),
    _Rule(400, "wrong file_id", ChannelRejected, "file_gone"),
    _Rule(401, "", CredentialsRejected),
    # Blocked, deactivated, never started, or thrown out of the group.
    _Rule(403, "", RecipientUnreachable),
    _Rule(404, "", CredentialsRejected),
    _Rule(409, "terminated by other setwebhook", ChannelUnavailable),
    # Somebody else polls with our token.
    _Rule(409, "", CredentialsRejected, "conflict"),
)


def to_error(answer: Answer) -> ChannelError:
    """The error that a refusal stands for."""
    if answer.parameters.migrate_to_chat_id is not None:
        return ChatMoved(str(answer.parameters.migrate_to_chat_id))
    text = answer.description.lower()
    for rule in _RULES:
        if rule.status == answer.error_code and rule.contains in text:
            return rule.error(f"Telegram answered {rule.status}", code=rule.code, vendor_code=_reason(answer))
    return ChannelRejected(f"Telegram answered {answer.error_code}", vendor_code=_reason(answer))


def _reason(answer: Answer) -> str:
    """Telegram's word for it: up to the second colon or a quote, behind which it may repeat our text."""
    parts = re.split(r': |"', answer.description, maxsplit=2)
    return (parts[1] if len(parts) > 1 else parts[0])[:80]
