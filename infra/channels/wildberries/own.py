"""Which messages of a chat are ours.

Wildberries takes a message without telling its id, and later shows it among the events. So what we are about to send
is noted first, and an event that our token sent is known by chat, words, number of files and time.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from infra.channels.context import ChannelContext
from infra.channels.same_words import normalised
from infra.channels.wildberries.shapes import Event, millis
from infra.channels.wildberries.wire import CABINET, SELLER, digest, words_of

KEPT = timedelta(days=180)
EARLIER, LATER = timedelta(seconds=60), timedelta(minutes=15)
"""How far the time of an event may be from the attempt."""
MOST = 20
"""Messages with the same words in one chat that are told apart."""

Attempt = tuple[str, int]
"""Our id of a message, and when it was last tried, in unix milliseconds."""


class OwnMessages:
    """Notes in the vault, one for each chat and words."""

    def __init__(self, context: ChannelContext) -> None:
        self._vault = context.vault
        self._clock = context.clock

    async def note(self, message_id: str, chat: str, text: str, files: int) -> None:
        """This message is about to leave. Written before it does: its event may come at once."""
        name, now = _name(chat, text, files), self._clock.now()
        others = [attempt for attempt in await self._attempts(name) if attempt[0] != message_id]
        attempts = [*others, (message_id, millis(now))][-MOST:]
        await self._vault.put(name, json.dumps(attempts), expires_at=now + KEPT)

    async def message_of(self, event: Event) -> str | None:
        """Our id of the message that an event shows; None for what others wrote."""
        if event.sender != SELLER or event.source == CABINET:
            return None
        attempts = await self._attempts(_name(event.chat, *words_of(event)))
        near = [attempt for attempt in attempts if _is_near(event.at, attempt[1])]
        closest = min(near, key=lambda attempt: abs(millis(event.at) - attempt[1]), default=None)
        return closest[0] if closest else None

    async def _attempts(self, name: str) -> list[Attempt]:
        kept: Any = json.loads(await self._vault.get(name) or "[]")
        return [(str(message_id), int(tried_at)) for message_id, tried_at in kept]


def _name(chat: str, text: str, files: int) -> str:
    return "sent-" + digest(f"{chat}\n{files}\n{normalised(text)}")


def _is_near(at: datetime, tried_at: int) -> bool:
    away = timedelta(milliseconds=millis(at) - tried_at)
    return -EARLIER <= away <= LATER
