"""Telegram's limits on how often a bot may post. Kept in memory: a restart forgives."""

from __future__ import annotations

from collections import Counter, deque
from datetime import datetime
from math import ceil

from infra.telegram.sandbox.refused import Refused

GROUP_LIMIT, GROUP_SECONDS = 20, 60.0
BOT_LIMIT, BOT_SECONDS = 30, 1.0
CHAT_BURST, CHAT_SECONDS = 20, 20.0
"""One a second in the long run, with bursts."""


class Limits:
    """Counts messages a chat and bot, and refusals: a bot that storms on is seen."""

    def __init__(self) -> None:
        self._posted: dict[tuple[int, str], deque[float]] = {}
        self.refusals: Counter[int] = Counter()
        """By bot: how often it was told to wait."""

    def spend(self, bot: int, chat: str, now: datetime, *, is_group: bool, messages: int = 1) -> None:
        """Count messages about to be posted. Raises `Refused` with the seconds to wait."""
        limits = (
            ((bot, chat), *((GROUP_LIMIT, GROUP_SECONDS) if is_group else (CHAT_BURST, CHAT_SECONDS))),
            ((bot, ""), BOT_LIMIT, BOT_SECONDS),
        )
        at = now.timestamp()
        wait = max(self._wait(key, most, seconds, at, messages) for key, most, seconds in limits)
        if wait:
            raise self.refusal(bot, wait)
        for key, _, _ in limits:
            self._posted[key].extend([at] * messages)

    def refusal(self, bot: int, seconds: int) -> Refused:
        """One more answer 429."""
        self.refusals[bot] += 1
        return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)

    def _wait(self, key: tuple[int, str], most: int, seconds: float, at: float, messages: int) -> int:
        posted = self._posted.setdefault(key, deque())
        while posted and posted[0] <= at - seconds:
            posted.popleft()
        surplus = len(posted) + messages - most
        return 0 if surplus <= 0 else max(ceil(posted[min(surplus, len(posted)) - 1] + seconds - at), 1)
