"""What Telegram's refusals mean. Texts are no contract, so the code decides first, then a part of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.channels.remedies import RIGHTS, WRONG
from infra.telegram.objects import Answer
from shared.errors import (
    ChannelError,
    ChannelRejected,
    ChannelUnavailable,
    CredentialsRejected,
    RecipientUnreachable,
    TopicGone,
)


class ChatMoved(ChannelRejected):
    """The group became a supergroup: the same message goes to `new_thread`."""

    def __init__(self, new_thread: str) -> None:
        super().__init__("the chat has a new id", code="chat_moved")
        self.new_thread = new_thread


class ConnectionGone(ChannelRejected):
    """This connection to somebody's account is over: they changed its settings, or took the bot away."""

    code = "business_disconnected"


class Unchanged(ChannelRejected):
    """It is already as it was asked to be, or it is too late for it to matter."""


@dataclass(frozen=True, slots=True)
class _Meaning:
    """A refusal with this code whose text contains this means that."""

    status: int
    contains: str
    error: type[ChannelError]
    code: str | None = None


_MEANINGS = (
    _Meaning(400, "chat not found", RecipientUnreachable),
    _Meaning(400, "business_connection_invalid", ConnectionGone),
    _Meaning(400, "business connection not found", ConnectionGone),
    _Meaning(400, "connection_id_invalid", ConnectionGone),
    _Meaning(400, "business_peer_usage_missing", RecipientUnreachable, code="window_closed"),
    _Meaning(400, "business_peer_invalid", RecipientUnreachable),
    _Meaning(400, "business_connection_not_allowed", CredentialsRejected, code=RIGHTS),
    _Meaning(400, "message is too long", ChannelRejected, code="text_too_long"),
    _Meaning(400, "caption is too long", ChannelRejected, code="text_too_long"),
    _Meaning(400, "file is too big", ChannelRejected, code="file_too_big"),
    _Meaning(400, "wrong file_id", ChannelRejected, code="file_gone"),
    _Meaning(400, "message thread not found", TopicGone),
    _Meaning(400, "topic_deleted", TopicGone),
    _Meaning(400, "topic_id_invalid", TopicGone),
    _Meaning(400, "topic_closed", ChannelRejected, code="topic_closed"),
    _Meaning(400, "is not a forum", ChannelRejected, code="not_a_forum"),
    _Meaning(400, "not modified", Unchanged),
    _Meaning(400, "topic_not_modified", Unchanged),
    _Meaning(400, "query is too old", Unchanged),
    _Meaning(400, "not enough rights", ChannelRejected, code=RIGHTS),
    _Meaning(400, "message to edit not found", ChannelRejected, code="gone"),
    _Meaning(400, "message to pin not found", ChannelRejected, code="gone"),
    _Meaning(401, "", CredentialsRejected, code=WRONG),
    # Blocked, deactivated, never started, or thrown out of the group.
    _Meaning(403, "", RecipientUnreachable),
    _Meaning(404, "", CredentialsRejected, code=WRONG),
    _Meaning(409, "terminated by other setwebhook", ChannelUnavailable),
    # Somebody else polls with our token.
    _Meaning(409, "", CredentialsRejected, code="conflict"),
    _Meaning(413, "", ChannelRejected, code="file_too_large"),
)


def to_error(answer: Answer) -> ChannelError:
    """The error that a refusal stands for."""
    if answer.parameters.migrate_to_chat_id is not None:
        return ChatMoved(str(answer.parameters.migrate_to_chat_id))
    text = answer.description.lower()
    for meaning in _MEANINGS:
        if meaning.status == answer.error_code and meaning.contains in text:
            return meaning.error(f"Telegram answered {meaning.status}", code=meaning.code, vendor_code=_reason(answer))
    return ChannelRejected(f"Telegram answered {answer.error_code}", vendor_code=_reason(answer))


def _reason(answer: Answer) -> str:
    """Telegram's word for it: up to the second colon or a quote, behind which it may repeat our text."""
    parts = re.split(r': |"', answer.description, maxsplit=2)
    return (parts[1] if len(parts) > 1 else parts[0])[:80]
