"""Pull one inbox from its cursor. One bad message never stops the ones behind it; the cursor moves only after
everything before it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
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
from shared.store.inboxes import Inboxes, VersionedInbox
from shared.store.platform import Platform
from shared.store.workspace import WorkspaceStore

MOST_PAGES = 20
LONGEST_PAUSE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class PullInbox:
    """Safe to run twice at once: what is ingested twice is stored once, and the cursor only moves on."""

    platform: Platform
    clock: Clock
    directory: InboxDirectory
    ingest: Ingest

    async def __call__(self, workspace: WorkspaceId, inbox_id: InboxId) -> int:
        """How many arrivals were news. An empty pull writes nothing."""
        store = self.platform.workspace(workspace)
        known = await Inboxes(store).get(inbox_id)
        if known is None:
            raise NotFound("no such inbox")
        if known.inbox.health is not Health.CONNECTED:
            return 0
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
        opened = await self.directory.open(known.inbox.workspace_id, known.inbox.id)
        news = 0
        for _ in range(MOST_PAGES):
            page = await opened.channel.pull(known.inbox.cursor)
            taken = [await self._take(known.inbox, arrival) for arrival in page.arrivals]
            news += taken.count(True)
            moved = await self._move_on(store, known, page, has_refused=None in taken)
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
        self, store: WorkspaceStore, known: VersionedInbox, page: Page, *, has_refused: bool
    ) -> VersionedInbox | None:
        """Keep the cursor, unless another pull moved it meanwhile. None: stop here."""
        changes: dict[str, Any] = {"problem": "message_unreadable"} if has_refused else {}
        if page.cursor is not None and page.cursor != known.inbox.cursor:
            changes["cursor"] = page.cursor
        if page.arrivals:
            changes["last_activity_at"] = self.clock.now()
        if known.inbox.failures:
            changes |= {"failures": 0, "retry_at": None}
        if not changes:
            return known
        try:
            (version,) = await store.commit([Inboxes(store).change(known.inbox.id, changes, version=known.version)])
        except Stale:
            return None
        moved: Inbox = known.inbox.model_copy(update=changes)
        return VersionedInbox(moved, version or "")

    async def _mark(self, store: WorkspaceStore, known: VersionedInbox, changes: dict[str, Any]) -> None:
        changes["updated_at"] = self.clock.now()
        await store.commit([Inboxes(store).change(known.inbox.id, changes)])
        self.directory.forget(known.inbox.workspace_id, known.inbox.id)
