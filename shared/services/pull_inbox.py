"""Pull one inbox from its cursor. One bad message never stops the ones behind it; the cursor moves only after
everything before it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared.domain.arrivals import Arrival, Page
from shared.domain.ids import InboxId, WorkspaceId
from shared.domain.inboxes import Health, Inbox
from shared.errors import (
    ChannelError,
    ChannelRejected,
    ChannelUnavailable,
    CredentialsRejected,
    InvalidInput,
    NotFound,
    Stale,
    TooLarge,
)
from shared.ports.clock import Clock
from shared.services.directory import InboxDirectory
from shared.services.ingest import Ingest
from shared.services.pull_turns import PullTurns, is_later
from shared.store.inboxes import Inboxes, VersionedInbox
from shared.store.platform import Platform
from shared.store.workspace import WorkspaceStore

MOST_PAGES = 20
LONGEST_PAUSE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class PullInbox:
    """Safe to run twice at once: what is ingested twice is stored once, and the cursor only moves on.

    A process pulls an inbox once at a time. Who waited for that leaves when the pull before it began after its own
    hint; only a pull that has stored everything counts, so a crash or a fault leaves the others to pull themselves.
    """

    platform: Platform
    clock: Clock
    directory: InboxDirectory
    ingest: Ingest
    turns: PullTurns = field(default_factory=PullTurns)

    async def __call__(self, workspace: WorkspaceId, inbox_id: InboxId, hinted_at: datetime | None = None) -> int:
        """How many arrivals were news. An empty pull writes nothing.

        `hinted_at`: when we heard that there is something; None: just now.
        """
        heard_at = hinted_at or self.clock.now()
        async with self.turns.of(inbox_id):
            if self.turns.has_seen(inbox_id, heard_at):
                return 0
            store = self.platform.workspace(workspace)
            known = await Inboxes(store).get(inbox_id)
            if known is None:
                raise NotFound("no such inbox")
            if known.inbox.health is not Health.CONNECTED or is_later(known.inbox.pulled_at, heard_at):
                return 0
            return await self._pull(store, known)

    async def _pull(self, store: WorkspaceStore, known: VersionedInbox) -> int:
        try:
            return await self._pages(store, known)
        except CredentialsRejected as error:
            await self._mark(store, known, {"health": Health.AUTH_FAILED, "problem": error.code})
        except ChannelRejected as error:
            await self._mark(store, known, {"health": Health.ATTENTION, "problem": error.code})
        except ChannelError as error:
            wish = error.retry_after if isinstance(error, ChannelUnavailable) else None
            pause = wish or min(timedelta(seconds=30) * (1 << min(known.inbox.failures, 6)), LONGEST_PAUSE)
            failed = {"failures": known.inbox.failures + 1, "retry_at": self.clock.now() + pause}
            await self._mark(store, known, failed)
        return 0

    async def _pages(self, store: WorkspaceStore, known: VersionedInbox) -> int:
        began, news = self.clock.now(), 0
        opened = await self.directory.open_known(known.inbox)
        for _ in range(MOST_PAGES):
            page = await opened.channel.pull(known.inbox.cursor)
            taken = [await self._take(known.inbox, arrival) for arrival in page.arrivals]
            news += taken.count(True)
            moved = await self._move_on(store, known, page, began, has_refused=None in taken)
            if not page.more:
                self.turns.finish(known.inbox.id, began)
            if moved is None or not page.more:
                return news
            known = moved
        return news

    async def _take(self, inbox: Inbox, arrival: Arrival) -> bool | None:
        """Whether it was news; None: it cannot be stored, now or ever, and must not hold back the ones behind it."""
        try:
            return await self.ingest(inbox, arrival)
        except (InvalidInput, TooLarge):
            return None

    async def _move_on(
        self, store: WorkspaceStore, known: VersionedInbox, page: Page, began: datetime, *, has_refused: bool
    ) -> VersionedInbox | None:
        """Keep the cursor, and when the last page is stored, since when all is known. None: stop here."""
        changes: dict[str, Any] = {"problem": "message_unreadable"} if has_refused else {}
        if page.cursor is not None and page.cursor != known.inbox.cursor:
            changes["cursor"] = page.cursor
        if page.arrivals:
            changes["last_activity_at"] = self.clock.now()
        if known.inbox.failures:
            changes |= {"failures": 0, "retry_at": None}
        if not changes:
            return known
        if not page.more:
            changes["pulled_at"] = began
        try:
            (version,) = await store.commit([Inboxes(store).change(known.inbox.id, changes, version=known.version)])
        except Stale:
            return await self._as_others_left_it(store, known.inbox)
        moved: Inbox = known.inbox.model_copy(update=changes)
        return VersionedInbox(moved, version or "")

    async def _as_others_left_it(self, store: WorkspaceStore, inbox: Inbox) -> VersionedInbox | None:
        """Another pull has moved the cursor, or somebody the settings: what may be behind is read from there."""
        newer = await Inboxes(store).get(inbox.id)
        return newer if newer is not None and newer.inbox.health is Health.CONNECTED else None

    async def _mark(self, store: WorkspaceStore, known: VersionedInbox, changes: dict[str, Any]) -> None:
        changes["updated_at"] = self.clock.now()
        await store.commit([Inboxes(store).change(known.inbox.id, changes)])
        self.directory.forget(known.inbox.workspace_id, known.inbox.id)
