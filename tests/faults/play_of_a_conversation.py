"""The stage of the model: steps that a conversation may go through, and a machine that plays them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, cast

from infra.adapters import Ports
from infra.channels.registry import channel_class
from infra.sandbox.faults import Faults
from infra.sandbox.standin import Seen
from shared.commands.commands import Close, Command, GiveBack, Reopen, TakeOver
from shared.commands.effects import Actor
from shared.domain.arrivals import Deleted
from shared.domain.assistants import Mode
from shared.domain.channels import ChannelKind
from shared.domain.conversations import ASSISTANT, Conversation
from shared.domain.ids import UserId
from shared.domain.messages import Direction, Message
from shared.domain.tasks import DeliverTask
from shared.errors import Conflict
from shared.ports.document_store import DocumentStore
from shared.store.assistants import Assistants
from shared.store.conversations import ConversationFilter, Conversations
from shared.store.messages import Messages
from shared.store.platform import Platform
from shared.store.workspace import WorkspaceStore
from tests.support.clock import CountingIds
from tests.support.machine import ASSISTANT as ASSISTANT_ID
from tests.support.machine import FAQ, WORKSPACE, Machine
from tests.support.watching import Killed
from tests.unit.shared.services.busy_store import BusyStore

TELEGRAM = (ChannelKind.TELEGRAM_BOT, ChannelKind.TELEGRAM_BUSINESS)
BEYOND_REPAIR = {**dict.fromkeys(TELEGRAM, "lose_pushes"), ChannelKind.WEB_CHAT: "outage"}
"""What Telegram loses is lost. A visitor of the web chat who is offline reads later what was said before a person came:
the screen does not tell who spoke when."""
CUSTOMER = "Пётр"
OLEG = Actor(UserId("oleg"), "Олег")
HEALING_MINUTES = 150
PULL_MINUTES = 31
"""By then the longest pause between two pulls is over."""

Do = Literal["take_over", "give_back", "close", "reopen", "send", "approve", "app", "unsend", "deliver"]
Fault = Literal["outage", "lose_pushes", "double_pushes"]
COMMANDS: dict[str, Command] = {
    "take_over": TakeOver(),
    "give_back": GiveBack(),
    "close": Close(),
    "reopen": Reopen(),
}


@dataclass(frozen=True)
class Writes:
    """The customer writes, so many times."""

    text: str
    times: int = 1


@dataclass(frozen=True)
class Person:
    """Somebody of the shop acts, in Parley or in the vendor's app; or an event is delivered once more."""

    what: Do


@dataclass(frozen=True)
class Weather:
    """A fault of the vendor begins or ends."""

    fault: Fault
    on: bool


@dataclass(frozen=True)
class LoseAnswers:
    """The vendor does what it is asked, but nobody hears of it."""

    times: int


@dataclass(frozen=True)
class Passes:
    """Time passes; nothing is worked."""

    seconds: int


@dataclass(frozen=True)
class Work:
    """So many rows of the queue."""

    rows: int


@dataclass(frozen=True)
class GoesOn:
    """Seconds pass, and all that comes due is worked."""

    seconds: int


@dataclass(frozen=True)
class Tick:
    """Cloud Scheduler."""

    target: Literal["sweep", "schedule_pulls"]


@dataclass(frozen=True)
class Reboot:
    """Memory is lost."""


@dataclass(frozen=True)
class Crash:
    """The process will die at a port call that comes."""

    calls: int
    when: Literal["before", "after"]


@dataclass(frozen=True)
class Meanwhile:
    """Something strikes right before a commit that comes."""

    commits: int
    step: Writes | Person


@dataclass(frozen=True)
class Switch:
    """The owner changes how far the assistant may go."""

    mode: Mode


Step = Writes | Person | Weather | LoseAnswers | Passes | Work | GoesOn | Tick | Reboot | Crash | Meanwhile | Switch


class Rig(Machine):
    """A machine whose ids go on after a reboot, as random ones do."""

    def __init__(self, folder: Path, url: str, store: BusyStore) -> None:
        self._counting = CountingIds()
        super().__init__(folder, url, lambda: store)  # type: ignore[arg-type, return-value]

    def _ports(self) -> Ports:
        ports = super()._ports()
        ports.__dict__["ids"] = self._counting
        return ports


@dataclass
class Play:
    """One example: the machine, and what its audience remembers."""

    machine: Rig
    kind: ChannelKind
    store: BusyStore
    said: list[str] = field(default_factory=list)
    """What people sent through Parley."""
    silent_since: int | None = None
    """How many machine-written messages the customer had when the assistant was silenced."""
    spoken: int = 0
    has_unsent: bool = False
    most_open: int = 0
    is_at_the_door: bool = False
    """A vendor's call is being made: another one would wait for its end."""

    @property
    def standin(self) -> Any:
        return self.machine.outside.standins[self.kind]

    async def take(self, step: Step) -> None:
        """One step, and what must hold after each."""
        try:
            await self._do(step)
        except Killed:
            self.machine.reboot()
        await self.assert_silence()

    async def _do(self, step: Step) -> None:
        match step:
            case Writes(text, times):
                for _ in range(times):
                    await self._customer_writes(text)
            case Person(what):
                await self._person(what)
            case Weather(fault, on):
                if fault != BEYOND_REPAIR.get(self.kind):
                    setattr(self.standin.faults, fault, on)
            case LoseAnswers(times):
                self.standin.faults.lose_answers = times
            case Passes(seconds):
                self.machine.clock.advance(seconds)
            case Work(rows):
                await self._work(rows)
            case GoesOn(seconds):
                await self.machine.run(seconds)
            case Tick(target):
                await self._post(target, b"")
            case Reboot():
                self.machine.reboot()
            case Crash(calls, when):
                probe = self.machine.probe
                probe.at, probe.when, probe.has_fired = len(probe.calls) + calls, when, False
            case Meanwhile(commits, strike):
                self.store.strike(commits, lambda: self._strike(strike))
            case Switch(mode):
                await self._switch(mode)

    async def _strike(self, step: Writes | Person) -> None:
        if not (self.is_at_the_door and (isinstance(step, Writes) or step.what == "app")):
            await self._do(step)

    async def _customer_writes(self, text: str) -> None:
        await self.standin.write(self.kind.value, CUSTOMER, text)
        if not channel_class(self.kind).capabilities.pushes:
            self.most_open += 1  # a later pull may bring all at once, between two looks of ours
        await self._calls_made()

    async def _calls_made(self) -> None:
        was, self.is_at_the_door = self.is_at_the_door, True
        await self.machine.outside.pusher.drained()
        self.is_at_the_door = was

    async def _person(self, what: Do) -> None:
        conversation = await self.conversation()
        if conversation is None:
            return
        if what == "app":
            if self.standin.has_vendor_app:
                await self.standin.answer_in_vendor_app(self.kind.value, CUSTOMER, self._words("в приложении"))
                await self._calls_made()
        elif what == "unsend":
            await self._unsend(conversation)
        elif what == "deliver":
            await self._deliver(conversation)
        elif what in ("send", "approve"):
            await self._send(conversation, is_approval=what == "approve")
        else:
            if what in ("give_back", "close"):
                self.silent_since = None
            with suppress(Conflict):
                await self.machine.desk.execute(WORKSPACE, conversation.id, COMMANDS[what], OLEG)
            await self.assert_silence()

    async def _send(self, conversation: Conversation, *, is_approval: bool) -> None:
        draft = conversation.draft.id if is_approval and conversation.draft else None
        words = self._words("в Parley")
        for _ in range(2):  # who gets no answer presses the button again, with the same key
            try:
                await self.machine.desk.send_message(
                    WORKSPACE, conversation.id, OLEG, key=words, text=words, draft_id=draft
                )
            except Killed:
                self.machine.reboot()
                continue
            except Conflict:
                return
            self.said.append(words)
            return

    async def _unsend(self, conversation: Conversation) -> None:
        """The customer takes the newest message back. No stand-in has this yet: the desk is told directly."""
        incoming = [entry for _, entry in conversation.ordered_window() if entry.direction is Direction.INCOMING]
        if incoming and self.kind is ChannelKind.AVITO:
            opened = await self.machine.desk.directory.find(self.kind.value)
            now = self.machine.clock.now()
            gone = Deleted(source_id=incoming[-1].source_id, thread=conversation.source_id, at=now)
            self.has_unsent = True
            await self.machine.desk.ingest(opened.inbox, gone)

    async def _deliver(self, conversation: Conversation) -> None:
        task = DeliverTask(workspace_id=WORKSPACE, conversation_id=conversation.id)
        await self._post("run_task", task.model_dump_json().encode())

    async def _switch(self, mode: Mode) -> None:
        assistants = Assistants(self._unwatched())
        await self.store.commit([assistants.change(ASSISTANT_ID, {"mode": mode}, self.machine.clock.now())])

    async def _work(self, rows: int) -> None:
        queue, clock = self.machine.queue, self.machine.clock
        for _ in range(rows):
            for row in queue.due(clock.now(), 1):
                if await self._post(row.target, row.body) in (200, 204):
                    queue.finish(row, clock.now())
                else:
                    queue.postpone(row, clock.now() + timedelta(seconds=1))
        await self._calls_made()

    async def _post(self, target: str, body: bytes) -> int:
        try:
            return await self.machine.functions.deliver(target, body, {"content-type": "application/json"})
        except Killed:
            self.machine.reboot()
            return 500

    def _words(self, where: str) -> str:
        self.spoken += 1
        return f"Ответ человека {where}, номер {self.spoken}"

    async def conversation(self) -> Conversation | None:
        page = await Conversations(self._unwatched()).page(ConversationFilter(), limit=1)
        return page.items[0] if page.items else None

    async def messages(self, conversation: Conversation) -> list[Message]:
        page = await Messages(self._unwatched()).page(conversation.id, limit=1000)
        return page.items

    def _unwatched(self) -> WorkspaceStore:
        return Platform(cast("DocumentStore", self.store)).workspace(WORKSPACE)

    def whole_chat(self) -> list[Seen]:
        """As the customer sees it."""
        return list(self.standin.seen_by(self.kind.value, CUSTOMER))

    def seen(self, sender: str) -> list[str]:
        return [message.text for message in self.whole_chat() if message.sender == sender]

    def machine_words(self) -> list[str]:
        return [text for text in self.seen("shop") if text in FAQ.values()]

    async def assert_silence(self) -> None:
        """While people have the conversation, the machine says nothing."""
        await self.machine.outside.refresh()
        conversation = await self.conversation()
        self.most_open = max(self.most_open, len(conversation.open_turn()) if conversation else 0)
        if conversation is None or conversation.owner == ASSISTANT:
            self.silent_since = None
        elif self.silent_since is None:
            self.silent_since = len(self.machine_words())
        else:
            assert len(self.machine_words()) == self.silent_since, "the assistant spoke to a customer whom people have"

    async def heal(self) -> None:
        """All faults end, and time passes."""
        for fault, value in asdict(Faults()).items():
            setattr(self.standin.faults, fault, value)
        self.store.calm()
        self.machine.probe.at = None
        for minute in range(HEALING_MINUTES):
            await self.machine.settle(1)
            await self.assert_silence()
            conversation = await self.conversation()
            if minute >= PULL_MINUTES and (conversation is None or conversation.due_at is None):
                break
