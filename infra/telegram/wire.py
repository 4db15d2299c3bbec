"""Bytes to our words and back, as far as every bot needs it. No I/O."""

from __future__ import annotations

from datetime import timedelta

from pydantic import ValidationError

from infra.channels.hook_secret import check_secret
from infra.telegram.content import is_service
from infra.telegram.objects import Message, Party, Sent, Update
from shared.domain.arrivals import RawDelivery
from shared.domain.contacts import ContactRef
from shared.domain.model import EPOCH, Instant
from shared.errors import ChannelRejected, InvalidInput

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105
TEXT_LIMIT = 4096
"""UTF-16 code units of a message without a file."""
CAPTION_LIMIT = 1024
"""UTF-16 code units of a message with one."""
ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
)


def verify(delivery: RawDelivery, secret: str) -> None:
    """Raise `UntrustedDelivery` unless the caller knows the secret that we gave to Telegram."""
    check_secret(delivery.headers.get(SECRET_HEADER, ""), secret)


def to_update(body: bytes) -> Update:
    """One call of Telegram's. Raises `InvalidInput`."""
    try:
        return Update.model_validate_json(body)
    except ValidationError:
        raise InvalidInput("the body is not an update of the Bot API") from None


def moment(seconds: int) -> Instant:
    """Unix time as ours."""
    return EPOCH + timedelta(seconds=seconds)


def text_length(text: str) -> int:
    """In UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_length(text: str, limit: int) -> None:
    """Raise `ChannelRejected` for a text that Telegram would refuse: it cuts nothing off."""
    if text_length(text) > limit:
        raise ChannelRejected(f"more than {limit} UTF-16 units", code="text_too_long")


def sendable(text: str) -> str:
    """Without the halves of characters that a model may leave."""
    return text.encode("utf-8", "replace").decode()


def sent_id(sent: Sent) -> str:
    """The id of a sent message, unique among all chats of the bot."""
    return f"{sent.chat.id}:{sent.message_id}"


def is_written(message: Message) -> bool:
    """Whether people wrote it: no event of the chat, no bot."""
    return not is_service(message) and not message.author.is_bot


def number_of(message: Message, update_id: int) -> str:
    """A message's id in its chat; ephemeral and scheduled ones all have 0."""
    if message.message_id:
        return str(message.message_id)
    if message.ephemeral_message_id is not None:
        return f"e{message.ephemeral_message_id}"
    return f"u{update_id}"


def quoted_number(message: Message) -> str:
    """The message of its chat that it quotes, or nothing.

    Every message of a forum topic quotes the one that opened the topic: that is no reply.
    """
    quoted = message.reply_to_message
    if quoted is None or not quoted.message_id or quoted.forum_topic_created is not None:
        return ""
    return "" if quoted.message_id == message.message_thread_id else str(quoted.message_id)


def contact_of(party: Party, message: Message) -> ContactRef:
    """A customer as a message of theirs tells of them: with the phone, if they hand out their own card."""
    card = message.contact
    is_own_card = card is not None and card.user_id == party.id
    return ContactRef(
        source_id=str(party.id),
        name=party.name,
        username=party.username,
        phone=card.phone_number if card is not None and is_own_card else "",
        language=party.language_code,
    )
