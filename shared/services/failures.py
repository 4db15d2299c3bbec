"""A send that did not succeed: try again later, give up with a reason, or ask a person to look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.domain.conversations import Conversation
from shared.domain.inboxes import Health
from shared.domain.messages import Delivery
from shared.domain.model import to_micros
from shared.domain.tasks import DeliverTask
from shared.errors import ChannelRejected
from shared.ports.clock import Clock
from shared.ports.document_store import Write
from shared.ports.task_queue import TaskQueue
from shared.services.considered import considered
from shared.services.directory import InboxDirectory
from shared.services.pending import after_leaving_outbox
from shared.services.sending import Sending
from shared.services.turns import GRACE, FieldChanges, calling_people, noticing, window_entry
from shared.store.conversations import Conversations, Versioned
from shared.store.inboxes import Inboxes
from shared.store.messages import Messages

State = Literal["queued", "sending"]
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=10)
LOOK_AGAIN = timedelta(seconds=10)
REPAIR_DELAY = timedelta(minutes=5)
PATIENCE = timedelta(hours=24)
REPAIR_PATIENCE = timedelta(days=7)


def backoff(attempt: int) -> timedelta:
    """5, 10, 20 ... 600 seconds."""
    doublings: int = 2 ** min(max(attempt - 1, 0), 10)
    return min(FIRST_DELAY * doublings, LONGEST_DELAY)


@dataclass(frozen=True, slots=True)
class Failures:
    """What each kind of failure writes. What a vendor has said stays true when the conversation moves meanwhile."""

    clock: Clock
    tasks: TaskQueue
    directory: InboxDirectory

    async def try_later(self, sending: Sending, wish: timedelta | None) -> None:
        """The vendor surely did not take it: again after the vendor's wish or a growing pause, for a day."""
        now = self.clock.now()
        if now - sending.entry.queued_at > PATIENCE:
            await self.give_up(sending, "channel_unavailable")
            return
        await self._wait(sending, "queued", now + (wish or backoff(sending.entry.attempt)))

    async def look_again(self, sending: Sending, wish: timedelta | None = None) -> None:
        """The vendor may have taken it: ask its history in a moment, before anything is sent again."""
        await self._wait(sending, "sending", self.clock.now() + (wish or LOOK_AGAIN))

    async def wait_for_repair(self, sending: Sending, error: ChannelRejected, *, state: State) -> None:
        """The inbox cannot work: it says so, and its messages wait. `state`: whether one may have been sent."""
        now = self.clock.now()
        inbox = sending.opened.inbox
        if now - sending.entry.queued_at > REPAIR_PATIENCE:
            await self.give_up(sending, error.code)
            return
        if inbox.health is not Health.PAUSED:
            problem = {"health": Health.AUTH_FAILED, "problem": error.code, "updated_at": now}
            await sending.store.commit([Inboxes(sending.store).change(inbox.id, problem)])
            self.directory.forget(inbox.workspace_id, inbox.id)
        await self._wait(sending, state, now + REPAIR_DELAY, error.code)

    async def repaired(self, sending: Sending) -> None:
        """The vendor takes messages again: the inbox says so."""
        inbox = sending.opened.inbox
        well = {"health": Health.CONNECTED, "problem": None, "updated_at": self.clock.now()}
        await sending.store.commit([Inboxes(sending.store).change(inbox.id, well)])
        self.directory.forget(inbox.workspace_id, inbox.id)

    async def give_up(self, sending: Sending, reason: str) -> None:
        """It will never be accepted as it is: failed, and a person is called."""
        await self._leave(sending, Delivery.FAILED, reason)

    async def ask_a_person(self, sending: Sending) -> None:
        """It may have arrived and nobody can be asked: unconfirmed, and a person is called. The assistant goes by
        its having been said."""
        said: FieldChanges = {("window", sending.message.id): window_entry(sending.message)}
        await self._leave(sending, Delivery.UNCONFIRMED, "unconfirmed", said)

    async def _leave(self, sending: Sending, delivery: Delivery, reason: str, more: FieldChanges | None = None) -> None:
        now = self.clock.now()
        id = sending.message.id
        fields = {"delivery": delivery, "problem": reason, "attempts": sending.entry.attempt}
        change = Messages(sending.store).change(sending.known.conversation.id, id, fields)

        def changes(conversation: Conversation) -> FieldChanges:
            left = after_leaving_outbox(conversation, [id], now)
            noticed = noticing(conversation, id, now)
            return {("outbox", id): None, **(more or {}), **calling_people(reason, now), **noticed, **left}

        await self._commit(sending, changes, [change])

    async def _wait(self, sending: Sending, state: State, until: datetime, problem: str | None = None) -> None:
        """With a problem: the staff sees, once, what it waits for."""
        now, conversation, id = self.clock.now(), sending.known.conversation, sending.message.id
        is_news = problem is not None and sending.message.problem != problem
        waits: FieldChanges = {
            ("outbox", id, "state"): state,
            ("outbox", id, "lease_until"): until if state == "sending" else None,
            ("outbox", id, "not_before"): until if state == "queued" else None,
            ("due_at",): until + GRACE,
            ("updated_at",): now,
        }

        def changes(known: Conversation) -> FieldChanges:
            return {**waits, **noticing(known, id, now)} if is_news else waits

        told = Messages(sending.store).change(conversation.id, id, {"problem": problem})
        if not await self._commit(sending, changes, [told] if is_news else []):
            return
        again = DeliverTask(
            workspace_id=conversation.workspace_id, conversation_id=conversation.id, channel=conversation.channel
        )
        await self.tasks.enqueue(again, run_at=until, name=f"deliver-{id}-{to_micros(until)}")

    async def _commit(
        self, sending: Sending, changes: Callable[[Conversation], FieldChanges], more: Sequence[Write]
    ) -> bool:
        """False: somebody else has seen to this attempt."""
        conversation, id = sending.known.conversation.id, sending.message.id

        async def decide(known: Versioned | None) -> Sequence[Write]:
            if known is None or known.conversation.outbox.get(id) != sending.entry:
                return []
            moved = changes(known.conversation)
            return [Conversations(sending.store).merge(conversation, moved, version=known.version), *more]

        return await considered(sending.store, conversation, decide)
