"""Bytes to our words and back. No I/O."""

from __future__ import annotations

from datetime import timedelta
from hmac import compare_digest
from typing import Any

from pydantic import ValidationError

from infra.channels.telegram_bot.content import attachment_of, is_service, text_of
from infra.channels.telegram_bot.objects import MembershipChange, Message, Sent, Update
from shared.domain.arrivals import Arrival, Edited, RawDelivery, Reachability, Receipt, Received, ThreadMoved
from shared.domain.contacts import ContactRef
from shared.domain.model import EPOCH, Instant
from shared.errors import InvalidInput, UntrustedDelivery

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105
TEXT_LIMIT = 4096
"""UTF-16 code units."""
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
    given = delivery.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogatepass")
    if not secret or not compare_digest(given, secret.encode("utf-8", "surrogatepass")):
        raise UntrustedDelivery("the secret token is missing or wrong")


def to_arrivals(body: bytes) -> tuple[Arrival, ...]:
    """What one update tells us, if anything. Raises `InvalidInput`."""
    try:
        update = Update.model_validate_json(body)
    except ValidationError:
        raise InvalidInput("the body is not an update of the Bot API") from None
    arrival = _to_arrival(update)
    return () if arrival is None else (arrival,)


def to_send_message(thread: str, text: str) -> dict[str, Any]:
    """The parameters of `sendMessage`: plain text, nothing in it is markup."""
    return {"chat_id": thread, "text": _sendable(text), "link_preview_options": {"is_disabled": True}}


def to_receipt(sent: Sent) -> Receipt:
    """What we keep of a sent message."""
    return Receipt(source_id=f"{sent.chat.id}:{sent.message_id}", at=_moment(sent.date))


def text_length(text: str) -> int:
    """In UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _to_arrival(update: Update) -> Arrival | None:
    if update.message is not None:
        return _moved(update.message) or _received(update.message, update.update_id)
    if update.edited_message is not None:
        return _edited(update.edited_message, update.update_id)
    if update.my_chat_member is not None:
        return _reachability(update.my_chat_member)
    return None


def _moved(message: Message) -> ThreadMoved | None:
    """Both the old group and the new supergroup announce the move."""
    here, at = str(message.chat.id), _moment(message.date)
    if message.migrate_to_chat_id is not None:
        return ThreadMoved(old_thread=here, new_thread=str(message.migrate_to_chat_id), at=at)
    if message.migrate_from_chat_id is not None:
        return ThreadMoved(old_thread=str(message.migrate_from_chat_id), new_thread=here, at=at)
    return None


def _received(message: Message, update_id: int) -> Received | None:
    if is_service(message) or message.author.is_bot:
        return None
    attachment = attachment_of(message)
    return Received(
        source_id=_source_id(message, update_id),
        thread=str(message.chat.id),
        contact=_contact(message),
        text=text_of(message),
        at=_moment(message.date),
        attachments=() if attachment is None else (attachment,),
        group_id=message.media_group_id,
        reply_to=_reply_to(message),
        is_automatic=message.is_automatic_forward,
    )


def _edited(message: Message, update_id: int) -> Edited | None:
    if is_service(message) or message.author.is_bot:
        return None
    return Edited(
        source_id=_source_id(message, update_id),
        thread=str(message.chat.id),
        text=text_of(message),
        at=_moment(message.edit_date or message.date),
    )


def _reachability(change: MembershipChange) -> Reachability | None:
    if change.chat.type != "private":
        return None
    customer = str(change.chat.id)
    is_blocked = change.new_chat_member.status == "kicked"
    return Reachability(contact_source_id=customer, thread=customer, is_blocked=is_blocked, at=_moment(change.date))


def _source_id(message: Message, update_id: int) -> str:
    """A message id is unique in its chat only, and ephemeral and scheduled messages all have 0."""
    if message.message_id:
        return f"{message.chat.id}:{message.message_id}"
    if message.ephemeral_message_id is not None:
        return f"{message.chat.id}:e{message.ephemeral_message_id}"
    return f"{message.chat.id}:u{update_id}"


def _reply_to(message: Message) -> str:
    """Every message of a forum topic quotes the one that opened the topic: that is no reply."""
    quoted = message.reply_to_message
    if quoted is None or not quoted.message_id or quoted.forum_topic_created is not None:
        return ""
    if quoted.message_id == message.message_thread_id:
        return ""
    return f"{message.chat.id}:{quoted.message_id}"


def _contact(message: Message) -> ContactRef:
    author, card = message.author, message.contact
    is_own_card = card is not None and card.user_id == author.id
    return ContactRef(
        source_id=str(author.id),
        name=author.name,
        username=author.username,
        phone=card.phone_number if card is not None and is_own_card else "",
        language=author.language_code,
    )


def _moment(seconds: int) -> Instant:
    return EPOCH + timedelta(seconds=seconds)
