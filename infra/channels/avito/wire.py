"""Bytes and JSON of Avito to our arrivals. No I/O."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from infra.channels.avito.content import read_content
from infra.channels.avito.shapes import Chat, Hook, HookMessage, Message, Person
from infra.channels.same_words import same_words
from shared.domain.arrivals import Arrival, Deleted, Echo, Outgoing, Received, ThreadFacts
from shared.domain.contacts import ContactRef
from shared.errors import InvalidInput

AVITOS_OWN = "a2u"
"""The type of chats in which Avito itself writes to the shop."""
CLOCKS_DIFFER = timedelta(seconds=5)


def read_webhook(body: bytes) -> list[Arrival]:
    """What a webhook call tells; nothing where it is no message. Raises `InvalidInput`."""
    try:
        payload = Hook.model_validate_json(body).payload
        if payload.type != "message":
            return []
        message = HookMessage.model_validate(payload.value)
    except ValidationError as error:
        # The error quotes the body: it must not travel on.
        raise InvalidInput(f"not a webhook of Avito: {error.error_count()} faults") from None
    return [
        _arrival(
            message,
            thread=message.chat_id,
            is_ours=message.author_id == message.user_id,
            customer=None,
            context={"item_id": message.item_id} if message.item_id else {},
            is_notice=message.chat_type == AVITOS_OWN,
        )
    ]


def read_history(message: Message, chat: Chat, user_id: str) -> Arrival:
    """A message of a chat's history, with what the chat tells of the customer and the listing."""
    members = {person.id: person for person in chat.users if person.id != user_id}
    customer = members.get(message.author_id) or next(iter(members.values()), None)
    is_ours = message.direction == "out" if message.direction else message.author_id == user_id
    return _arrival(
        message,
        thread=chat.id,
        is_ours=is_ours,
        customer=_contact(customer) if customer else None,
        context=_listing(chat),
        is_notice=False,
    )


def facts_of(chat: Chat, user_id: str) -> ThreadFacts | None:
    """What a chat tells of the customer and the listing; None for a chat without a customer."""
    customer = next((person for person in chat.users if person.id != user_id), None)
    if customer is None:
        return None
    facts = _listing(chat)
    return ThreadFacts(contact=_contact(customer), subject=facts.get("item_title", ""), facts=facts)


def _arrival(
    message: Message,
    *,
    thread: str,
    is_ours: bool,
    customer: ContactRef | None,
    context: dict[str, str],
    is_notice: bool,
) -> Arrival:
    if message.type == "deleted":
        return Deleted(source_id=message.id, thread=thread, at=message.created)
    saying = read_content(message.type, message.content)
    # Avito's notices come first: one in our own name is no person's answer.
    if is_ours and not (is_notice or saying.is_notice):
        return Echo(
            source_id=message.id,
            thread=thread,
            text=saying.text,
            at=message.created,
            contact=customer,
            attachments=saying.attachments,
            context=context,
        )
    return Received(
        source_id=message.id,
        thread=thread,
        contact=customer or ContactRef(source_id=message.author_id),
        text=saying.text,
        at=message.created,
        attachments=saying.attachments,
        reply_to=_quoted(message.quote),
        context=context,
        is_automatic=is_notice or saying.is_notice,
    )


def _quoted(quote: Any) -> str:
    quoted = quote.get("id") if isinstance(quote, dict) else None
    return quoted if isinstance(quoted, str) else ""


def _contact(person: Person) -> ContactRef:
    profile = person.public_user_profile
    avatar = profile.avatar.default if profile and profile.avatar else ""
    return ContactRef(source_id=person.id, name=person.name, avatar_url=avatar if avatar.startswith("https://") else "")


def _listing(chat: Chat) -> dict[str, str]:
    listing = chat.context.value if chat.context else None
    if listing is None:
        return {}
    facts = {
        "item_id": listing.id,
        "item_title": listing.title,
        "item_url": listing.url,
        "item_price": listing.price_string,
    }
    return {name: fact for name, fact in facts.items() if fact}


def is_the_same(message: Message, outgoing: Outgoing) -> bool:
    """Whether this message of the history is the one we may have sent."""
    return (
        message.direction == "out"
        and message.type == "text"
        and message.created >= outgoing.first_tried_at - CLOCKS_DIFFER
        and same_words(read_content("text", message.content).text, outgoing.text)
    )


def unix(moment: datetime) -> int:
    """Seconds since 1970, as Avito counts."""
    return int(moment.timestamp())
