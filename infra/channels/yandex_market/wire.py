"""Notifications and chats of Market to our arrivals. No I/O."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from infra.channels.yandex_market.shapes import Chat, Message, Notification, Payload
from shared.domain.arrivals import Arrival, Echo, PullHint, Received
from shared.domain.channels import ThreadKind
from shared.domain.contacts import ContactRef
from shared.domain.messages import Attachment, AttachmentKind
from shared.errors import ChannelRejected, InvalidInput

ABOUT_TALKS = ("CHAT_", "QUESTION_", "GOODS_FEEDBACK_")
"""How the types of notification begin that are worth a look."""
UNSHOWN = "[Сообщение видно только в Маркете: откройте чат там]"
SPEAKERS = {"MARKET": "[Маркет] ", "SUPPORT": "[Поддержка Маркета] "}
"""Who else writes into a chat, and how their words begin with us."""
TOGETHER = timedelta(seconds=15)
"""A file of the shop that follows its text so soon belongs to it: Market takes them one by one."""
DISPUTE = "ARBITRAGE"
Said = Received | Echo
_THREAD = re.compile(r"(chat|question|review):([0-9]{1,19})")


def read_notification(body: bytes, business: str) -> list[Arrival]:
    """A hint where something happened in a talk of this cabinet; ids are all that Market tells.

    Raises `InvalidInput`.
    """
    try:
        notification = Notification.model_validate_json(body)
    except ValidationError as error:
        raise InvalidInput(f"not a notification of Market: {error.error_count()} faults") from None
    is_ours = not business or notification.business == business
    return [PullHint()] if is_ours and notification.type.startswith(ABOUT_TALKS) else []


def thread_of(kind: ThreadKind, id: str) -> str:
    """Our name of a talk."""
    return f"{kind}:{id}"


def id_in(thread: str, kind: ThreadKind) -> str:
    """Market's id of a talk of this kind. Raises `ChannelRejected` for what is none of our names."""
    match = _THREAD.fullmatch(thread)
    if match is None or match[1] != kind:
        raise ChannelRejected("not a thread of Market", code="thread_unknown")
    return match[2]


def message_source(chat: str, message: str) -> str:
    """A chat message's id: Market's is unique inside its chat."""
    return f"chat:{chat}:{message}"


def read_messages(messages: Iterable[Message], chat: Chat) -> list[Said]:
    """Messages of a chat as arrivals, in their order; a file of the shop stands with the text it follows."""
    arrivals: list[Said] = []
    for message in sorted(messages, key=lambda message: int(message.id)):
        arrival = _arrival(message, chat)
        last = arrivals[-1] if arrivals else None
        if isinstance(last, Echo) and isinstance(arrival, Echo) and _belongs(arrival, last):
            arrivals[-1] = last.model_copy(update={"attachments": (*last.attachments, *arrival.attachments)})
        else:
            arrivals.append(arrival)
    return arrivals


def _belongs(file: Echo, text: Echo) -> bool:
    return bool(not file.text and text.text and not text.attachments and file.at - text.at <= TOGETHER)


def _arrival(message: Message, chat: Chat) -> Said:
    files = tuple(_attachment(payload) for payload in message.payload)
    text = message.text or ("" if files else UNSHOWN)
    common: dict[str, Any] = {
        "source_id": message_source(chat.id, message.id),
        "thread": thread_of("chat", chat.id),
        "contact": contact_of(chat),
        "attachments": files,
        "at": message.created_at,
        "context": _context(message, chat),
    }
    if message.sender == "PARTNER":
        return Echo(text=text, **common)
    prefix = SPEAKERS.get(message.sender, "")
    return Received(text=prefix + text, is_automatic=bool(prefix), facts=facts_of(chat), **common)


def contact_of(chat: Chat) -> ContactRef:
    """The buyer; a chat without one is its own contact."""
    customer = chat.context.customer
    if customer is None:
        return ContactRef(source_id=thread_of("chat", chat.id))
    return ContactRef(source_id=customer.public_id or thread_of("chat", chat.id), name=customer.name)


def facts_of(chat: Chat) -> dict[str, str]:
    """What the chat is about, for the staff's card."""
    customer = chat.context.customer
    facts = {
        "order": chat.context.order,
        "return": chat.context.return_id,
        "dispute": "открыт" if chat.type == DISPUTE else "",
        "link": f"https://market.yandex.ru/user/{customer.public_id}/reviews"
        if customer and customer.public_id
        else "",
    }
    return {name: fact for name, fact in facts.items() if fact}


def _context(message: Message, chat: Chat) -> dict[str, str]:
    dispute = {"dispute": "yes"} if chat.type == DISPUTE else {}
    return {"message_id": message.id, **dispute}


def _attachment(payload: Payload) -> Attachment:
    return Attachment(
        kind=_kind(mime_type := mimetypes.guess_type(payload.name)[0] or ""),
        name=payload.name,
        mime_type=mime_type,
        size=payload.size,
        reference=payload.url,
    )


def _kind(mime_type: str) -> AttachmentKind:
    match mime_type.partition("/")[0]:
        case "image":
            return "image"
        case "video":
            return "video"
        case "audio":
            return "audio"
        case _:
            return "file"
