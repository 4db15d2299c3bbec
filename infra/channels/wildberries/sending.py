"""Our messages on their way into a chat, and what became of them."""

from __future__ import annotations

from datetime import timedelta

from infra.channels.wildberries.chat_api import ChatApi
from infra.channels.wildberries.chats import following
from infra.channels.wildberries.own import OwnMessages
from infra.channels.wildberries.refusals import InvalidSignature
from infra.channels.wildberries.shapes import Event, each, millis
from infra.channels.wildberries.signs import Signs
from infra.channels.wildberries.wire import sent_id
from shared.domain.arrivals import Outgoing, Receipt
from shared.domain.model import EPOCH
from shared.errors import ChannelRejected

BACK = timedelta(minutes=1)
"""Clocks differ: how far before the first attempt the events are searched."""
MOST_PAGES = 10


class ChatSender:
    """Notes a message, takes a fresh signature, posts."""

    def __init__(self, api: ChatApi, own: OwnMessages, signs: Signs) -> None:
        self._api = api
        self._own = own
        self._signs = signs

    async def send(self, chat: str, outgoing: Outgoing) -> Receipt:
        """Post text and files. Raises `ChannelRejected` (`thread_unknown`) where no signature is good."""
        await self._own.note(outgoing.message_id, chat, outgoing.text.strip(), len(outgoing.files))
        async for sign in self._signs.of(chat):
            try:
                taken_at, newest = await self._api.send(sign, outgoing.text.strip(), outgoing.files)
            except InvalidSignature:
                continue
            await self._signs.keep(chat, newest)
            is_told = isinstance(taken_at, int) and 0 < taken_at < 32_503_680_000_000
            at = EPOCH + timedelta(milliseconds=taken_at) if is_told else None
            return Receipt(source_id=sent_id(outgoing.message_id), at=at)
        raise ChannelRejected("Wildberries has no such chat, or none that can be answered", code="thread_unknown")

    async def find(self, chat: str, outgoing: Outgoing) -> Receipt | None:
        """Look for it among the events since its first attempt."""
        since = millis(outgoing.first_tried_at - BACK)
        for _ in range(MOST_PAGES):
            page = await self._api.events(since)
            for event in each(Event, page.events)[0]:
                if event.chat == chat and await self._own.message_of(event) == outgoing.message_id:
                    return Receipt(source_id=sent_id(outgoing.message_id), at=event.at)
            if not page.total:
                break
            since = following(page, since)
        return None
