"""A desk with a work group in memory: customers write, people act, and the mirror runs when it is told to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from infra.local.documents import SqliteDocumentStore
from shared.commands.commands import Command
from shared.commands.effects import Actor
from shared.domain.arrivals import Received
from shared.domain.assistants import Mode
from shared.domain.channels import ChannelKind
from shared.domain.contacts import ContactRef
from shared.domain.conversations import Conversation
from shared.domain.ids import ConversationId, InboxId, UserId, conversation_id
from shared.domain.inboxes import Inbox
from shared.domain.messages import Attachment
from shared.domain.topics import ForumTopic
from shared.domain.work_groups import WorkGroup, work_group_id
from shared.services.mirror_heal import SETTLING
from shared.store.inboxes import Inboxes
from shared.store.topics import Topics
from shared.store.work_groups import WorkGroups
from shared.store.workspace import WorkspaceStore
from tests.support.forum import MemoryForum, MemoryForums
from tests.support.machine import WORKSPACE, Machine, running_machine
from tests.support.watching import Probe

OLEG = Actor(UserId("oleg"), "Олег")
KIND = ChannelKind.TELEGRAM_BOT


class Rig:
    """The Telegram inbox is the customers' and the bot's at once."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.forum = MemoryForum(machine.clock)
        self.count = 0

    @property
    def store(self) -> WorkspaceStore:
        return self.machine.desk.platform.workspace(WORKSPACE)

    async def bind(self, mode: Mode = Mode.OFF) -> None:
        await self.machine.connect(KIND, mode=mode)
        now = self.machine.clock.now()
        group = WorkGroup(
            id=work_group_id(WORKSPACE),
            workspace_id=WORKSPACE,
            bot_inbox_id=InboxId(KIND.value),
            chat=self.forum.chat,
            examined_at=now,
            bound_at=now,
            in_step_at=now - SETTLING,
            created_at=now,
            updated_at=now,
        )
        change = Inboxes(self.store).change(InboxId(KIND.value), {"work_group_id": group.id})
        await self.store.commit([WorkGroups(self.store).saving(group), change])
        self.reboot()

    def reboot(self, probe: Probe | None = None) -> None:
        self.machine.reboot(probe)
        self.machine.desk.ports.__dict__["forums"] = MemoryForums(self.forum)

    async def inbox(self) -> Inbox:
        found = await Inboxes(self.store).get(InboxId(KIND.value))
        assert found is not None
        return found.inbox

    async def writes(self, customer: str, text: str = "", files: tuple[Attachment, ...] = ()) -> str:
        """A customer writes; the words as they must be shown."""
        self.count += 1
        words = text or f"<{customer} {self.count}>"
        arrival = Received(
            source_id=f"{customer}:{self.count}",
            thread=customer,
            contact=ContactRef(source_id=customer, name=customer),
            text=words,
            at=self.machine.clock.now(),
            attachments=files,
        )
        await self.machine.desk.ingest(await self.inbox(), arrival)
        return words

    async def says(self, customer: str) -> str:
        """Oleg answers in the dashboard; his words."""
        self.count += 1
        words = f"<{customer} {self.count} от Олега>"
        id = self.id_of(customer)
        await self.machine.desk.send_message(WORKSPACE, id, OLEG, key=words, text=words)
        return words

    async def does(self, customer: str, command: Command) -> None:
        await self.machine.desk.execute(WORKSPACE, self.id_of(customer), command, OLEG)

    def id_of(self, customer: str) -> ConversationId:
        return conversation_id(InboxId(KIND.value), customer)

    async def conversation(self, customer: str) -> Conversation:
        (found,) = [one for one in await self.machine.conversations() if one.source_id == customer]
        return found

    async def topic(self, customer: str) -> ForumTopic:
        group = await self.group()
        return (await Topics(self.store, group.id).get(self.id_of(customer), group.chat)).topic

    async def group(self) -> WorkGroup:
        known = await WorkGroups(self.store).get()
        assert known is not None
        return known.group

    async def settle(self, minutes: int = 6) -> None:
        for _ in range(minutes):
            await self.machine.pump()
            self.machine.clock.advance(20)
            await self.machine.pump()
            self.machine.clock.advance(40)
            await self.machine.desk.sweep()
        await self.machine.pump()

    def loses_work(self) -> None:
        """No event and no task arrives."""
        queue, later = self.machine.queue, self.machine.clock.now()
        for row in queue.due(later, 1000):
            queue.finish(row, later)


@asynccontextmanager
async def rigged(folder: Path, mode: Mode = Mode.OFF) -> AsyncIterator[Rig]:
    store = SqliteDocumentStore(folder / "rig.db")
    async with running_machine(folder, lambda: store) as machine:
        rig = Rig(machine)
        await rig.bind(mode)
        yield rig
    await store.close()
