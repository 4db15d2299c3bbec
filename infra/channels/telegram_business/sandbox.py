"""A stand-in for Telegram: customers who write to the owner of an account that a bot is connected to.

The server, its memory and the groups are those of `infra/telegram/sandbox`, shared with the other bots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from infra.channels.remedies import MODE_OFF, RIGHTS
from infra.channels.telegram_business.remedies import DISCONNECTED
from infra.sandbox.standin import CustomerFile, Seen
from infra.telegram.sandbox.bot import Kind, SimulatedBot
from infra.telegram.sandbox.business import ALL_RIGHTS, OWNER, Accounts
from infra.telegram.sandbox.files import pieces_of
from infra.telegram.sandbox.people import person
from infra.telegram.sandbox.standin import TelegramStandin
from infra.telegram.sandbox.views import seen_message
from shared.errors import InvalidInput


class TelegramBusinessSandbox(TelegramStandin):
    """`Standin` for connected bots. `owner` names whose account it is, where there are several."""

    kind: Kind = "telegram_business"
    has_vendor_app: ClassVar[bool] = True

    def open_account(self, account: str) -> Mapping[str, str]:
        """The token of a bot in Secretary mode, which one owner has connected."""
        credentials = super().open_account(account)
        bot = self._bot(account)
        if not Accounts(bot).owners:
            self._connect(bot, OWNER, ALL_RIGHTS)
        return credentials

    def afflict(self, account: str, problem: str) -> None:
        """Bring about a problem of the bot's, or of its only owner's settings."""
        bot = self._bot(account)
        if problem == MODE_OFF:
            bot.serves_accounts = False
        elif problem == RIGHTS:
            self._change(bot, OWNER, rights={"can_read_messages": True})
        elif problem == DISCONNECTED:
            self._change(bot, OWNER, is_enabled=False)
        else:
            super().afflict(account, problem)

    async def connect_owner(self, account: str, owner: str, rights: Mapping[str, bool] = ALL_RIGHTS) -> str:
        """An owner connects the bot or edits its settings: from now on the connection has this new id."""
        return self._connect(self._bot(account), owner, rights)

    async def disconnect_owner(self, account: str, owner: str = OWNER) -> None:
        """An owner takes the bot off the account."""
        self._change(self._bot(account), owner, is_enabled=False)

    async def write(self, account: str, customer: str, text: str, files: Sequence[CustomerFile] = ()) -> str:
        """The customer writes to the first owner."""
        return await self.write_to(account, OWNER, customer, text, files)

    async def write_to(
        self, account: str, owner: str, customer: str, text: str, files: Sequence[CustomerFile] = ()
    ) -> str:
        """Each file is a message of its own, the text a caption of the first; answers the first message's id."""
        if not text and not files:
            raise InvalidInput("a message needs a text or a file")
        bot = self._bot(account)
        Accounts(bot).meet(customer)
        contents = pieces_of(bot, text, files)
        return self._say(bot, owner, customer, [{"from": person(customer), **content} for content in contents])

    async def answer_in_vendor_app(self, account: str, customer: str, text: str) -> str:
        """The owner answers on the phone."""
        return await self.answer_as(account, OWNER, customer, text)

    async def answer_as(self, account: str, owner: str, customer: str, text: str, **extra: Any) -> str:
        """An owner writes to a customer; `extra` are fields of the message, such as `is_from_offline`."""
        bot = self._bot(account)
        Accounts(bot).meet(customer)
        return self._say(bot, owner, customer, [{"from": person(owner), "text": text, **extra}])

    def seen_by(self, account: str, customer: str) -> list[Seen]:
        """The customer's chat with the first owner; `extra` names the message for `edit`."""
        return self.seen_with(account, OWNER, customer)

    def seen_with(self, account: str, owner: str, customer: str) -> list[Seen]:
        """The customer's chat with an owner."""
        bot = self._bot(account)
        records = bot.messages(Accounts(bot).place(owner, customer))
        return [seen_message(record.data, customer=person(customer)["id"]) for record in records]

    async def edit(self, account: str, customer: str, message_id: str, text: str) -> None:
        """A text in the chat with the first owner is changed by who wrote it."""
        bot = self._bot(account)
        record = bot.message(Accounts(bot).place(OWNER, customer), message_id)
        if record is None:
            raise InvalidInput("there is no such message")
        message = bot.rewrite(record, text=text, edit_date=self._now())
        self._tell(bot, OWNER, "edited_business_message", message)

    async def unsend(self, account: str, customer: str, message_id: str) -> None:
        """A message in the chat with the first owner is deleted for both."""
        bot = self._bot(account)
        place = Accounts(bot).place(OWNER, customer)
        record = bot.message(place, message_id)
        if record is None:
            raise InvalidInput("there is no such message")
        bot.rewrite(record, is_deleted=True)
        deletion = {**place.extra, "chat": place.vendor, "message_ids": [int(message_id)]}
        self._tell(bot, OWNER, "deleted_business_messages", deletion)

    def is_read(self, account: str, customer: str) -> bool:
        """Whether the owner's side has read all that the customer wrote."""
        bot = self._bot(account)
        records = bot.messages(Accounts(bot).place(OWNER, customer))
        theirs = [record.data for record in records if record.data["from"]["id"] == person(customer)["id"]]
        return all(message.get("is_read") for message in theirs)

    def _say(self, bot: SimulatedBot, owner: str, customer: str, contents: Sequence[dict[str, Any]]) -> str:
        place = Accounts(bot).place(owner, customer)
        messages = [bot.post(place, content["from"], self._now(), content) for content in contents]
        for message in messages:
            self._tell(bot, owner, "business_message", message)
        return str(messages[0]["message_id"])

    def _tell(self, bot: SimulatedBot, owner: str, kind: str, content: dict[str, Any]) -> None:
        """A bot that was taken off an account hears nothing from there."""
        if Accounts(bot).present(owner)["is_enabled"] and bot.serves_accounts:
            self._telegram.deliveries.announce(bot, kind, content)

    def _connect(self, bot: SimulatedBot, owner: str, rights: Mapping[str, bool]) -> str:
        connection = Accounts(bot).connect(owner, self._now(), rights)
        self._telegram.deliveries.announce(bot, "business_connection", connection)
        return str(connection["id"])

    def _change(self, bot: SimulatedBot, owner: str, **changes: Any) -> None:
        connection = Accounts(bot).change(owner, **changes)
        self._telegram.deliveries.announce(bot, "business_connection", connection)
