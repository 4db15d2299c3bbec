"""The pace of a base token, an hour between two requests, kept in the vault: all workers share it.

Tokens with full limits need none of this: they are asked, and wait when they are told to.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

from infra.channels.context import ChannelContext
from shared.errors import ChannelUnavailable

HOUR = timedelta(hours=1)


class Group(Enum):
    """Methods with a limit of their own, each with a base token's pause between two requests."""

    PING = ("ping", timedelta())
    CHATS = ("chats", HOUR)
    EVENTS = ("events", HOUR)
    MESSAGE = ("message", HOUR)
    DOWNLOAD = ("download", timedelta(minutes=6))
    LISTS = ("lists", HOUR)
    """Reading what is new of questions and reviews: two requests of the five an hour that a base token has for them."""
    FEEDBACKS = ("feedbacks", timedelta())

    def __init__(self, title: str, pause: timedelta) -> None:
        self.title = title
        self.pause = pause


class TooSoon(ChannelUnavailable):
    """Not asked at all: the pause is not over."""


class Pace:
    """When a group of methods may be asked again."""

    def __init__(self, context: ChannelContext, *, is_base: bool) -> None:
        self._vault = context.vault
        self._clock = context.clock
        self._is_base = is_base

    async def spend(self, group: Group) -> None:
        """Take this group's turn. Raises `TooSoon`."""
        if not self._is_base:
            return
        now = self._clock.now()
        until = await self._vault.get(_name(group))
        if until is not None:
            raise TooSoon("a base token must wait", retry_after=max(datetime.fromisoformat(until) - now, timedelta()))
        if group.pause:
            await self.hold(group, group.pause)

    async def hold(self, group: Group, pause: timedelta) -> None:
        """Wildberries wants to be left alone with these."""
        if self._is_base:
            until = self._clock.now() + pause
            await self._vault.put(_name(group), until.isoformat(), expires_at=until)


def _name(group: Group) -> str:
    return f"pause-{group.title}"
