"""What a message says, by its type: text and attachments. No I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from infra.channels.avito.shapes import Shape, Text
from shared.domain.messages import Attachment

VOICE = "voice:"
"""Marks a reference that is the id of a voice message and not an address."""
SYSTEM_PREFIX = "[Системное сообщение]"
MISSED_CALL = "[Пропущенный звонок]"
UNKNOWN = "[Сообщение видно только на Avito: откройте чат там]"
ONLY_IN_AVITO = {
    "appCall": "[Звонок в приложении: откройте чат на Avito]",
    "file": "[Файл: откройте чат на Avito]",
    "video": "[Видео: откройте чат на Avito]",
}


@dataclass(frozen=True, slots=True)
class Saying:
    """The words and files of one message."""

    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    is_notice: bool = False
    """Avito itself speaks."""
    is_readable: bool = True
    """False: a known type whose content does not look like it; `text` is a placeholder."""


class _Image(Shape):
    sizes: dict[str, str]


class _Voice(Shape):
    voice_id: str


class _Preview(Shape):
    title: Text = ""
    url: Text = ""


class _Link(Shape):
    text: Text = ""
    url: Text = ""
    preview: _Preview | None = None


class _Item(Shape):
    title: Text = ""
    item_url: Text = ""
    price_string: Text = ""


class _Location(Shape):
    lat: float | None = None
    lon: float | None = None
    title: Text = ""
    text: Text = ""


class _Content(Shape):
    text: Text = ""
    image: _Image | None = None
    voice: _Voice | None = None
    link: _Link | None = None
    item: _Item | None = None
    location: _Location | None = None


def read_content(kind: str, content: Any) -> Saying:
    """The meaning of `content` for a message of this type; never fails."""
    if kind in ONLY_IN_AVITO or kind not in _READERS:
        return Saying(ONLY_IN_AVITO.get(kind, UNKNOWN))
    try:
        saying = _READERS[kind](_Content.model_validate(content or {}))
    except ValidationError:
        saying = None
    return saying or Saying(UNKNOWN, is_notice=kind == "system", is_readable=False)


def _text(content: _Content) -> Saying | None:
    is_notice = content.text.lstrip().startswith(SYSTEM_PREFIX)
    return Saying(content.text, is_notice=is_notice) if content.text else None


def _system(content: _Content) -> Saying:
    return Saying(content.text or SYSTEM_PREFIX, is_notice=True)


def _image(content: _Content) -> Saying | None:
    if content.image is None or not content.image.sizes:
        return None
    _, address = max(content.image.sizes.items(), key=lambda size: _area(size[0]))
    return Saying(attachments=(Attachment(kind="image", reference=address),))


def _area(size: str) -> int:
    width, _, height = size.partition("x")
    is_size = width.isdecimal() and height.isdecimal() and len(size) < 20
    return int(width) * int(height) if is_size else 0


def _voice(content: _Content) -> Saying | None:
    if content.voice is None or not content.voice.voice_id:
        return None
    # Opus in an mp4 container.
    reference = VOICE + content.voice.voice_id
    return Saying(attachments=(Attachment(kind="voice", mime_type="audio/mp4", reference=reference),))


def _link(content: _Content) -> Saying | None:
    link = content.link
    if link is None or not (link.text or link.url):
        return None
    preview = link.preview or _Preview()
    return _card(link.text or link.url, preview.title, link.url or preview.url)


def _item(content: _Content) -> Saying | None:
    item = content.item
    if item is None or not (item.title or item.item_url):
        return None
    text = " · ".join(part for part in (item.title, item.price_string) if part)
    return _card(text or item.item_url, item.title, item.item_url)


def _card(text: str, name: str, address: str) -> Saying:
    url = _web_address(address)
    return Saying(text, (Attachment(kind="link", name=name, url=url),) if url else ())


def _web_address(address: str) -> str:
    """An address that a browser may open, or nothing: Avito also sends bare hosts, a customer anything."""
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        return ""
    if scheme in ("http", "https"):
        return address
    return "" if scheme or not address.strip("/") else "https://" + address.lstrip("/")


def _location(content: _Content) -> Saying | None:
    place = content.location
    if place is None:
        return None
    name = place.text or place.title
    if place.lat is None or place.lon is None:
        return Saying(name) if name else None
    point = f"{place.lat:.6f}, {place.lon:.6f}"
    attachment = Attachment(kind="location", name=point)
    return Saying(f"{name} ({point})" if name else point, (attachment,))


def _call(content: _Content) -> Saying:
    return Saying(MISSED_CALL)


_READERS: dict[str, Callable[[_Content], Saying | None]] = {
    "text": _text,
    "system": _system,
    "image": _image,
    "voice": _voice,
    "link": _link,
    "item": _item,
    "location": _location,
    "call": _call,
}
