"""A stand-in for Telegram: the customers who write to bots. The server and the groups are `infra/telegram/sandbox`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from infra.sandbox.standin import CustomerFile, Seen
from infra.telegram.sandbox.bot import Chat, Kind
from infra.telegram.sandbox.files import pieces_of
from infra.telegram.sandbox.people import person
from infra.telegram.sandbox.standin import TelegramStandin
from infra.telegram.sandbox.views import seen_message
from shared.errors import InvalidInput


class TelegramBotSandbox(TelegramStandin):
    """`Standin` for Telegram bots, with what else a customer can do: edit, block, unblock, move to a supergroup."""

    kind: Kind = "telegram_bot"
    has_vendor_app: ClassVar[bool] = False

    async def write(self, account: str, customer: str, text: str, files: Sequence[CustomerFile] = ()) -> str:
        """Each file is a message of its own, the text a caption of the first; answers the first message's id."""
        if not text and not files:
            raise InvalidInput("a message needs a text or a file")
        bot = self._bot(account)
        chat = bot.chat_with(customer)
        if chat.is_blocked:
            # Nobody can write to a bot that they have blocked.
            await self.unblock(account, customer)
            chat = bot.chat_with(customer)
        place, sender = bot.place_of(chat), person(customer)
        messages = [bot.post(place, sender, self._now(), piece) for piece in pieces_of(bot, text, files)]
        for message in messages:
            self._announce(bot, message)
        return str(messages[0]["message_id"])

    async def answer_in_vendor_app(self, account: str, customer: str, text: str) -> str:
        """A bot has no app that a person could write in."""
        raise InvalidInput("a bot is answered for through its API only")

    def seen_by(self, account: str, customer: str) -> list[Seen]:
        """Both sides in order; `extra` names the message for `edit`."""
        bot, writer = self._bot(account), person(customer)["id"]
        records = bot.messages(bot.place_of(bot.chat_with(customer)))
        return [seen_message(record.data, customer=writer) for record in records]

    async def edit(self, account: str, customer: str, message_id: str, text: str) -> None:
        """The customer changes the text or caption of a message. Raises `InvalidInput` for an unknown one."""
        bot = self._bot(account)
        record = bot.message(bot.place_of(bot.chat_with(customer)), message_id)
        if record is None or record.data["from"]["is_bot"]:
            raise InvalidInput("this customer has no such message")
        field = "text" if "text" in record.data else "caption"
        message = bot.rewrite(record, **{field: text, "edit_date": self._now()})
        self._telegram.deliveries.announce(bot, "edited_message", message)

    async def press(self, account: str, customer: str, message_id: str, data: str) -> str:
        """The customer presses a button of the bot's; the id of the press."""
        bot = self._bot(account)
        chat = bot.chat_with(customer)
        return self._press(bot, bot.place_of(chat), str(chat.id), customer, message_id, data)

    async def block(self, account: str, customer: str) -> None:
        """The customer stops the bot."""
        self._turn(account, customer, is_blocked=True)

    async def unblock(self, account: str, customer: str) -> None:
        """The customer lets the bot write again."""
        self._turn(account, customer, is_blocked=False)

    async def migrate(self, account: str, customer: str) -> str:
        """The chat becomes a supergroup; answers its new id. At Telegram only groups do: here any chat stands in."""
        bot = self._bot(account)
        old = bot.chat_with(customer)
        new_id = -1_002_000_000_000 - bot.next_id("supergroup")
        new = bot.keep(Chat(customer, {"id": new_id, "type": "supergroup", "title": customer}))
        group = {"id": old.id, "type": "group", "title": customer}
        bot.keep(old, moved_to=new_id)
        for here, news in ((group, {"migrate_to_chat_id": new_id}), (new.vendor, {"migrate_from_chat_id": old.id})):
            service = {"message_id": bot.next_id("message"), "from": person(customer), "date": self._now()}
            self._announce(bot, {**service, "chat": here, **news})
        return str(new_id)

    def _turn(self, account: str, customer: str, *, is_blocked: bool) -> None:
        bot = self._bot(account)
        chat = bot.keep(bot.chat_with(customer), is_blocked=is_blocked)
        allowed = {"status": "member", "user": bot.user}
        blocked = {"status": "kicked", "user": bot.user, "until_date": 0}
        change = {
            "chat": chat.vendor,
            "from": person(customer),
            "date": self._now(),
            "old_chat_member": allowed if is_blocked else blocked,
            "new_chat_member": blocked if is_blocked else allowed,
        }
        self._telegram.deliveries.announce(bot, "my_chat_member", change)
