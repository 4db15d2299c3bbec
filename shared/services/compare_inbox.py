"""Compare what a vendor holds with what we hold, name what is missing, and fetch it.

Webhooks get lost, tokens expire, somebody reads letters elsewhere: pulls see what is new, this sees what is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.arrivals import Arrival, Echo, Page, Received
from shared.domain.comparisons import MOST_NAMED, Comparison
from shared.domain.ids import ConversationId, InboxId, MessageId, WorkspaceId, conversation_id, message_id
from shared.domain.inboxes import Health, Inbox
from shared.domain.tasks import CompareTask
from shared.errors import ChannelError, InvalidInput, TooLarge
from shared.ports.clock import Clock
from shared.ports.task_queue import TaskQueue
from shared.services.connect_inbox import living_inbox
from shared.services.directory import InboxDirectory, OpenInbox
from shared.services.ingest import Ingest
from shared.store.inboxes import Inboxes
from shared.store.messages import Messages
from shared.store.platform import Platform
from shared.store.workspace import WorkspaceStore

REACH = timedelta(days=35)
"""How far a first comparison, or one after an interrupted one, looks back."""
OVERLAP = timedelta(days=2)
"""How far each next one looks behind the one before it."""
MOST_PAGES = 20
"""Pages a task: a long history takes several."""


@dataclass(frozen=True, slots=True)
class CompareInbox:
    """Safe to repeat and to run beside pulls: what is ingested twice is stored once."""

    platform: Platform
    clock: Clock
    directory: InboxDirectory
    ingest: Ingest
    tasks: TaskQueue

    async def __call__(self, task: CompareTask) -> None:
        """One stretch of an inbox's comparison; another task goes on behind it."""
        inbox = await living_inbox(self.platform, task.workspace_id, task.inbox_id)
        if inbox.health is not Health.CONNECTED:
            return
        so_far = task.so_far or await self._begun(inbox, None)
        reached, cursor = await self._stretch(inbox, so_far, task.cursor, repair=True)
        if cursor is None:
            await self._keep(inbox, reached)
            return
        following = task.model_copy(update={"so_far": reached, "cursor": cursor})
        name = f"compare-{inbox.id}-{reached.began_at.timestamp():.0f}-{reached.held}"
        await self.tasks.enqueue(following, run_at=self.clock.now(), name=name)

    async def at_once(
        self, workspace: WorkspaceId, inbox_id: InboxId, *, since: datetime | None = None, repair: bool = True
    ) -> Comparison:
        """The whole comparison. Raises `NotFound`, `InvalidInput` (the vendor has no history that can be listed)."""
        inbox = await living_inbox(self.platform, workspace, inbox_id)
        opened = await self.directory.open(workspace, inbox_id)
        if not opened.channel.capabilities.history_listable:
            raise InvalidInput("this channel cannot be asked for its history", code="history_not_listable")
        reached, cursor = await self._stretch(inbox, await self._begun(inbox, since), None, repair=repair)
        while cursor is not None:
            reached, cursor = await self._stretch(inbox, reached, cursor, repair=repair)
        if repair:
            await self._keep(inbox, reached)
        return reached

    async def _begun(self, inbox: Inbox, since: datetime | None) -> Comparison:
        now = self.clock.now()
        if since is None:
            latest = await Inboxes(self.platform.workspace(inbox.workspace_id)).latest_comparison(inbox.id)
            is_whole = latest is not None and latest.ended_at is not None and latest.problem is None
            since = latest.began_at - OVERLAP if latest is not None and is_whole else now - REACH
            # What was said before the account was connected is nobody's turn here.
            since = max(since, inbox.created_at)
        return Comparison(inbox_id=inbox.id, since=since, began_at=now)

    async def _stretch(
        self, inbox: Inbox, reached: Comparison, cursor: str | None, *, repair: bool
    ) -> tuple[Comparison, str | None]:
        """Some pages further, and where to go on; None: it is done, or the vendor has stopped it."""
        opened = await self.directory.open(inbox.workspace_id, inbox.id)
        for _ in range(MOST_PAGES):
            try:
                page = await opened.channel.history(reached.since, cursor)
            except ChannelError as error:
                return self._ended(reached, error.code), None
            reached = await self._counted(opened, reached, page, repair=repair)
            if not page.more:
                return self._ended(reached, None), None
            cursor = page.cursor
        return reached, cursor

    def _ended(self, reached: Comparison, problem: str | None) -> Comparison:
        return reached.model_copy(update={"ended_at": self.clock.now(), "problem": problem})

    async def _counted(self, opened: OpenInbox, reached: Comparison, page: Page, *, repair: bool) -> Comparison:
        store = self.platform.workspace(opened.inbox.workspace_id)
        messages = [arrival for arrival in page.arrivals if isinstance(arrival, (Received, Echo))]
        missing = await self._missing(store, opened.inbox, messages)
        repaired = [await self._taken(opened.inbox, arrival) for arrival in missing] if repair else []
        named = (*reached.missing_ids, *(arrival.source_id for arrival in missing))
        return reached.model_copy(
            update={
                "held": reached.held + len(messages),
                "missing": reached.missing + len(missing),
                "missing_ids": named[:MOST_NAMED],
                "repaired": reached.repaired + repaired.count(True),
            }
        )

    async def _missing(
        self, store: WorkspaceStore, inbox: Inbox, messages: Sequence[Received | Echo]
    ) -> list[Received | Echo]:
        """What is not stored under the id that its delivery would have, nor, if our side wrote it, under our own."""
        places = [_place(inbox, arrival) for arrival in messages]
        known = await Messages(store).known(places)
        absent = [(arrival, place) for arrival, place in zip(messages, places, strict=True) if place[1] not in known]
        return [arrival for arrival, place in absent if not await self._is_ours(store, arrival, place[0])]

    async def _is_ours(self, store: WorkspaceStore, arrival: Arrival, conversation: ConversationId) -> bool:
        if not isinstance(arrival, Echo):
            return False
        return await Messages(store).with_source_id(conversation, arrival.source_id) is not None

    async def _taken(self, inbox: Inbox, arrival: Arrival) -> bool:
        try:
            await self.ingest(inbox, arrival)
        except (InvalidInput, TooLarge):
            return False
        return True

    async def _keep(self, inbox: Inbox, comparison: Comparison) -> None:
        store = self.platform.workspace(inbox.workspace_id)
        await store.commit([Inboxes(store).comparison(comparison)])


def _place(inbox: Inbox, arrival: Received | Echo) -> tuple[ConversationId, MessageId]:
    thread = inbox.thread_aliases.get(arrival.thread, arrival.thread)
    return conversation_id(inbox.id, thread), message_id(inbox.id, arrival.source_id)
