"""The platform's own bot over the Bot API. It talks in private chats only."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import httpx

from infra.telegram.api import BotApi
from infra.telegram.keyboards import keyboard
from infra.telegram.objects import CallbackQuery, Done, Message, Party, Sent
from infra.telegram.wire import is_written, sendable, to_update, verify
from shared.domain.arrivals import RawDelivery
from shared.domain.cockpit import GroupUser
from shared.domain.master_bot import MasterArrival, MasterMessage, MasterPress
from shared.errors import ChannelRejected, RecipientUnreachable
from shared.ports.forum import Button

_UPDATES = ("message", "callback_query")


class MasterBots:
    """The `MasterBotOpener` of this process."""

    def __init__(self, http: httpx.AsyncClient, base_url: str) -> None:
        self._http = http
        self._base_url = base_url

    def __call__(self, token: str, webhook_secret: str) -> TelegramMasterBot:
        """The bot."""
        return TelegramMasterBot(BotApi(self._http, self._base_url, token), webhook_secret)


class TelegramMasterBot:
    """`MasterBot` at Telegram."""

    def __init__(self, api: BotApi, webhook_secret: str) -> None:
        self._api = api
        self._secret = webhook_secret

    def read(self, delivery: RawDelivery) -> MasterArrival | None:
        """One update of Telegram's."""
        verify(delivery, self._secret)
        update = to_update(delivery.body)
        if update.message is not None:
            return _written(update.message)
        return None if update.callback_query is None else _pressed(update.callback_query)

    async def connect(self, webhook_url: str) -> str:
        """Set the webhook; the bot's username."""
        me = await self._api.call("getMe", Party)
        registration = {"url": webhook_url, "secret_token": self._secret, "allowed_updates": _UPDATES}
        await self._api.call("setWebhook", Done, registration)
        return me.username

    async def disconnect(self) -> None:
        """Take the webhook back, if Telegram still lets us."""
        with suppress(ChannelRejected):
            await self._api.call("deleteWebhook", Done)

    async def say(self, chat: str, text: str, buttons: Sequence[Sequence[Button]] = ()) -> None:
        """Plain text with inline buttons. Said twice, after a lost answer, it does no harm."""
        # Telegram keeps the address of a button when a message is forwarded: a link that signs in must not travel.
        parameters: dict[str, Any] = {
            "chat_id": chat,
            "text": sendable(text),
            "link_preview_options": {"is_disabled": True},
            "protect_content": True,
        }
        if buttons:
            parameters["reply_markup"] = keyboard(buttons)
        with suppress(RecipientUnreachable):
            await self._api.call("sendMessage", Sent, parameters)

    async def replace(self, chat: str, message: str, text: str) -> None:
        """Put other words in the place of an own message; that nothing would change is no error."""
        with suppress(ChannelRejected):
            await self._api.call("editMessageText", Sent, {"chat_id": chat, "message_id": int(message), "text": text})

    async def delete(self, chat: str, message: str) -> None:
        """Delete a message; one that is gone or too old stays as it is."""
        with suppress(ChannelRejected):
            await self._api.call("deleteMessage", Done, {"chat_id": chat, "message_id": int(message)})

    async def answer_press(self, press_id: str, text: str = "") -> None:
        """Tell the one who pressed; too late is no error."""
        with suppress(ChannelRejected):
            await self._api.call("answerCallbackQuery", Done, {"callback_query_id": press_id, "text": text})


def _written(message: Message) -> MasterMessage | None:
    if message.chat.type != "private" or message.sender is None or not is_written(message):
        return None
    return MasterMessage(
        chat=str(message.chat.id),
        source_id=str(message.message_id),
        author=_user(message.sender),
        text=message.text or message.caption,
    )


def _pressed(query: CallbackQuery) -> MasterPress | None:
    if query.message is None or query.message.chat.type != "private":
        return None
    return MasterPress(
        chat=str(query.message.chat.id),
        source_id=str(query.message.message_id),
        press_id=query.id,
        author=_user(query.sender),
        data=query.data,
    )


def _user(party: Party) -> GroupUser:
    return GroupUser(source_id=str(party.id), name=party.name, username=party.username, language=party.language_code)
