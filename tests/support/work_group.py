"""A machine with a work group: its bot, the people in it, and what they see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.telegram.sandbox.views import SeenGroup, SeenPost, SeenTopic
from shared.domain.channels import ChannelKind
from shared.domain.conversations import Conversation
from shared.domain.ids import InboxId
from shared.domain.inboxes import Inbox
from shared.domain.work_groups import WorkGroup
from shared.services.bind_group import GroupChoice
from shared.store.inboxes import Inboxes
from shared.store.work_groups import WorkGroups
from tests.support.machine import WORKSPACE, Machine

BOT = ChannelKind.TELEGRAM_BOT
TITLE = "Рабочая группа"


@dataclass
class Stage:
    """The group of the test workspace, served by the bot of the Telegram inbox."""

    machine: Machine
    chat: str

    @property
    def telegram(self) -> Any:
        """Telegram's stand-in, with the hands of the staff."""
        return self.machine.outside.standins[BOT]

    def view(self) -> SeenGroup:
        view: SeenGroup = self.telegram.group_view(BOT.value, self.chat)
        return view

    def topic(self, customer: str) -> SeenTopic:
        """The customer's topic; after a crash there may be an empty one beside it."""
        return max((topic for topic in self.view().topics if customer in topic.name), key=lambda one: len(one.posts))

    def posts(self, customer: str) -> list[SeenPost]:
        """What stands in a customer's topic, without the card."""
        topic = self.topic(customer)
        return [post for post in topic.posts if post.id not in topic.pinned]

    def texts(self, customer: str) -> list[str]:
        return [post.text for post in self.posts(customer)]

    async def writes(self, text: str, customer: str, *, name: str = "Олег", reply_to: str = "", files: Any = ()) -> str:
        """Somebody of the staff writes in a customer's topic (empty: in General)."""
        topic = self.topic(customer).id if customer else ""
        id: str = await self.telegram.staff_writes(
            BOT.value, self.chat, name, text, topic=topic, reply_to=reply_to, files=files
        )
        await self.machine.run()
        return id

    async def presses(self, customer: str, label: str, *, name: str = "Олег") -> str:
        """Somebody presses the newest button with this in its label; what they are told."""
        topic = self.topic(customer)
        for post in reversed(topic.posts):
            for button in (button for row in post.buttons for button in row):
                if label in button.label:
                    await self.telegram.staff_presses(BOT.value, self.chat, name, post.id, button.data)
                    await self.machine.run()
                    return self.view().answers[-1]
        raise AssertionError(f"no button {label} in {[post.text for post in topic.posts]}")

    async def group(self) -> WorkGroup:
        known = await WorkGroups(self.machine.desk.platform.workspace(WORKSPACE)).get()
        assert known is not None
        return known.group

    async def conversation(self, customer: str) -> Conversation:
        (found,) = [one for one in await self.machine.conversations() if one.contact_name == customer]
        return found


async def open_stage(machine: Machine, *, title: str = TITLE) -> Stage:
    """Connects the bot's inbox if need be, and binds a new group; every inbox is mirrored there."""
    if BOT not in {inbox.channel for inbox in await machine_inboxes(machine)}:
        await machine.connect(BOT)
    standin: Any = machine.outside.standins[BOT]
    chat = await standin.open_group(BOT.value, title)
    await machine.run(2)
    await machine.desk.groups.bind.bind(WORKSPACE, GroupChoice(chat, InboxId(BOT.value), "ru"))
    return Stage(machine, chat)


async def machine_inboxes(machine: Machine) -> list[Inbox]:
    return await Inboxes(machine.desk.platform.workspace(WORKSPACE)).all()
