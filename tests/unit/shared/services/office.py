"""A machine with one customer, and the small acts that races are made of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local.documents import SqliteDocumentStore
from shared.commands.commands import Command
from shared.commands.effects import Actor
from shared.domain.arrivals import Arrival, Echo, Received
from shared.domain.assistants import Mode
from shared.domain.channels import ChannelKind
from shared.domain.contacts import ContactRef
from shared.domain.conversations import Conversation
from shared.domain.events import MessageQueued, MessageReceived
from shared.domain.ids import InboxId, UserId
from shared.domain.inboxes import Inbox
from shared.domain.messages import Message
from shared.store.inboxes import Inboxes
from tests.support.machine import FAQ, WORKSPACE, Machine, running_machine
from tests.support.watching import Killed, Probe
from tests.unit.shared.services.busy_store import BusyStore

DELIVERY, HOW_LONG = FAQ
OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"
OLEG = Actor(UserId("oleg"), "Олег")
CUSTOMER = "Пётр"


class DiesAt(Probe):
    """Dies right before a call of this name."""

    def __init__(self, call: str) -> None:
        super().__init__()
        self.call = call

    def entered(self, call: str) -> int:
        if call == self.call:
            raise Killed(call)
        return super().entered(call)


@dataclass
class Office:
    """One inbox of one channel."""

    machine: Machine
    kind: ChannelKind
    store: BusyStore

    @property
    def standin(self) -> Any:
        return self.machine.outside.standins[self.kind]

    async def asks(self, text: str = DELIVERY) -> str:
        """The customer writes and our door has it; nothing is worked. Answers the source id."""
        source_id = str(await self.standin.write(self.kind.value, CUSTOMER, text))
        await self.machine.outside.pusher.drained()
        self.machine.clock.advance(1)
        return source_id

    async def responds(self) -> None:
        """The assistant's turn, without the delivery that follows it."""
        conversation = await self.conversation()
        newest = conversation.open_turn()[-1]
        await self.machine.desk.respond(
            MessageReceived(
                workspace_id=WORKSPACE,
                inbox_id=conversation.inbox_id,
                conversation_id=conversation.id,
                message_id=newest,
                received_at=conversation.window[newest].received_at,
            )
        )

    async def delivers(self) -> None:
        conversation = await self.conversation()
        await self.machine.desk.deliver(MessageQueued(workspace_id=WORKSPACE, conversation_id=conversation.id))
        await self.machine.outside.pusher.drained()

    async def dies_before_sending(self) -> None:
        """A delivery whose process ends right before the vendor is called; its lease runs out."""
        self.machine.reboot(DiesAt("channel.send"))
        with pytest.raises(Killed):
            await self.delivers()
        self.machine.reboot(Probe())
        self.machine.clock.advance(61)

    def loses_work(self) -> None:
        """No event arrives."""
        queue, now = self.machine.queue, self.machine.clock.now()
        for row in queue.due(now, 100):
            queue.finish(row, now)

    async def commands(self, command: Command) -> Conversation:
        return await self.machine.desk.execute(WORKSPACE, (await self.conversation()).id, command, OLEG)

    async def sends(self, text: str, key: str = "") -> Message:
        conversation = await self.conversation()
        return await self.machine.desk.send_message(WORKSPACE, conversation.id, OLEG, key=key or text, text=text)

    async def hears(self, arrival: Arrival) -> bool:
        return await self.machine.desk.ingest(await self.inbox(), arrival)

    async def conversation(self) -> Conversation:
        (conversation,) = await self.machine.conversations()
        return conversation

    async def messages(self) -> list[Message]:
        return await self.machine.messages(await self.conversation())

    async def inbox(self) -> Inbox:
        found = await Inboxes(self.machine.desk.platform.workspace(WORKSPACE)).get(InboxId(self.kind.value))
        assert found is not None
        return found.inbox

    def shop_texts(self) -> list[str]:
        seen = self.standin.seen_by(self.kind.value, CUSTOMER)
        return [message.text for message in seen if message.sender == "shop"]

    def echo(self, text: str, *, source_id: str = "app1", ago: float = 0, thread: str = "") -> Echo:
        at = self.machine.clock.now() - timedelta(seconds=ago)
        return Echo(source_id=source_id, thread=thread, text=text, at=at)


def notice(source_id: str, thread: str, at: datetime) -> Received:
    """A service notice: nobody is to answer it."""
    contact = ContactRef(source_id="c1", name="Авито")
    return Received(source_id=source_id, thread=thread, contact=contact, text="Новости", at=at, is_automatic=True)


@asynccontextmanager
async def office(folder: Path, kind: ChannelKind, mode: Mode = Mode.AUTONOMOUS) -> AsyncIterator[Office]:
    store = BusyStore(SqliteDocumentStore(folder / "desk.db"))
    async with running_machine(folder, lambda: store) as machine:  # type: ignore[arg-type, return-value]
        await machine.connect(kind, mode=mode)
        yield Office(machine, kind, store)
    await store.close()
