"""Updates of simulated bots on their way to our webhook."""

from __future__ import annotations

from typing import Any

from infra.channels.telegram_bot.sandbox_bot import SimulatedBot
from infra.sandbox.faults import Faults
from infra.sandbox.push import Pusher

_ONLY_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105


class Deliveries:
    """Numbers updates, keeps back what is not wanted or has nowhere to go, pushes the rest in order per chat."""

    def __init__(self, pusher: Pusher, faults: Faults) -> None:
        self._pusher = pusher
        self._faults = faults

    def announce(self, bot: SimulatedBot, kind: str, content: dict[str, Any]) -> None:
        """Something happened in a chat of the bot."""
        if not _is_wanted(bot, kind):
            return
        update = {"update_id": bot.next_id("update"), kind: content}
        if bot.webhook.get("url"):
            self._push(bot, update)
        else:
            bot.waiting = [*bot.waiting, update]

    def flush(self, bot: SimulatedBot) -> None:
        """A webhook was set: what waited for it goes out."""
        waiting, bot.waiting = bot.waiting, []
        for update in waiting:
            self._push(bot, update)

    def _push(self, bot: SimulatedBot, update: dict[str, Any]) -> None:
        if self._faults.lose_pushes:
            return
        content = next(value for key, value in update.items() if key != "update_id")
        secret = bot.webhook.get("secret_token")
        self._pusher.push(
            f"{bot.id}/{content['chat']['id']}",
            bot.webhook["url"],
            update,
            {_SECRET_HEADER: secret} if secret else {},
            times=2 if self._faults.double_pushes else 1,
        )


def _is_wanted(bot: SimulatedBot, kind: str) -> bool:
    """An empty list means the usual kinds."""
    wanted = bot.webhook.get("allowed_updates")
    return kind in wanted if wanted else kind not in _ONLY_ON_REQUEST
