"""Ozon's pushes and history to our arrivals, and what Ozon wants to read as our answer. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from infra.channels.ozon.content import Saying, read_data
from infra.channels.ozon.shapes import About, Chat, ChatPush, Message, MessagePush, Push, User
from shared.domain.arrivals import Arrival, Echo, Edited, Received
from shared.domain.contacts import ContactRef
from shared.domain.model import Noun
from shared.errors import InvalidInput

NEEDED_PUSHES = ("TYPE_NEW_MESSAGE", "TYPE_UPDATE_MESSAGE", "TYPE_MESSAGE_READ", "TYPE_CHAT_CLOSED")
PING = "TYPE_PING"
CHAT_CLOSED = "[Чат закрыт на Ozon]"
OZON = "Ozon"
ShapeT = TypeVar("ShapeT", bound=Noun)


def read_push(body: bytes, *, seller: str, now: datetime) -> list[Arrival]:
    """What a push tells; nothing where it concerns no chat. Raises `InvalidInput`, also for another seller's push.

    `now`: the closing of a chat carries no time of its own.
    """
    push = _parsed(Push, body)
    if push.seller_id and seller and push.seller_id != seller:
        raise InvalidInput("a push for another seller")
    read = _READERS.get(push.message_type)
    return [] if read is None else read(body, now)


def _new_message(body: bytes, now: datetime) -> list[Arrival]:
    push = _parsed(MessagePush, body)
    message = Message(message_id=push.message_id, created_at=push.created_at, user=push.user, data=push.data)
    return [read_message(message, Chat(chat_id=push.chat_id, chat_type=push.chat_type))]


def _changed_message(body: bytes, now: datetime) -> list[Arrival]:
    push = _parsed(MessagePush, body)
    saying = read_data(push.data)
    if not saying.is_readable:
        return []
    source_id = source_of(push.chat_id, push.message_id)
    return [Edited(source_id=source_id, thread=push.chat_id, text=saying.text, at=push.updated_at or now)]


def _closed_chat(body: bytes, now: datetime) -> list[Arrival]:
    """A line in the history: Ozon takes no more messages, and a customer may well open another chat."""
    push = _parsed(ChatPush, body)
    crm = User(id=push.user.id, type="Crm")
    notice = Message(message_id="closed", created_at=now, user=crm, data=[CHAT_CLOSED])
    return [read_message(notice, Chat(chat_id=push.chat_id, chat_type=push.chat_type))]


_READERS: Mapping[str, Callable[[bytes, datetime], list[Arrival]]] = {
    "TYPE_NEW_MESSAGE": _new_message,
    "TYPE_UPDATE_MESSAGE": _changed_message,
    "TYPE_CHAT_CLOSED": _closed_chat,
}
"""`TYPE_MESSAGE_READ` and `TYPE_PING` are understood and tell the desk nothing."""


def answer_to(body: bytes, now: datetime) -> Mapping[str, Any]:
    """The body that Ozon checks: a greeting for a ping, `result` for everything else."""
    try:
        is_ping = Push.model_validate_json(body).message_type == PING
    except ValidationError:
        is_ping = False
    if not is_ping:
        return {"result": True}
    return {"version": "1.0", "name": "parley", "time": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}


def read_message(message: Message, chat: Chat, customer: str = "") -> Received | Echo:
    """A message of a chat. `customer`: the id of the one the chat is with, where it is known."""
    saying = read_data(message.data, moderation=message.moderate_image_status)
    if message.user.role == "seller":
        return Echo(
            source_id=source_of(chat.chat_id, message.message_id),
            thread=chat.chat_id,
            text=saying.text,
            at=message.created_at,
            contact=customer_ref(customer) if customer else None,
            attachments=saying.attachments,
        )
    return _received(message, chat, saying)


def _received(message: Message, chat: Chat, saying: Saying) -> Received:
    is_buyer = is_buyers(chat)
    is_customer = is_buyer and message.user.role == "customer"
    sender = message.user.id or chat.chat_id
    return Received(
        source_id=source_of(chat.chat_id, message.message_id),
        thread=chat.chat_id,
        # A notice must not give its own name to a buyer's conversation.
        contact=ContactRef(source_id=sender, name="" if is_buyer else OZON),
        text=saying.text,
        at=message.created_at,
        attachments=saying.attachments,
        is_automatic=not is_customer,
        facts=facts_of(message),
    )


def is_buyers(chat: Chat) -> bool:
    """A buyer is on the other side, of a usual order or of an Ozon Select one; pushes spell it `Buyer_Seller`."""
    return chat.chat_type.upper() in ("BUYER_SELLER", "BUYER_SELLER_SELECT")


def customer_ref(id: str) -> ContactRef:
    """A customer, whose name Ozon never tells."""
    return ContactRef(source_id=id, name=f"Покупатель {id}")


def facts_of(message: Message) -> dict[str, str]:
    """Which order and product a message is about, where it says so."""
    try:
        about = About.model_validate(message.context or {})
    except ValidationError:
        return {}
    link = f"https://www.ozon.ru/context/detail/id/{about.sku}" if about.sku.isdecimal() else ""
    facts = {"order": about.order_number, "product": about.sku, "link": link}
    return {name: fact for name, fact in facts.items() if fact}


def source_of(chat_id: str, message_id: str) -> str:
    """Our id of a message: Ozon does not say that its own is unique beyond its chat."""
    return f"{chat_id}:{message_id}"


def message_of(source_id: str) -> str:
    """Ozon's id in one of ours."""
    return source_id.rpartition(":")[2]


def _parsed(shape: type[ShapeT], body: bytes) -> ShapeT:
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        # The error quotes the body: it must not travel on.
        raise InvalidInput(f"not a push of Ozon: {error.error_count()} faults") from None
