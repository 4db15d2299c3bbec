"""The master bot at work: it signs people in, connects bots of their own, and binds their work group."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.domain.arrivals import RawDelivery
from shared.domain.channels import ChannelKind
from shared.domain.cockpit import GroupUser
from shared.domain.ids import InboxId, WorkspaceId, stable_id
from shared.domain.inboxes import Inbox
from shared.domain.master_bot import MasterMessage, MasterPress
from shared.domain.master_words import say
from shared.domain.texts import Language, text
from shared.errors import AlreadyExists, NotAllowed, NotFound
from shared.ports.forum import Button
from shared.ports.master_bot import MasterBot
from shared.services.connect_inbox import ConnectInbox, NewInbox
from shared.services.master_bot_groups import PICK, MasterBotGroups
from shared.services.master_bot_settings import MasterBotAccess
from shared.services.telegram_links import TelegramLinks
from shared.services.workspace_owners import WorkspaceOwners
from shared.store.users import Users

_TOKEN = re.compile(r"(?<!\d)\d{5,20}:[A-Za-z0-9_-]{30,60}(?![A-Za-z0-9_-])")
GROUP_RIGHTS = "manage_topics+pin_messages+delete_messages"


@dataclass(frozen=True, slots=True)
class MasterBotDesk:
    """One update at a time. What Telegram sends twice does no harm."""

    access: MasterBotAccess
    links: TelegramLinks
    users: Users
    owners: WorkspaceOwners
    connect: ConnectInbox
    groups: MasterBotGroups
    public_url: str

    async def __call__(self, delivery: RawDelivery) -> None:
        """Take one update of Telegram's. Raises `UntrustedDelivery`, `InvalidInput`, `NotFound` (there is no master
        bot) and the `ChannelError` family."""
        bot, _ = await self.access.opened()
        arrival = bot.read(delivery)
        if arrival is None:
            return
        try:
            if isinstance(arrival, MasterMessage):
                await self._heard(bot, arrival)
            else:
                await self._pressed(bot, arrival)
        except NotAllowed as error:
            await bot.say(arrival.chat, say(error.code, _language(arrival.author)))

    async def _heard(self, bot: MasterBot, message: MasterMessage) -> None:
        language = _language(message.author)
        command, _, rest = message.text.strip().partition(" ")
        if command == "/start" and rest.strip():
            await self._ask_who(bot, message, rest.strip(), language)
        elif command == "/start":
            await self._welcome(bot, message, language)
        elif command == "/groups":
            await self.groups.offer(bot, message, language)
        elif found := _TOKEN.search(message.text):
            await self._connect(bot, message, found[0], language)
        else:
            await bot.say(message.chat, say("help", language))

    async def _welcome(self, bot: MasterBot, message: MasterMessage, language: Language) -> None:
        """A link for this very person: who holds it signs in as them, so it is sent to nobody else."""
        token = await self.links.begin_confirmed(message.author)
        # Behind the # it reaches neither a log nor the preview of a link.
        enter = Button(label=say("enter", language), url=f"{self.public_url}/login/telegram#{token}")
        await bot.say(message.chat, say("welcome", language), [[enter]])

    async def _ask_who(self, bot: MasterBot, message: MasterMessage, code: str, language: Language) -> None:
        link = await self.links.find(code)
        if link is None:
            await bot.say(message.chat, say("expired", language))
            return
        if link.user_id is None:
            question = say("confirm_sign_in", language, asked_from=link.asked_from)
        else:
            user = await self.users.get(link.user_id)
            question = say("confirm_attach", language, user=(user.email or user.name) if user else "?")
        yes = Button(label=say("yes", language), data=f"yes:{code}")
        no = Button(label=say("no", language), data=f"no:{code}")
        await bot.say(message.chat, question, [[yes, no]])

    async def _pressed(self, bot: MasterBot, press: MasterPress) -> None:
        language = _language(press.author)
        answer, _, code = press.data.partition(":")
        if answer == PICK:
            await self.groups.pick(bot, press, code, language)
            return
        if answer == "yes":
            outcome = await self._confirmed(code, press.author)
        else:
            await self.links.refuse(code)
            outcome = "refused"
        await bot.answer_press(press.press_id)
        await bot.replace(press.chat, press.source_id, say(outcome, language))

    async def _confirmed(self, code: str, author: GroupUser) -> str:
        try:
            await self.links.confirm(code, author)
        except NotFound:
            return "expired"
        return "confirmed"

    async def _connect(self, bot: MasterBot, message: MasterMessage, token: str, language: Language) -> None:
        await bot.delete(message.chat, message.source_id)
        workspace = await self.owners.workspace_of(message.author)
        inbox = await self._connected(workspace, message, token)
        if inbox.problem is not None:
            problem = text(inbox.problem, language)
            await bot.say(message.chat, say("connecting_failed", language, problem=problem))
            return
        url = f"https://t.me/{inbox.account.removeprefix('@')}?startgroup=work&admin={GROUP_RIGHTS}"
        add = Button(label=say("add_to_group", language), url=url)
        await bot.say(message.chat, say("connected", language, account=inbox.account), [[add]])

    async def _connected(self, workspace: WorkspaceId, message: MasterMessage, token: str) -> Inbox:
        """A new inbox, or the one that an earlier delivery of the same message has made."""
        id = InboxId(stable_id("master", message.chat, message.source_id))
        new = NewInbox(ChannelKind.TELEGRAM_BOT, "Telegram", {"token": token}, id=id)
        try:
            return await self.connect.create(workspace, new)
        except AlreadyExists:
            return await self.connect.known(workspace, id)


def _language(user: GroupUser) -> Language:
    return "en" if user.language and not user.language.startswith("ru") else "ru"
