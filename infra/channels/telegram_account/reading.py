"""Reads what Telegram holds: what is above a cursor, and everything since a moment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from infra.channels.telegram_account.client import AccountClient
from infra.channels.telegram_account.wire import Account, has_own_numbers, to_arrival
from shared.domain.arrivals import Echo, Page, Received
from shared.domain.model import Noun
from shared.errors import ChannelRejected

PER_CHAT = 100
"""Messages of one chat in a page."""
QUIET = 20
"""After so many chats without news, newest first, the rest have none either."""


class Marks(Noun):
    """The cursor of pulls: how far everything is stored. Channels and supergroups count by themselves."""

    id: int = 0
    channels: dict[int, int] = {}

    def of(self, chat_id: int) -> int:
        """The number up to which a chat is known."""
        return self.channels.get(chat_id, 0) if has_own_numbers(chat_id) else self.id


class Place(Noun):
    """The cursor of the history: a chat, and the last message of it that was given."""

    chat: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """The oldest unknown messages of one chat."""

    chat_id: int
    messages: list[Any]
    is_whole: bool
    """There are no more behind them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Over a connected client. Raises Telethon's errors."""

    client: AccountClient
    account: Account

    async def start(self) -> str:
        """A cursor that begins now."""
        marks = Marks()
        async for dialog in self._dialogs():
            marks = _moved(marks, dialog.id, dialog.message.id)
        return marks.model_dump_json()

    async def pull(self, cursor: str | None) -> Page:
        """A page above the cursor, in the order in which it was written."""
        if cursor is None:
            return Page(cursor=await self.start())
        marks = _marks(cursor)
        stretches = [await self._stretch(dialog, marks) async for dialog in self._fresh(marks)]
        # Numbers run through all private chats: no mark may pass a message that another chat still holds back.
        cuts = [s.messages[-1].id for s in stretches if not s.is_whole and not has_own_numbers(s.chat_id)]
        cut = min(cuts, default=None)
        moved, taken = marks, []
        for stretch in stretches:
            for message in stretch.messages:
                if cut is None or has_own_numbers(stretch.chat_id) or message.id <= cut:
                    moved = _moved(moved, stretch.chat_id, message.id)
                    taken.append(message)
        taken.sort(key=lambda message: (message.date, message.id))
        more = not all(stretch.is_whole for stretch in stretches)
        kept = cursor if moved == marks else moved.model_dump_json()
        return self._page(taken).model_copy(update={"cursor": kept, "more": more})

    async def history(self, since: datetime, cursor: str | None) -> Page:
        """A page of one chat; chats follow each other by their ids, which do not change meanwhile."""
        place = Place.model_validate_json(cursor) if cursor else None
        chats = {dialog.id: dialog async for dialog in self._dialogs() if dialog.message.date >= since}
        left = sorted(id for id in chats if place is None or id >= place.chat)
        if not left:
            return Page()
        chat = left[0]
        after = place.id if place is not None and place.chat == chat else 0
        entity = chats[chat].input_entity
        found = self.client.iter_messages(
            entity, limit=PER_CHAT, min_id=after, offset_date=None if after else since, reverse=True
        )
        messages = [message async for message in found]
        is_whole = len(messages) < PER_CHAT
        page = self._page([message for message in messages if message.date >= since])
        if is_whole and len(left) == 1:
            return page
        following = Place(chat=left[1]) if is_whole else Place(chat=chat, id=messages[-1].id)
        return page.model_copy(update={"cursor": following.model_dump_json(), "more": True})

    async def _fresh(self, marks: Marks) -> AsyncIterator[Any]:
        """Chats that hold something above the marks."""
        quiet = 0
        async for dialog in self._dialogs():
            is_fresh = dialog.message.id > marks.of(dialog.id)
            quiet = 0 if is_fresh else quiet + 1
            if quiet > QUIET:
                return
            if is_fresh:
                yield dialog

    async def _dialogs(self) -> AsyncIterator[Any]:
        async for dialog in self.client.iter_dialogs():
            if dialog.message is not None and self.account.takes_chat(dialog.id, dialog.entity):
                yield dialog

    async def _stretch(self, dialog: Any, marks: Marks) -> Stretch:
        above = marks.of(dialog.id)
        found = self.client.iter_messages(dialog.input_entity, limit=PER_CHAT, min_id=above, reverse=True)
        messages = [message async for message in found]
        return Stretch(dialog.id, messages, is_whole=len(messages) < PER_CHAT)

    def _page(self, messages: list[Any]) -> Page:
        """What the messages tell; one that cannot be read is named, and holds nothing back."""
        arrivals: list[Received | Echo] = []
        problems = []
        for message in messages:
            try:
                arrival = to_arrival(message, self.account)
            except (AttributeError, TypeError, ValidationError):
                problems.append(f"{message.chat_id}:{message.id}")
                continue
            if arrival is not None:
                arrivals.append(arrival)
        return Page(arrivals=tuple(arrivals), problems=tuple(problems))


def _marks(cursor: str) -> Marks:
    try:
        return Marks.model_validate_json(cursor)
    except ValidationError:
        raise ChannelRejected("a cursor that is none", code="bad_cursor") from None


def _moved(marks: Marks, chat_id: int, id: int) -> Marks:
    if id <= marks.of(chat_id):
        return marks
    if has_own_numbers(chat_id):
        return marks.model_copy(update={"channels": {**marks.channels, chat_id: id}})
    return marks.model_copy(update={"id": id})
