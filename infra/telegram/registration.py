"""A bot's webhook: set it, take it back, and say what is wrong with it. The same for every kind of bot."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from infra.channels.remedies import WEBHOOK_FAILING, WEBHOOK_MISSING, Remedy
from infra.telegram.api import BotApi
from infra.telegram.objects import Done, Party, WebhookInfo
from infra.telegram.wire import ALLOWED_UPDATES, moment
from shared.errors import ChannelError
from shared.ports.clock import Clock

TAKEN = "conflict"
"""Another program has set a webhook of its own: it gets the messages."""
_ERROR_IS_FRESH = timedelta(minutes=5)
"""Telegram retries a failing delivery at least every two minutes, and never forgets the last error."""

TOKEN_REMEDY = Remedy(
    ru="Telegram не знает этот токен. Откройте @BotFather, выберите бота, API Token, и вставьте токен в Parley заново.",
    en="Telegram does not know this token. Open @BotFather, pick the bot, API Token, and paste it into Parley again.",
)
WEBHOOK_REMEDIES = {
    WEBHOOK_MISSING: Remedy(
        ru="Telegram не знает, куда отправлять сообщения. Нажмите «Подключить».",
        en="Telegram does not know where to deliver messages. Press Connect.",
    ),
    TAKEN: Remedy(
        ru="Сообщения бота забирает другая программа. Отключите её и нажмите «Подключить»: получатель у бота один.",
        en="Another program takes this bot's messages. Switch it off and press Connect: a bot has one receiver.",
    ),
    WEBHOOK_FAILING: Remedy(
        ru="Telegram не может доставить нам сообщения. Проверьте, что Parley доступен из интернета по HTTPS.",
        en="Telegram cannot deliver messages to us. Check that Parley can be reached from the internet over HTTPS.",
    ),
}


@dataclass(frozen=True, slots=True)
class Registration:
    """The webhook of one inbox's bot."""

    api: BotApi
    clock: Clock
    inbox_id: str
    secret: str

    async def bot(self) -> Party:
        """The bot itself."""
        return await self.api.call("getMe", Party)

    async def set(self, webhook_url: str) -> None:
        """Tell Telegram our address; waiting updates are kept and come at once."""
        parameters = {
            "url": webhook_url,
            "secret_token": self.secret,
            "allowed_updates": ALLOWED_UPDATES,
            "drop_pending_updates": False,
        }
        await self.api.call("setWebhook", Done, parameters)

    async def take_back(self) -> None:
        """If Telegram still lets us."""
        with suppress(ChannelError):
            await self.api.call("deleteWebhook", Done)

    async def info(self) -> WebhookInfo:
        """As Telegram has it."""
        return await self.api.call("getWebhookInfo", WebhookInfo)

    def problem(self, webhook: WebhookInfo) -> str | None:
        """What is wrong with it, if anything."""
        if not webhook.url:
            return WEBHOOK_MISSING
        if not webhook.url.endswith(f"/hooks/telegram/{self.inbox_id}"):
            return TAKEN
        oldest = self.clock.now() - _ERROR_IS_FRESH
        failed_at = moment(webhook.last_error_date or 0)
        return WEBHOOK_FAILING if webhook.pending_update_count and failed_at >= oldest else None


def facts_of(bot: Party, webhook: WebhookInfo) -> dict[str, str]:
    """For the owner. Of the address the host only: it may carry somebody's secret."""
    facts = {
        "account": f"@{bot.username}",
        "webhook_host": webhook.url.partition("://")[2].partition("/")[0],
        "pending_updates": str(webhook.pending_update_count),
        "last_error": webhook.last_error_message,
    }
    return {name: value for name, value in facts.items() if value}
