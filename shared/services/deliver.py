"""Hand a conversation's outbox to its channel, in order, nothing twice silently and nothing dropped silently.

Each message goes: mark `sending` under a lease (one compare-and-swap that also settles owner and order), send,
book the receipt. Whoever finds an expired lease asks the vendor's history before sending again; where there is
none the message becomes `unconfirmed` and a person is called.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.arrivals import Outgoing, Receipt
from shared.domain.conversations import Conversation
from shared.domain.events import MessageQueued
from shared.domain.ids import MessageId
from shared.domain.inboxes import Health
from shared.domain.tasks import DeliverTask
from shared.errors import (
    ChannelRejected,
    ChannelUnavailable,
    ChannelUnclear,
    CredentialsRejected,
    NotFound,
    Stale,
    Unavailable,
)
from shared.ports.clock import Clock
from shared.ports.document_store import Write
from shared.services.connect_inbox import is_removed
from shared.services.considered import considered
from shared.services.directory import InboxDirectory
from shared.services.eligibility import Eligibility
from shared.services.failures import Failures
from shared.services.followers import Followers
from shared.services.outgoing_files import OutgoingFiles
from shared.services.pending import MACHINES, booking_sent
from shared.services.sending import Sending
from shared.services.turns import FieldChanges
from shared.store.conversations import Conversations, Versioned
from shared.store.messages import Messages
from shared.store.platform import Platform
from shared.store.workspace import WorkspaceStore

LEASE = timedelta(seconds=60)
SEND_SECONDS = 45.0
MOST_STEPS = 50


@dataclass(frozen=True, slots=True)
class Deliver:
    """Sends what is owed."""

    platform: Platform
    clock: Clock
    directory: InboxDirectory
    eligibility: Eligibility
    failures: Failures
    files: OutgoingFiles
    followers: Followers

    async def __call__(self, event: MessageQueued | DeliverTask) -> None:
        """Work through the outbox until it is empty or must wait. Safe to repeat and to run twice at once."""
        store = self.platform.workspace(event.workspace_id)
        known = await Conversations(store).get(event.conversation_id)
        if known is None:
            raise NotFound("no such conversation")
        if await self._work_through(store, known):
            await self.followers.tell_of(known.conversation)

    async def _work_through(self, store: WorkspaceStore, known: Versioned) -> bool:
        """Whether there was anything to do."""
        for step in range(MOST_STEPS):
            following = first_owed(known.conversation, self.clock.now())
            if following is None:
                return step > 0
            moved = await self._step(store, known, following)
            if moved is None:
                return True
            known = moved
        raise Unavailable("the conversation is too busy")

    async def _step(self, store: WorkspaceStore, known: Versioned, id: MessageId) -> Versioned | None:
        """Bring one message one step on. Answers the state to go on from; None: nothing more to do now."""
        conversation = known.conversation
        message = await Messages(store).get(conversation.id, id)
        opened = await self.directory.open(conversation.workspace_id, conversation.inbox_id)
        if message is None:
            raise NotFound("a queued message is not there")
        sending = Sending(store, opened, known, message)
        if is_removed(opened.inbox):
            return await self._give_up_with_inbox(sending)
        if sending.entry.state == "sending":
            return await self._reconcile(sending)
        return await self._send_unless_outdated(sending)

    async def _give_up_with_inbox(self, sending: Sending) -> Versioned | None:
        """Nobody may write on the owner's behalf any more, though a vendor might still let us."""
        if sending.entry.state == "sending":
            await self.failures.ask_a_person(sending)
        else:
            await self.failures.give_up(sending, "inbox_removed")
        return await self._following(sending)

    async def _send_unless_outdated(self, sending: Sending) -> Versioned | None:
        reason = await self.eligibility.why_not(sending, self.clock.now())
        if reason is None:
            return await self._send(sending)
        if sending.entry.author not in MACHINES:  # a person's words are not dropped: they see why
            await self.failures.give_up(sending, reason)
            return await self._following(sending)
        await self._try_commit(sending.store, await self.eligibility.taking_back(sending, reason, self.clock.now()))
        return await self._reread(sending)

    async def _send(self, sending: Sending) -> Versioned | None:
        marked = await self._mark(sending)
        if marked is None:
            return await self._reread(sending)
        try:
            outgoing = await self._outgoing(marked)
            async with asyncio.timeout(SEND_SECONDS):
                receipt = await marked.opened.channel.send(outgoing)
        except CredentialsRejected as error:
            await self.failures.wait_for_repair(marked, error, state="queued")
        except ChannelRejected as error:
            await self.failures.give_up(marked, error.code)
            return await self._following(marked)
        except ChannelUnavailable as error:
            await self.failures.try_later(marked, error.retry_after)
        except (ChannelUnclear, TimeoutError):
            await self._unclear(marked)
        else:
            await self._book(marked, receipt)
            if marked.opened.inbox.health is Health.AUTH_FAILED:
                await self.failures.repaired(marked)
            return await self._following(marked)
        return None

    async def _mark(self, sending: Sending) -> Sending | None:
        """Take the lease; None: somebody changed the conversation first."""
        now = self.clock.now()
        entry = sending.entry.model_copy(
            update={
                "state": "sending",
                "attempt": sending.entry.attempt + 1,
                "first_tried_at": sending.entry.first_tried_at or now,
                "lease_until": now + LEASE,
                "not_before": None,
            }
        )
        changes: FieldChanges = {("outbox", sending.message.id): entry, ("due_at",): now + LEASE}
        conversation = sending.known.conversation
        merge = Conversations(sending.store).merge(conversation.id, changes, version=sending.known.version)
        try:
            (version,) = await sending.store.commit([merge])
        except Stale:
            return None
        return sending.marked(entry, version or "")

    async def _reconcile(self, sending: Sending) -> Versioned | None:
        """An earlier attempt ended without a word: find out before anything is sent again."""
        if not sending.opened.channel.capabilities.history_readable:
            await self.failures.ask_a_person(sending)
            return await self._following(sending)
        try:
            receipt = await sending.opened.channel.find_sent(await self._outgoing(sending))
        except ChannelUnavailable as error:
            await self.failures.look_again(sending, error.retry_after)
            return None
        except CredentialsRejected as error:
            await self.failures.wait_for_repair(sending, error, state="sending")
            return None
        except ChannelRejected as error:
            await self.failures.give_up(sending, error.code)
            return await self._following(sending)
        except ChannelUnclear:
            await self.failures.ask_a_person(sending)
            return await self._following(sending)
        if receipt is None:
            return await self._send_unless_outdated(sending)
        await self._book(sending, receipt)
        return await self._following(sending)

    async def _outgoing(self, sending: Sending) -> Outgoing:
        return sending.outgoing(await self.files(sending.message), self.clock.now())

    async def _unclear(self, sending: Sending) -> None:
        if sending.opened.channel.capabilities.history_readable:
            await self.failures.look_again(sending)
        else:
            await self.failures.ask_a_person(sending)

    async def _book(self, sending: Sending, receipt: Receipt) -> None:
        """Record the receipt, whatever has happened to the conversation meanwhile."""
        now = self.clock.now()
        first = sending.known
        writes = booking_sent(sending.store, first.conversation, first.version, sending.message, receipt, now)
        if await self._try_commit(sending.store, writes):
            return

        async def decide(known: Versioned | None) -> Sequence[Write]:
            if known is None or sending.message.id not in known.conversation.outbox:
                return []  # its echo came first and booked it
            return booking_sent(sending.store, known.conversation, known.version, sending.message, receipt, now)

        await considered(sending.store, first.conversation.id, decide)

    async def _following(self, sending: Sending) -> Versioned | None:
        """The state to go on from, where the conversation owes more than this message."""
        return await self._reread(sending) if len(sending.known.conversation.outbox) > 1 else None

    async def _reread(self, sending: Sending) -> Versioned | None:
        return await Conversations(sending.store).get(sending.known.conversation.id)

    async def _try_commit(self, store: WorkspaceStore, writes: Sequence[Write]) -> bool:
        try:
            await store.commit(writes)
        except Stale:
            return False
        return True


def first_owed(conversation: Conversation, now: datetime) -> MessageId | None:
    """The oldest message of the outbox, unless it must wait: then the ones behind it wait too."""
    for id, entry in sorted(conversation.outbox.items(), key=lambda item: (item[1].queued_at, item[0])):
        waits = entry.lease_until if entry.state == "sending" else entry.not_before
        return None if waits is not None and waits > now else id
    return None
