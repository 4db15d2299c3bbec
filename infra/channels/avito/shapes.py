"""Avito's JSON as it comes: ids are text to us, what may be null is empty, unknown fields are left out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, ValidationError

from shared.domain.model import EPOCH, Noun

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Id = Annotated[str, Field(min_length=1)]


class Shape(Noun):
    """Ids may come as numbers or as text."""

    model_config = ConfigDict(coerce_numbers_to_str=True)


ShapeT = TypeVar("ShapeT", bound=Shape)


class Message(Shape):
    """One message; `content` depends on `type` and is read on its own, so that a strange one stops nothing."""

    id: Id
    author_id: Text = ""
    created: AwareDatetime
    type: Text = ""
    content: Any = None
    direction: Text = ""
    """`in` or `out`; only in lists."""
    quote: Any = None
    """The message it answers; only in lists."""


class HookMessage(Message):
    """A message in a webhook, where the chat stands beside it."""

    chat_id: Id
    chat_type: Text = ""
    user_id: Id
    """The account that owns the webhook, also for its own messages."""
    item_id: Text = ""


class Payload(Shape):
    """`value` is a `HookMessage` where `type` is "message"."""

    type: Any = None
    value: Any = None


class Hook(Shape):
    """The body of a webhook call; Avito's own test line sends `{}`."""

    payload: Payload = Payload()


class Avatar(Shape):
    """A picture of a person."""

    default: Text = ""


class Profile(Shape):
    """The public part of a person's account."""

    avatar: Avatar | None = None


class Person(Shape):
    """A member of a chat."""

    id: Id
    name: Text = ""
    public_user_profile: Profile | None = None


class Listing(Shape):
    """What a chat is about."""

    id: Text = ""
    title: Text = ""
    url: Text = ""
    price_string: Text = ""


class Subject(Shape):
    """`value` is a listing where `type` is "item"."""

    value: Listing | None = None


class LastMessage(Shape):
    """The end of a chat, in short."""

    created: AwareDatetime = EPOCH


class Chat(Shape):
    """A chat in the list of chats."""

    id: Id
    updated: AwareDatetime = EPOCH
    users: tuple[Person, ...] = ()
    context: Subject | None = None
    last_message: LastMessage | None = None

    @property
    def newest(self) -> datetime:
        """When something last happened in it."""
        return max(self.updated, self.last_message.created) if self.last_message else self.updated


def each(shape: type[ShapeT], entries: Iterable[Any]) -> tuple[list[ShapeT], list[str]]:
    """The entries that can be read, and the ids ("?" where there is none) of those that cannot."""
    good, bad = [], []
    for entry in entries:
        try:
            good.append(shape.model_validate(entry))
        except ValidationError:
            bad.append(str(entry.get("id", "?")) if isinstance(entry, dict) else "?")
    return good, bad
