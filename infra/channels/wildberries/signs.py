"""The signature that a message to a chat must carry. It is not the chat's id, and how long it lasts is not told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from infra.channels.wildberries.api import Wildberries
from infra.channels.wildberries.chat_api import ChatApi
from infra.channels.wildberries.wire import digest
from shared.errors import ChannelUnavailable

KEPT = timedelta(days=30)


class Signs:
    """Fresh ones from the list of chats; the newest that an event or an answer brought is kept beside."""

    def __init__(self, wildberries: Wildberries, api: ChatApi) -> None:
        self._api = api
        self._vault = wildberries.context.vault
        self._clock = wildberries.context.clock
        self._prefers_kept = wildberries.is_base

    async def keep(self, chat: str, sign: str) -> None:
        """Remember what an event or an answer brought."""
        if sign:
            await self._vault.put(_name(chat), sign, expires_at=self._clock.now() + KEPT)

    async def of(self, chat: str) -> AsyncIterator[str]:
        """What to try, best first. The list may lack a chat that has events; a base token can hardly ask for it."""
        kept = await self._vault.get(_name(chat)) or ""
        if kept and self._prefers_kept:
            yield kept
        fresh = await self._fresh(chat, has_other=bool(kept))
        if fresh and fresh != kept:
            yield fresh
        if kept and (not self._prefers_kept or fresh == kept):
            yield kept

    async def _fresh(self, chat: str, *, has_other: bool) -> str:
        try:
            chats = await self._api.chats()
        except ChannelUnavailable:
            if has_other:
                return ""
            raise
        return next((known.sign for known in chats if known.id == chat), "")


def _name(chat: str) -> str:
    return "sign-" + digest(chat)
