"""Telegram's messages, as Telethon gives them, to our words. No I/O, and no import of Telethon.

Numbers of messages run through the account in private chats and small groups, and through each channel or supergroup
on its own: there a message's id names its chat too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from shared.domain.arrivals import Deleted, Echo, Edited, Received
from shared.domain.contacts import ContactRef
from shared.domain.messages import Attachment, AttachmentKind
from shared.domain.model import Instant

TELEGRAM_ITSELF = 777000
"""Writes login codes: never to be stored or shown."""
_CHANNELS_BELOW = -(10**12)
"""Marked ids: users are positive, small groups negative, channels and supergroups below this."""
_UNREAD = ("poll", "dice", "game", "invoice")
"""Content that we name but do not read."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose chats these are, and which of them become conversations."""

    id: int
    takes: frozenset[str] = frozenset({"private"})

    def takes_chat(self, chat_id: int, chat: Any) -> bool:
        """Not the owner's own notes, not Telegram's service chat, not bots; groups and channels only if wanted."""
        if chat_id in (self.id, TELEGRAM_ITSELF) or getattr(chat, "bot", False):
            return False
        if chat_id > 0:
            return "private" in self.takes
        is_broadcast = has_own_numbers(chat_id) and not getattr(chat, "megagroup", False)
        return ("channels" if is_broadcast else "groups") in self.takes


def has_own_numbers(chat_id: int) -> bool:
    """Whether a chat counts its messages by itself."""
    return chat_id < _CHANNELS_BELOW


def source_id(chat_id: int, message_id: int) -> str:
    """Unique inside the account."""
    return f"{chat_id}:{message_id}" if has_own_numbers(chat_id) else str(message_id)


def number_of(source: str) -> int:
    """The number that Telegram knows the message by."""
    return int(source.rpartition(":")[2])


def to_arrival(message: Any, account: Account) -> Received | Echo | None:
    """What a message tells us, if anything: service messages and foreign chats nothing."""
    if message.action is not None or not account.takes_chat(message.chat_id, message.chat):
        return None
    if getattr(message.sender, "bot", False) or message.sender_id == TELEGRAM_ITSELF:
        return None
    return _echo(message) if message.out else _received(message)


def to_edited(message: Any, account: Account) -> Edited | None:
    """The text changed. Telegram also calls it an edit when somebody reacts."""
    if message.edit_hide or to_arrival(message, account) is None:
        return None
    return Edited(
        source_id=source_id(message.chat_id, message.id),
        thread=str(message.chat_id),
        text=text_of(message),
        at=message.edit_date or message.date,
    )


def to_deleted(
    ids: Iterable[int], chat_id: int | None, place_of: Callable[[int], int | None], now: Instant
) -> list[Deleted]:
    """Telegram does not say when, and outside of channels not even where: what nobody remembers is left out."""
    placed = [(id, chat_id if chat_id is not None else place_of(id)) for id in ids]
    return [Deleted(source_id=source_id(chat, id), thread=str(chat), at=now) for id, chat in placed if chat is not None]


def contact_of(party: Any, fallback: int) -> ContactRef:
    """A user, group or channel, as far as Telegram tells."""
    if party is None:
        return ContactRef(source_id=str(fallback))
    name = getattr(party, "title", None) or f"{party.first_name or ''} {party.last_name or ''}".strip()
    return ContactRef(
        source_id=str(fallback),
        name=name,
        username=getattr(party, "username", None) or "",
        phone=f"+{phone}" if (phone := getattr(party, "phone", None)) else "",
        language=getattr(party, "lang_code", None) or "",
    )


def text_of(message: Any) -> str:
    """The text or caption; a placeholder where there would be nothing at all to see."""
    if message.message or attachment_of(message) is not None:
        return message.message or ""
    name = next((name for name in _UNREAD if getattr(message, name) is not None), "")
    return f"[unsupported content: {name}]" if name else "[unsupported content]"


def attachment_of(message: Any) -> Attachment | None:
    """A message carries one at most; an album is several messages. A link's preview is no attachment."""
    if message.web_preview is not None:
        return None
    kinds: tuple[tuple[AttachmentKind, Any], ...] = (
        ("image", message.photo),
        ("sticker", message.sticker),
        ("voice", message.voice),
        ("video", message.video or message.video_note or message.gif),
        ("audio", message.audio),
        ("file", message.document),
    )
    for kind, media in kinds:
        if media is not None:
            return _file(kind, message)
    return _place(message) or _card(message)


def _file(kind: AttachmentKind, message: Any) -> Attachment:
    file = message.file
    return Attachment(
        kind=kind,
        name=file.name or file.title or file.emoji or "",
        mime_type=file.mime_type or "",
        size=file.size,
        reference=f"{message.chat_id}:{message.id}",
    )


def _place(message: Any) -> Attachment | None:
    if message.geo is None:
        return None
    place = f"{message.geo.lat:.6f}, {message.geo.long:.6f}"
    if message.venue is not None:
        place = ", ".join(part for part in (message.venue.title, message.venue.address) if part) + f" ({place})"
    return Attachment(kind="location", name=place)


def _card(message: Any) -> Attachment | None:
    card = message.contact
    if card is None:
        return None
    return Attachment(kind="contact", name=f"{card.first_name} {card.last_name}".strip() + f" {card.phone_number}")


def _received(message: Any) -> Received:
    chat, attachment, quoted = message.chat_id, attachment_of(message), message.reply_to_msg_id
    return Received(
        source_id=source_id(chat, message.id),
        thread=str(chat),
        contact=contact_of(message.sender, message.sender_id or chat),
        text=text_of(message),
        at=message.date,
        attachments=() if attachment is None else (attachment,),
        group_id=str(message.grouped_id or ""),
        reply_to=source_id(chat, quoted) if quoted else "",
        is_group=chat < 0,
    )


def _echo(message: Any) -> Echo:
    """The owner wrote on the phone, or we did."""
    chat, attachment = message.chat_id, attachment_of(message)
    return Echo(
        source_id=source_id(chat, message.id),
        thread=str(chat),
        text=text_of(message),
        at=message.date,
        contact=contact_of(message.chat, chat),
        attachments=() if attachment is None else (attachment,),
        is_group=chat < 0,
    )
