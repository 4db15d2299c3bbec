"""Automatic turns of each kind of channel, played on the metered desk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from infra.channels.registry import channel_class
from shared.domain.assistants import Chunk
from shared.domain.channels import ChannelKind
from shared.domain.ids import ChunkId
from shared.store.assistants import Assistants
from tests.bench.cost_counting import Served, Tally
from tests.bench.cost_desk import MeteredMachine
from tests.support.machine import ASSISTANT, FAQ, WORKSPACE

State = Literal["asleep", "quiet", "busy"]
AT_ONCE = 8
"""Customers who write within the same second on a busy desk; also how many waits for the model share an instance."""
FIRST, QUESTION = "How long does delivery take?", "Сколько стоит доставка?"
PIECES = 30
"""Questions and answers that the assistant knows."""
FORGOTTEN = 600.0
"""Seconds after which every cache of the services has aged out."""
LONGEST = 120
"""Seconds that a turn may take here."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one message cost: the mean over those that came together."""

    served: tuple[Served, ...]
    messages: int

    @property
    def tally(self) -> Tally:
        """All requests together, for one message."""
        return sum((one.tally for one in self.served), Tally()) / self.messages


@dataclass(slots=True)
class Play:
    """One inbox on one metered desk, with customers who are known there."""

    machine: MeteredMachine
    kind: ChannelKind
    customers: Sequence[str] = tuple(f"Пётр {number}" for number in range(AT_ONCE))

    async def begin(self, **assistant: Any) -> None:
        """Connect, and let every customer have had an answer: the talks go on. `assistant`: its settings, changed."""
        await self.machine.connect(self.kind)
        await know_more(self.machine)
        await self.say(FIRST, self.customers)
        await self.wait(lambda customer: self.answers(customer) > 0, self.customers)
        if assistant:
            store = self.machine.desk.platform.workspace(WORKSPACE)
            await store.commit([Assistants(store).change(ASSISTANT, assistant, self.machine.clock.now())])
        await self.rest()

    async def turn(self, state: State) -> Turn:
        """One round of questions, each answered."""
        customers = self.customers if state == "busy" else self.customers[:1]
        if state == "asleep":
            self.machine.sleep()
        return await self.played(customers, lambda: self.say(QUESTION, customers))

    async def settled(self, state: State) -> Turn:
        """The second of two: it hears as many echoes of answers before it as turns of its state bring each time."""
        await self.turn(state)
        return await self.turn(state)

    async def played(self, customers: Sequence[str], act: Callable[[], Awaitable[None]], *, answers: int = 1) -> Turn:
        """What happens until each of these customers has had that many answers more, and what it costs."""
        before = {customer: self.answers(customer) for customer in customers}
        self.machine.meter.reset()
        await act()
        await self.wait(lambda customer: self.answers(customer) >= before[customer] + answers, customers)
        served = tuple(self.machine.meter.served)
        await self.rest()
        return Turn(served, len(customers))

    async def say(self, text: str, customers: Sequence[str]) -> None:
        """The customers write within the same second, and who does not push is asked once.

        The first message is under way when the others are written: a pull of it cannot have seen them.
        """
        for customer in customers:
            await self.machine.outside.standins[self.kind].write(self.kind.value, customer, text)
            await self.machine.outside.pusher.drained()
            if customer == customers[0]:
                await self.machine.pump()
            self.machine.clock.advance(1 / AT_ONCE)
        if not channel_class(self.kind).capabilities.pushes and self.kind is not ChannelKind.WEB_CHAT:
            await self.machine.ask_for(self.kind)

    async def wait(self, done: Callable[[str], bool], customers: Sequence[str]) -> None:
        """Until all is answered, and what the answer itself brings about is over."""
        for _ in range(LONGEST):
            await self.machine.step(1)
            if all(done(customer) for customer in customers):
                break
            if self.kind is ChannelKind.WEB_CHAT:
                await self._visitors_look(customers)
        else:
            raise AssertionError(f"{self.kind}: not answered within {LONGEST} s")
        await self.machine.step(1)
        await self.machine.step(1)

    async def _visitors_look(self, customers: Sequence[str]) -> None:
        """Once there is an answer: what an open page costs until then is a price of its own."""
        waiting = [one for one in await self.machine.conversations() if one.outbox or one.open_turn()]
        if not waiting:
            standin: Any = self.machine.outside.standins[self.kind]
            for customer in customers:
                await standin.refresh(self.kind.value, customer)

    async def rest(self) -> None:
        """Nobody writes for a while."""
        self.machine.clock.advance(FORGOTTEN)
        await self.machine.step(0)

    def answers(self, customer: str) -> int:
        """How many messages of the shop this customer has seen."""
        seen = self.machine.outside.standins[self.kind].seen_by(self.kind.value, customer)
        return sum(message.sender == "shop" for message in seen)


async def know_more(machine: MeteredMachine) -> None:
    """Knowledge as a small shop has it: pieces of some 60 and 240 characters."""
    store = machine.desk.platform.workspace(WORKSPACE)
    now = machine.clock.now()
    for number in range(len(FAQ), PIECES):
        piece = Chunk(
            id=ChunkId(f"piece{number}"),
            question=f"Где прочитать подробности об артикуле {number} и его размерах",
            answer=f"Подробности артикула {number} перечислены в карточке товара. " + "Там же таблица и состав. " * 7,
            position=number,
            created_at=now,
            updated_at=now,
        )
        await machine.desk.platform.commit(Assistants(store).chunk_creation(ASSISTANT, piece))
