"""Ozon's JSON as it comes: ids beyond 2^53 are text to us, whatever they are in JSON; unknown fields are left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BeforeValidator, Field, ValidationError

from shared.domain.model import Noun


def _digits(value: Any) -> Any:
    """A float has lost its last digits already: it names nothing."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _yes(value: Any) -> Any:
    """Ozon's own example says "true" as text."""
    return value.lower() == "true" if isinstance(value, str) else value


def _absent(value: Any) -> Any:
    return "" if value is None else _digits(value)


Id = Annotated[str, BeforeValidator(_digits), Field(min_length=1, max_length=64)]
Text = Annotated[str, BeforeValidator(_absent)]
Yes = Annotated[bool, BeforeValidator(_yes)]
ShapeT = TypeVar("ShapeT", bound=Noun)


class User(Noun):
    """Who wrote. `type` is a word of Ozon's, once in a while with a Cyrillic letter."""

    id: Text = ""
    type: Text = ""

    @property
    def role(self) -> str:
        """`customer`, `seller`, `support` and so on; the first letter of Ozon's `Customer` is sometimes Cyrillic."""
        return self.type.replace("С", "C").replace("с", "c").lower()


class About(Noun):
    """Which order a message is about; often on some messages of a chat only."""

    order_number: Text = ""
    sku: Text = ""


class Message(Noun):
    """A message of the history."""

    message_id: Id
    created_at: AwareDatetime
    user: User = User()
    data: Any = None
    """A list of Markdown texts; read on its own, so that a strange one stops nothing."""
    moderate_image_status: Any = ""
    context: Any = None

    @property
    def number(self) -> int:
        """Its place among the messages of its seller; 0 where the id is no number."""
        return number(self.message_id)


class Push(Noun):
    """What every push carries; the rest depends on its type."""

    message_type: str
    seller_id: Text = ""


class ChatPush(Push):
    """A push about a chat."""

    chat_id: Id
    chat_type: Text = ""
    user: User = User()


class MessagePush(ChatPush):
    """A new or changed message; it says nothing of the order."""

    message_id: Id
    created_at: AwareDatetime
    updated_at: AwareDatetime | None = None
    data: Any = None


class Chat(Noun):
    """A chat, whoever is on the other side."""

    chat_id: Id
    chat_type: Text = ""
    chat_status: Text = ""


class Listed(Noun):
    """A chat in the list of chats. It tells no time but that of its beginning."""

    chat: Chat
    last_message_id: Text = ""
    unread_count: Any = 0

    @property
    def newest(self) -> int:
        """The last message's number; 0 where there is none."""
        return number(self.last_message_id)


class ChatPage(Noun):
    """A page of the list."""

    chats: list[Any] = []
    cursor: Text = ""
    has_next: Yes = False


class HistoryPage(Noun):
    """A page of a chat's messages."""

    messages: list[Any] = []
    has_next: Yes = False


class Endpoint(Noun):
    """An address that Ozon pushes to."""

    id: int
    url: str
    enable: bool = True
    types: Any = None

    @property
    def kinds(self) -> set[str]:
        """The types of pushes that go there."""
        listed = self.types if isinstance(self.types, list) else []
        return {str(entry.get("type")) for entry in listed if isinstance(entry, dict)}


class Company(Noun):
    """Whose account it is."""

    name: Text = ""


class Subscription(Noun):
    """What the seller pays for."""

    type: Text = ""


class Seller(Noun):
    """An account."""

    company: Company | None = None
    subscription: Subscription | None = None

    @property
    def tier(self) -> str:
        """What they pay for, in Ozon's words; empty where it is not told."""
        return self.subscription.type.upper() if self.subscription else ""


class Role(Noun):
    """What a key may do."""

    methods: list[str] = []


class Key(Noun):
    """A key, as Ozon describes it."""

    expires_at: AwareDatetime | None = None
    roles: tuple[Role, ...] | None = None

    @property
    def methods(self) -> set[str]:
        """All that its roles list."""
        return {method for role in self.roles or () for method in role.methods}


def number(id: str) -> int:
    """A message's place among the messages of its seller; 0 for what is no number."""
    return int(id) if id.isascii() and id.isdecimal() else 0


def each(shape: type[ShapeT], entries: Iterable[Any]) -> tuple[list[ShapeT], list[str]]:
    """The entries that can be read, and the ids ("?" where there is none) of those that cannot."""
    good, bad = [], []
    for entry in entries:
        try:
            good.append(shape.model_validate(entry))
        except ValidationError:
            bad.append(str(entry.get("message_id", "?"))[:64] if isinstance(entry, dict) else "?")
    return good, bad
