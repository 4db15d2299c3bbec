"""Wildberries' JSON to our arrivals. No I/O."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from infra.channels.same_words import normalised
from infra.channels.wildberries.shapes import Enclosed, Event, File, GoodCard, Photo, Publication, Words, each
from infra.channels.wildberries.threads import Thread
from shared.domain.arrivals import Arrival, Echo, Received
from shared.domain.channels import ThreadKind
from shared.domain.contacts import ContactRef
from shared.domain.messages import Attachment

MESSAGE, SELLER, CLIENT = "message", "seller", "client"
CABINET = "seller-portal"
"""The source of what a person of the shop typed in the seller's cabinet."""
UNKNOWN = "[Сообщение видно только на Wildberries: откройте чат там]"
PRODUCT = "https://www.wildberries.ru/catalog/{article}/detail.aspx"
_A_MOMENT = timedelta(seconds=1)


def read_event(event: Event, own: str | None) -> Arrival | None:
    """An event as an arrival; None where our side said nothing.

    `own`: our id of the message that this event is, where our token sent it.
    """
    words = _words(event.message)
    if event.sender == SELLER:
        return _echo(event, words, own) if words and event.type == MESSAGE else None
    is_said_by_client = event.sender == CLIENT and event.type == MESSAGE
    if words is None and event.sender != CLIENT:
        return None
    text, attachments, facts = _content(words) if words else ("", (), {})
    return Received(
        source_id=event.id,
        thread=str(Thread("chat", event.chat)),
        contact=ContactRef(source_id=event.chat, name=event.client),
        text=text if text or attachments else _placeholder(event.type),
        at=event.at,
        attachments=attachments,
        is_automatic=not is_said_by_client,
        facts=facts,
    )


def _echo(event: Event, words: Words, own: str | None) -> Echo:
    text, attachments, _ = _content(words)
    return Echo(
        source_id=sent_id(own) if own else event.id,
        thread=str(Thread("chat", event.chat)),
        text=text,
        at=event.at,
        marker=own or "",
        contact=ContactRef(source_id=event.chat),
        attachments=attachments,
    )


def sent_id(message_id: str) -> str:
    """What a chat message of ours is known by: Wildberries does not tell its own id when it takes one."""
    return f"sent:{message_id}"


def _placeholder(kind: str) -> str:
    return UNKNOWN if kind == MESSAGE else f"[Событие «{kind[:40]}»: откройте чат на Wildberries]"


def _words(message: Any) -> Words | None:
    """What was said; None where nothing was, or nothing that can be read."""
    try:
        words = Words.model_validate(message)
    except ValidationError:
        return None
    return words if words.text or words.attachments else None


def words_of(event: Event) -> tuple[str, int]:
    """Text and number of files: by these a message of ours is recognised."""
    words = _words(event.message)
    enclosed = words.attachments if words and words.attachments else Enclosed()
    return (words.text if words else ""), len(enclosed.files) + len(enclosed.images)


def _content(words: Words) -> tuple[str, tuple[Attachment, ...], dict[str, str]]:
    enclosed = words.attachments or Enclosed()
    images, _ = each(File, enclosed.images)
    files, _ = each(File, enclosed.files)
    attachments = (*(_attachment(image, is_image=True) for image in images), *(_attachment(file) for file in files))
    good = enclosed.good
    text = words.text or ("" if attachments or good is None else f"[Товар {good.article}]")
    return text, attachments, order_facts(good) if good else {}


def _attachment(file: File, *, is_image: bool = False) -> Attachment:
    return Attachment(
        kind="image" if is_image or file.mime_type.startswith("image/") else "file",
        name=file.name,
        mime_type=file.mime_type,
        size=file.size,
        reference=file.id,
    )


def order_facts(good: GoodCard) -> dict[str, str]:
    """For the staff's card: the order that a chat is about."""
    price = f"{good.price} {good.currency}".strip() if good.price else ""
    facts = {
        "article": good.article,
        "order": good.order,
        "price": price,
        "size": "" if good.size == "0" else good.size,
        "link": _link(good.article),
    }
    return {name: fact for name, fact in facts.items() if fact}


def read_publication(kind: ThreadKind, item: Publication) -> Received:
    """A question or a review as a customer's message."""
    thread = str(Thread(kind, item.id))
    photos = [_photo(photo) for photo in item.photos if photo.address]
    video = [Attachment(kind="link", name="video", url=item.video.link)] if item.video and item.video.link else []
    return Received(
        source_id=thread,
        thread=thread,
        contact=ContactRef(source_id=thread, name=item.author),
        text=_said(item),
        at=item.created_at,
        attachments=(*photos, *video),
        kind=kind,
        facts=publication_facts(item),
    )


def _said(item: Publication) -> str:
    """Text, pros and cons; a review may have none of them, only stars."""
    parts = [item.text.strip()]
    parts += [
        f"{name}: {text.strip()}" for name, text in (("Достоинства", item.pros), ("Недостатки", item.cons)) if text
    ]
    said = "\n".join(part for part in parts if part)
    return said or (f"[Оценка {item.rating} из 5, без слов]" if item.rating else UNKNOWN)


def _photo(photo: Photo) -> Attachment:
    return Attachment(kind="image", reference=photo.address)


def publication_facts(item: Publication) -> dict[str, str]:
    """For the staff's card: the product, and how it was liked."""
    product = item.product
    facts = {
        "rating": f"{item.rating}/5" if item.rating else "",
        "order_status": item.order_status,
        "photos": str(len(item.photos)) if item.photos else "",
    }
    if product is not None:
        facts |= {
            "product": product.name,
            "article": product.article,
            "sellers_article": product.sellers_article,
            "brand": product.brand,
            "size": "" if product.size == "0" else product.size,
            "link": _link(product.article),
        }
    return {name: fact for name, fact in facts.items() if fact}


def _link(article: str) -> str:
    return PRODUCT.format(article=article) if article.isdecimal() else ""


def read_answer(kind: ThreadKind, item: Publication, noticed_at: datetime | None) -> Echo | None:
    """The answer under a question or a review, if one is shown; of reviews' answers no time is told."""
    answer = item.shown_answer
    if answer is None:
        return None
    thread = Thread(kind, item.id)
    return Echo(
        source_id=answer_id(thread, answer.text),
        thread=str(thread),
        text=answer.text,
        at=answer.created_at or noticed_at or item.created_at + _A_MOMENT,
        contact=ContactRef(source_id=str(thread), name=item.author),
        kind=kind,
    )


def answer_id(thread: Thread, text: str) -> str:
    """Answers have no id at Wildberries: the thread and the words, so that an edited answer is another one."""
    return f"answer:{thread}:{digest(normalised(text))}"


def digest(text: str) -> str:
    """128 bits of a text's hash."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
