"""What people see: a customer's chat, and a group with its topics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from infra.sandbox.standin import Seen
from infra.telegram.sandbox.files import names_of
from shared.domain.model import EPOCH


@dataclass(frozen=True, slots=True)
class SeenButton:
    """An inline button: `data` is what a press sends, `url` where it leads."""

    label: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class SeenPost:
    """A message in a group."""

    id: str
    author: str
    is_bot: bool
    text: str
    bold: str = ""
    files: tuple[str, ...] = ()
    buttons: tuple[tuple[SeenButton, ...], ...] = ()
    album: str = ""
    is_silent: bool = False
    is_edited: bool = False


@dataclass(frozen=True, slots=True)
class SeenTopic:
    """A topic that was not deleted. `pinned`: ids of its messages, the newest pin last."""

    id: str
    name: str
    is_closed: bool
    pinned: tuple[str, ...]
    posts: tuple[SeenPost, ...]


@dataclass(frozen=True, slots=True)
class SeenGroup:
    """A whole group. `general`: what stands outside of topics."""

    id: str
    title: str
    is_forum: bool
    topics: tuple[SeenTopic, ...]
    general: tuple[SeenPost, ...]
    answers: tuple[str, ...]
    """What those who pressed buttons were told, oldest first."""

    def topic(self, name: str) -> SeenTopic:
        """The one with this in its name."""
        return next(topic for topic in self.topics if name in topic.name)


def seen_message(message: dict[str, Any], *, customer: int) -> Seen:
    """One message as the customer with this id sees it."""
    return Seen(
        sender="customer" if message["from"]["id"] == customer else "shop",
        text=text_of(message),
        at=EPOCH + timedelta(seconds=message["date"]),
        files=names_of(message),
        extra={"message_id": str(message["message_id"]), **_buttons(message)},
    )


def seen_post(message: dict[str, Any]) -> SeenPost:
    """One message of a group as its members see it."""
    author = message.get("sender_chat") or message["from"]
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return SeenPost(
        id=str(message["message_id"]),
        author=author.get("title") or f"{author['first_name']} {author.get('last_name', '')}".strip(),
        is_bot=author.get("is_bot", False),
        text=text_of(message),
        bold=_bold(message),
        files=names_of(message),
        buttons=tuple(tuple(_button(button) for button in row) for row in rows),
        album=message.get("media_group_id", ""),
        is_silent=message.get("is_silent", False),
        is_edited="edit_date" in message,
    )


def text_of(message: dict[str, Any]) -> str:
    """Text or caption."""
    return str(message.get("text") or message.get("caption", ""))


def is_service(message: dict[str, Any]) -> bool:
    """Whether nobody wrote it."""
    return any(name.startswith("forum_topic_") for name in message)


def _bold(message: dict[str, Any]) -> str:
    entities = message.get("entities") or message.get("caption_entities") or []
    text = text_of(message).encode("utf-16-le")
    spans = [(entity["offset"] * 2, (entity["offset"] + entity["length"]) * 2) for entity in entities]
    return "".join(text[start:end].decode("utf-16-le") for start, end in spans)


def _buttons(message: dict[str, Any]) -> dict[str, Any]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return {"buttons": [button for row in rows for button in row]} if rows else {}


def _button(button: dict[str, Any]) -> SeenButton:
    return SeenButton(button["text"], button.get("callback_data", ""), button.get("url", ""))
