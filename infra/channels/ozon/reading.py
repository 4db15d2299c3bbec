"""Reading the lists: all chats, and a chat's messages back to a point."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime

from infra.channels.ozon.api import OzonApi
from infra.channels.ozon.content import read_data
from infra.channels.ozon.shapes import Chat, Listed, Message, each
from infra.channels.ozon.wire import facts_of, read_message
from shared.domain.arrivals import Echo, Received

CHATS_AT_ONCE = 100
"""As many as Ozon lists."""


@dataclass(slots=True)
class Found:
    """Messages of a chat, oldest first, and the ids of those that cannot be read."""

    messages: list[Message] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def customer(self) -> str:
        """The id of the customer, where one of them is the customer's."""
        return next((message.user.id for message in self.messages if message.user.role == "customer"), "")

    @property
    def facts(self) -> dict[str, str]:
        """Which order and product they are about; the newest message that says so has the last word."""
        return {name: fact for message in self.messages for name, fact in facts_of(message).items()}

    def arrivals(self, chat: Chat) -> list[Received | Echo]:
        """In the desk's words."""
        return [read_message(message, chat, self.customer) for message in self.messages]


async def all_chats(api: OzonApi, problems: list[str], *, unread_only: bool = False) -> AsyncIterator[Listed]:
    """The whole list; ids of entries that cannot be read are added to `problems`."""
    cursor = ""
    while True:
        page = await api.chats(cursor, limit=CHATS_AT_ONCE, unread_only=unread_only)
        listed, bad = each(Listed, page.chats)
        problems += bad
        for entry in listed:
            yield entry
        if not page.has_next or page.cursor in ("", cursor):
            return
        cursor = page.cursor


async def latest(api: OzonApi, chat: str) -> Found:
    """The last page of a chat."""
    messages, problems = each(Message, (await api.history(chat)).messages)
    return Found(sorted(messages, key=_place), problems)


async def history(api: OzonApi, chat: str, is_known: Callable[[Message], bool]) -> Found:
    """A chat's messages back to the first known one.

    Backwards, because Ozon answers `Forward` without a start with nothing; and each id once, because it does not say
    whether a page begins with the message that it starts from.
    """
    found, before, seen = Found(), "", set[str]()
    while True:
        page = await api.history(chat, before=before)
        messages, problems = each(Message, page.messages)
        found.problems += [problem for problem in problems if problem not in found.problems]
        news = [message for message in messages if message.message_id not in seen]
        seen |= {message.message_id for message in news}
        found.messages += [message for message in news if not is_known(message)]
        if not page.has_next or not news or any(is_known(message) for message in news):
            break
        before = min(messages, key=lambda message: message.number).message_id
    found.problems += [message.message_id for message in found.messages if not read_data(message.data).is_readable]
    found.messages.sort(key=_place)
    return found


def _place(message: Message) -> tuple[datetime, int]:
    return message.created_at, message.number
