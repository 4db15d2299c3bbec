"""The door to the platform's own Telegram bot. Errors are those of `shared.ports.channel`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from shared.domain.arrivals import RawDelivery
from shared.domain.master_bot import MasterArrival
from shared.ports.forum import Button


class MasterBot(Protocol):
    """One bot, with its token opened."""

    def read(self, delivery: RawDelivery) -> MasterArrival | None:
        """Check who is calling, then translate. None: nothing for us. Raises `UntrustedDelivery`, `InvalidInput`."""
        ...

    async def connect(self, webhook_url: str) -> str:
        """Set the webhook; the bot's username."""
        ...

    async def disconnect(self) -> None:
        """Take the webhook back. Best effort."""
        ...

    async def say(self, chat: str, text: str, buttons: Sequence[Sequence[Button]] = ()) -> None:
        """Plain text with inline buttons, not to be forwarded. Who has blocked the bot is told nothing."""
        ...

    async def replace(self, chat: str, message: str, text: str) -> None:
        """Put other words, without buttons, in the place of an own message."""
        ...

    async def delete(self, chat: str, message: str) -> None:
        """Delete a message, the other side's too; what cannot be deleted stays."""
        ...

    async def answer_press(self, press_id: str, text: str = "") -> None:
        """Tell the one who pressed; too late is no error."""
        ...


class MasterBotOpener(Protocol):
    """Makes the bot from its opened secrets."""

    def __call__(self, token: str, webhook_secret: str) -> MasterBot:
        """The bot. No I/O."""
        ...
