"""Bytes to our words: chats of the accounts that a bot is connected to. No I/O.

A thread is a connection and the chat's id: the same customer may write to several owners, and the number of a chat is
the customer's own in all of them. An update never names the owner.
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.telegram.content import attachment_of, is_service, text_of
from infra.telegram.groups import is_of_work_group, to_group_arrival
from infra.telegram.objects import BusinessDeletion, Message, Sent, Update
from infra.telegram.wire import contact_of, moment, number_of, quoted_number, to_update
from shared.domain.arrivals import Arrival, Deleted, Echo, Edited, Receipt, Received
from shared.domain.model import Instant

TELEGRAM_ITSELF = 777000
"""Writes login codes: never to be stored or shown."""


@dataclass(frozen=True, slots=True)
class Thread:
    """Our name of a chat, taken apart."""

    connection: str
    chat: str

    @classmethod
    def of(cls, thread: str) -> Thread:
        """The parts of a name. Connection ids have no colon."""
        connection, _, chat = thread.partition(":")
        return cls(connection, chat)

    def __str__(self) -> str:
        return f"{self.connection}:{self.chat}"


def to_arrivals(body: bytes, now: Instant) -> tuple[Arrival, ...]:
    """What one update tells us. What is written to the bot itself is no business of ours. Raises `InvalidInput`."""
    update = to_update(body)
    if update.deleted_business_messages is not None:
        return _deleted(update.deleted_business_messages, now)
    arrival = _to_arrival(update, now)
    return () if arrival is None else (arrival,)


def to_receipt(sent: Sent, thread: Thread) -> Receipt:
    """What we keep of a sent message."""
    return Receipt(source_id=f"{thread}:{sent.message_id}", at=moment(sent.date))


def _to_arrival(update: Update, now: Instant) -> Arrival | None:
    if update.business_message is not None:
        return _written(update.business_message, update.update_id)
    if update.edited_business_message is not None:
        return _edited(update.edited_business_message, update.update_id)
    return to_group_arrival(update, now) if is_of_work_group(update) else None


def _written(message: Message, update_id: int) -> Received | Echo | None:
    if not _is_ours_to_see(message):
        return None
    return _received(message, update_id) if _is_customers(message) else _echo(message, update_id)


def _received(message: Message, update_id: int) -> Received:
    attachment, thread, quoted = attachment_of(message), _thread(message), quoted_number(message)
    return Received(
        source_id=f"{thread}:{number_of(message, update_id)}",
        thread=str(thread),
        contact=contact_of(message.author, message),
        text=text_of(message),
        at=moment(message.date),
        attachments=() if attachment is None else (attachment,),
        group_id=message.media_group_id,
        reply_to=f"{thread}:{quoted}" if quoted else "",
    )


def _echo(message: Message, update_id: int) -> Echo | None:
    """The owner wrote, or we did. Greetings that Telegram sends in their name are nobody's answer."""
    if message.is_from_offline:
        return None
    attachment, thread = attachment_of(message), _thread(message)
    return Echo(
        source_id=f"{thread}:{number_of(message, update_id)}",
        thread=str(thread),
        text=text_of(message),
        at=moment(message.date),
        contact=contact_of(message.chat, message),
        attachments=() if attachment is None else (attachment,),
        author_name=message.author.name,
    )


def _edited(message: Message, update_id: int) -> Edited | None:
    if not _is_ours_to_see(message):
        return None
    thread = _thread(message)
    return Edited(
        source_id=f"{thread}:{number_of(message, update_id)}",
        thread=str(thread),
        text=text_of(message),
        at=moment(message.edit_date or message.date),
    )


def _deleted(deletion: BusinessDeletion, now: Instant) -> tuple[Deleted, ...]:
    """Telegram does not say when."""
    thread = Thread(deletion.business_connection_id, str(deletion.chat.id))
    return tuple(Deleted(source_id=f"{thread}:{number}", thread=str(thread), at=now) for number in deletion.message_ids)


def _thread(message: Message) -> Thread:
    return Thread(message.business_connection_id, str(message.chat.id))


def _is_customers(message: Message) -> bool:
    """A private chat has the id of the other side."""
    return message.author.id == message.chat.id and message.sender_business_bot is None


def _is_ours_to_see(message: Message) -> bool:
    if not message.business_connection_id or message.chat.id == TELEGRAM_ITSELF:
        return False
    return not is_service(message) and not message.author.is_bot
