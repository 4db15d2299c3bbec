"""What a process knows of its own pulls: one at a time for each inbox, and what none must look for again."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from shared.domain.ids import InboxId

CLOCKS_DIFFER = timedelta(milliseconds=50)
"""Another machine has taken the time of the hint."""


class PullTurns:
    """Hints come in swarms, one for each message; the pull after the last one finds them all."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[InboxId, asyncio.Lock] = WeakValueDictionary()
        self._began: dict[InboxId, datetime] = {}

    def of(self, inbox: InboxId) -> asyncio.Lock:
        """Held by who pulls this inbox; it is there as long as somebody holds or awaits it."""
        return self._locks.setdefault(inbox, asyncio.Lock())

    def finish(self, inbox: InboxId, began: datetime) -> None:
        """A pull has stored all that there was when it began."""
        self._began[inbox] = began

    def has_seen(self, inbox: InboxId, hinted_at: datetime) -> bool:
        """Whether a finished pull of this process began after a hint."""
        return is_later(self._began.get(inbox), hinted_at)


def is_later(began: datetime | None, hinted_at: datetime) -> bool:
    """Whether a pull that began then has seen what a hint was about."""
    return began is not None and began - hinted_at >= CLOCKS_DIFFER
