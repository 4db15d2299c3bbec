"""What can be wrong with an inbox of this channel, and what its owner can do."""

from __future__ import annotations

from typing import Final

from infra.channels.remedies import MODE_OFF, RIGHTS, WRONG, Remedy
from infra.telegram.refusals import ConnectionGone
from infra.telegram.registration import TOKEN_REMEDY, WEBHOOK_REMEDIES

DISCONNECTED: Final = ConnectionGone.code
"""Nobody's account has the bot any more."""

REMEDIES: Final[dict[str, Remedy]] = {
    WRONG: TOKEN_REMEDY,
    MODE_OFF: Remedy(
        ru="Бот не может подключаться к аккаунтам. Откройте @BotFather, настройки бота, и включите Secretary Mode.",
        en="The bot cannot be connected to accounts. Open @BotFather, Bot Settings, and switch Secretary Mode on.",
    ),
    RIGHTS: Remedy(
        ru="Бот не может отвечать от вашего имени. В Telegram откройте Настройки, Telegram для бизнеса, Чат-боты, "
        "и разрешите боту отвечать на сообщения.",
        en="The bot may not answer in your name. In Telegram open Settings, Telegram Business, Chatbots, "
        "and let the bot reply to messages.",
    ),
    DISCONNECTED: Remedy(
        ru="Бот отключён от аккаунта. В Telegram откройте Настройки, Telegram для бизнеса, Чат-боты, и добавьте бота.",
        en="The bot was taken off the account. In Telegram open Settings, Telegram Business, Chatbots, and add it.",
    ),
    **WEBHOOK_REMEDIES,
}
