"""Holds the connections of personal accounts: one process an account, by its lease.

What comes is ingested in its order; what was missed is pulled after each connecting; what other processes ask is
answered; people who log in get their code.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from infra.channels.telegram_account.answering import Answering, HeldElsewhere
from infra.channels.telegram_account.client import MakeClient
from infra.channels.telegram_account.live import LiveLine
from infra.channels.telegram_account.logins import Logins, Vendors
from infra.channels.telegram_account.remote import CallOffice
from infra.channels.telegram_account.session import open_session
from infra.vault import StoreVault
from shared.domain.ids import InboxId, WorkspaceId
from shared.domain.inboxes import Health, Inbox
from shared.domain.telegram_accounts import RENEW_EVERY, AccountLease
from shared.errors import ChannelError, DeskError, InvalidInput, NotFound, TooLarge
from shared.ports.clock import Clock
from shared.services.connect_inbox import is_removed
from shared.services.directory import InboxDirectory
from shared.services.inbox_secrets import InboxSecrets
from shared.services.ingest import Ingest
from shared.services.pull_inbox import PullInbox
from shared.services.telegram_account_leases import Leases

log = logging.getLogger("parley.telegram_accounts")
MOST_ACCOUNTS = 50
"""That one process holds; the others are left to another one."""
LOOK_EVERY = 3.0
"""Seconds between looks for new accounts and logins."""
SAVE_EVERY = timedelta(minutes=1)
KEPT = timedelta(days=3650)
MEMORY = "telegram-session"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the worker is made of."""

    directory: InboxDirectory
    ingest: Ingest
    pull: PullInbox
    secrets: InboxSecrets
    leases: Leases
    office: CallOffice
    vendors: Vendors
    make_client: MakeClient
    clock: Clock
    logins: Logins
    answers_calls: bool
    """Other processes ask; where all is one process nobody does."""


@dataclass(slots=True)
class Held:
    """An account that is connected here."""

    inbox: Inbox
    lease: AccountLease
    line: LiveLine
    saved_at: datetime
    renewed_at: datetime
    is_caught_up: bool = False


@dataclass(slots=True)
class AccountWorker:
    """Implements `Host` for who runs beside it."""

    parts: Parts
    _held: dict[InboxId, Held] = field(default_factory=dict)
    _locks: defaultdict[InboxId, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _answers: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _looked_at: float | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; then let everything go."""
        renewing = asyncio.create_task(self._keep_leases())
        try:
            while not stop.is_set():
                try:
                    await self.step()
                except Exception:  # the next step may do better, and the accounts must not be left alone
                    log.exception("step failed")
                await self.parts.clock.sleep(1.0)
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            await self.close()

    async def step(self) -> None:
        """One look at everything. Calls that take long go on behind it."""
        is_time = self._is_time_to_look()
        if is_time:
            await self._find_accounts()
        if is_time or self.parts.logins.is_busy:
            await self.parts.logins.step()
        await asyncio.gather(*(self._serve(held) for held in list(self._held.values())))
        if self.parts.answers_calls:
            await self._answer_calls()

    async def round(self) -> None:
        """A step, and all that it has begun; leases are renewed in between."""
        await self.renew()
        await self.step()
        await asyncio.gather(*self._answers.values())

    async def reach(self, workspace: WorkspaceId, inbox_id: InboxId) -> LiveLine:
        """The connection of an account, made if need be.

        Raises `HeldElsewhere`, `CredentialsRejected`, `ChannelUnavailable`, `NotFound`.
        """
        async with self._locks[inbox_id]:
            inbox = await self.parts.directory.inbox(workspace, inbox_id)
            held = self._held.get(inbox_id)
            if held is not None and held.inbox.credentials == inbox.credentials and held.line.is_connected():
                return held.line
            if held is not None:
                await self._let_go(held)
            return (await self._connected(inbox)).line

    async def renew(self) -> None:
        """Keep what is held; an account whose lease was lost is hung up at once."""
        now = self.parts.clock.now()
        for held in [held for held in self._held.values() if now - held.renewed_at >= RENEW_EVERY]:
            try:
                lease = await self.parts.leases.renew(held.lease)
            except DeskError:
                # The store is away: the lease holds until its end, and not a moment longer.
                if self.parts.clock.now() < held.lease.until - RENEW_EVERY:
                    continue
                lease = None
            if lease is None:
                log.warning("lease lost", extra={"inbox_id": held.inbox.id})
                await self._hang_up(held)
            else:
                held.lease, held.renewed_at = lease, now

    async def close(self) -> None:
        """Save, hang up and let every account go: another process may have them at once."""
        for task in self._answers.values():
            task.cancel()
        await asyncio.gather(*self._answers.values(), return_exceptions=True)
        await self.parts.logins.close()
        for held in list(self._held.values()):
            try:
                await self._let_go(held)
            except DeskError as error:  # its lease runs out by itself
                log.warning("account not let go", extra={"inbox_id": held.inbox.id, "code": error.code})

    async def _connected(self, inbox: Inbox) -> Held:
        parts = self.parts
        lease = await parts.leases.take(inbox.workspace_id, inbox.id)
        if lease is None:
            raise HeldElsewhere("another process holds the connection", retry_after=RENEW_EVERY)
        try:
            line = await self._line(inbox)
            await line.start()
        except BaseException:
            await parts.leases.release(lease)
            raise
        now = parts.clock.now()
        self._held[inbox.id] = held = Held(inbox, lease, line, saved_at=now, renewed_at=now)
        log.info("connected", extra={"inbox_id": inbox.id, "fencing": lease.fencing})
        return held

    async def _line(self, inbox: Inbox) -> LiveLine:
        credentials = await self.parts.secrets.credentials(inbox)
        session = open_session(credentials.get("session", ""), await self._vault(inbox).get(MEMORY))
        takes = frozenset(kind.strip() for kind in credentials.get("takes", "private").split(","))
        client = self.parts.make_client(self.parts.vendors(is_simulated=inbox.is_simulated), session)
        return LiveLine(client, session, takes, self.parts.clock)

    def _is_time_to_look(self) -> bool:
        now = self.parts.clock.monotonic()
        is_time = self._looked_at is None or now - self._looked_at >= LOOK_EVERY
        self._looked_at = now if is_time else self._looked_at
        return is_time

    async def _find_accounts(self) -> None:
        """Connect the accounts that nobody holds, and forget those that were removed."""
        for lease in await self.parts.leases.all():
            if lease.inbox_id in self._held or not self.parts.leases.may_take(lease):
                continue
            try:
                inbox = await self.parts.directory.inbox(lease.workspace_id, lease.inbox_id)
            except NotFound:
                await self.parts.leases.forget(lease.inbox_id)
                continue
            if is_removed(inbox):
                await self.parts.leases.forget(lease.inbox_id)
            elif self._is_wanted(inbox) and len(self._held) < MOST_ACCOUNTS:
                await self._catch_up(inbox)

    def _is_wanted(self, inbox: Inbox) -> bool:
        is_resting = inbox.retry_at is not None and inbox.retry_at > self.parts.clock.now()
        return inbox.health is Health.CONNECTED and not is_resting

    async def _catch_up(self, inbox: Inbox) -> None:
        """A pull connects where need be, and keeps what goes wrong as the inbox's health."""
        await self.parts.pull(inbox.workspace_id, inbox.id)
        held = self._held.get(inbox.id)
        if held is not None:
            held.is_caught_up = True

    async def _serve(self, held: Held) -> None:
        """One account: is it still wanted, what has come, what was missed, and save now and then."""
        try:
            inbox = await self.parts.directory.inbox(held.inbox.workspace_id, held.inbox.id)
            if is_removed(inbox):
                await self._hang_up(held)
                await self.parts.leases.forget(inbox.id)
                return
            if inbox.health is Health.PAUSED:
                await self._let_go(held)
                return
            await self._take_in(inbox, held)
            if not held.line.is_connected() and self._is_wanted(inbox):
                held.is_caught_up = False
            if not held.is_caught_up and self._is_wanted(inbox):
                await self._catch_up(inbox)
            if self.parts.clock.now() - held.saved_at >= SAVE_EVERY:
                await self._save(held)
        except DeskError as error:
            log.warning("account not served", extra={"inbox_id": held.inbox.id, "code": error.code})

    async def _take_in(self, inbox: Inbox, held: Held) -> None:
        """In order, each until it is stored; one that can never be stored holds back nothing."""
        arrived = held.line.arrived
        while arrived:
            try:
                await self.parts.ingest(inbox, arrived[0])
            except (InvalidInput, TooLarge) as error:
                log.warning("message not stored", extra={"inbox_id": inbox.id, "code": error.code})
            arrived.popleft()

    async def _answer_calls(self) -> None:
        self._answers = {id: task for id, task in self._answers.items() if not task.done()}
        answering = Answering(self.parts.office, self)
        for asked in await self.parts.office.calls.asked():
            if asked.noun.id not in self._answers:
                self._answers[asked.noun.id] = asyncio.create_task(answering(asked))

    async def _let_go(self, held: Held) -> None:
        """Hang up, save, and leave the account to whoever comes next."""
        await self._hang_up(held)
        await self._save(held)
        await self.parts.leases.release(held.lease)

    async def _hang_up(self, held: Held) -> None:
        self._held.pop(held.inbox.id, None)
        try:
            await held.line.stop()
        except ChannelError as error:
            log.info("hung up", extra={"inbox_id": held.inbox.id, "code": error.code})

    async def _save(self, held: Held) -> None:
        held.saved_at = self.parts.clock.now()
        if held.line.session.is_dirty:
            memory = held.line.session.memory()
            await self._vault(held.inbox).put(MEMORY, memory, expires_at=held.saved_at + KEPT)
            held.line.session.is_dirty = False

    def _vault(self, inbox: Inbox) -> StoreVault:
        office = self.parts.office
        path = f"workspaces/{inbox.workspace_id}/inboxes/{inbox.id}"
        return StoreVault(office.store, office.cipher, self.parts.clock, path)

    async def _keep_leases(self) -> None:
        while True:
            await self.parts.clock.sleep(RENEW_EVERY.total_seconds() / 2)
            try:
                await self.renew()
            except Exception:  # whoever stops renewing loses the sessions
                log.exception("leases not renewed")
