"""Updates of simulated bots on their way to our webhook."""

from __future__ import annotations

from typing import Any

from infra.sandbox.faults import Faults
from infra.sandbox.push import Pusher
from infra.telegram.sandbox.bot import SimulatedBot

_ONLY_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105


class Deliveries:
    """Numbers updates, keeps back what is not wanted or has nowhere to go, pushes the rest in order per chat."""

    def __init__(self, pusher: Pusher, faults: Faults) -> None:
        self._pusher = pusher
        self._faults = faults

    def announce(self, bot: SimulatedBot, kind: str, content: dict[str, Any]) -> None:
        """Something happened that the bot may see."""
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
            f"{bot.id}/{_line(content)}",
            bot.webhook["url"],
            update,
            {_SECRET_HEADER: secret} if secret else {},
            times=2 if self._faults.double_pushes else 1,
        )


def _line(content: dict[str, Any]) -> str:
    """What waits for one another: messages of a chat, presses of a person, changes of an account's connection."""
    if "chat" in content:
        return f"{content.get('business_connection_id', '')}{content['chat']['id']}"
    return str((content.get("from") or content["user"])["id"])


def _is_wanted(bot: SimulatedBot, kind: str) -> bool:
    """An empty list means the usual kinds."""
    wanted = bot.webhook.get("allowed_updates")
    return kind in wanted if wanted else kind not in _ONLY_ON_REQUEST
