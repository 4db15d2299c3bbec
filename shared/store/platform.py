"""What crosses workspaces: look-ups of entry functions, the sweep, the scheduler, run-time settings.

A separate, named door: nothing that serves a member's request opens it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.conversations import Conversation
from shared.domain.ids import InboxId, WorkspaceId
from shared.domain.inboxes import Health, Inbox
from shared.domain.llm_settings import LlmSettings
from shared.domain.model import to_micros
from shared.domain.work_groups import WorkGroup
from shared.ports.document_store import (
    Delete,
    Document,
    DocumentStore,
    Filter,
    Merge,
    Order,
    Query,
    Set,
    Version,
    Write,
)
from shared.store.codec import fields_of, noun_of, top_level
from shared.store.inboxes import VersionedInbox
from shared.store.workspace import WorkspaceStore

PAGE = 250
"""Documents that are asked for at once: all that a question over everything holds in memory."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where something that comes from outside belongs."""

    workspace_id: WorkspaceId
    inbox_id: InboxId


@dataclass(frozen=True, slots=True)
class Due:
    """A conversation that the sweep must look at."""

    conversation: Conversation
    version: Version


class Platform:
    """`routes/{key}`, `settings/llm`, and the questions that are asked over all workspaces."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    def workspace(self, workspace_id: WorkspaceId) -> WorkspaceStore:
        """The store of one workspace."""
        return WorkspaceStore(self._store, workspace_id)

    def inbox_route(self, route: Route) -> Set:
        """A write that makes an inbox findable by its id alone."""
        return Set(f"routes/inbox:{route.inbox_id}", {"workspace_id": route.workspace_id, "inbox_id": route.inbox_id})

    def mailbox_route(self, email: str, route: Route) -> Set:
        """A write that makes an inbox findable by its mailbox."""
        return Set(f"routes/mailbox:{email.lower()}", {"workspace_id": route.workspace_id, "inbox_id": route.inbox_id})

    def route_removals(self, inbox: Inbox) -> list[Write]:
        """Writes that make an inbox unfindable."""
        removals: list[Write] = [Delete(f"routes/inbox:{inbox.id}")]
        if "@" in inbox.account and not inbox.account.startswith("@"):
            removals.append(Delete(f"routes/mailbox:{inbox.account.lower()}"))
        return removals

    async def route_of_inbox(self, inbox: str) -> Route | None:
        """Where an inbox id belongs."""
        return await self._route(f"inbox:{inbox}")

    async def route_of_mailbox(self, email: str) -> Route | None:
        """Where a mailbox belongs."""
        return await self._route(f"mailbox:{email.lower()}")

    async def due_conversations(self, now: datetime) -> AsyncIterator[Due]:
        """Conversations that owe something since before `now`, the longest first."""
        query = Query("conversations", (Filter("due_at", "<=", to_micros(now)),), (Order("due_at"),), group=True)
        async for found in self._all(query):
            yield Due(noun_of(Conversation, found.data), found.version)

    async def connected_inboxes(self) -> AsyncIterator[Inbox]:
        """Every inbox that works."""
        query = Query("inboxes", (Filter("health", "==", Health.CONNECTED.value),), group=True)
        async for found in self._all(query):
            yield noun_of(Inbox, found.data)

    async def every_inbox(self) -> AsyncIterator[VersionedInbox]:
        """All inboxes of all workspaces, whatever their health."""
        async for found in self._all(Query("inboxes", group=True)):
            yield VersionedInbox(noun_of(Inbox, found.data), found.version)

    async def work_groups(self) -> AsyncIterator[WorkGroup]:
        """Every work group of all workspaces."""
        async for found in self._all(Query("work_groups", group=True)):
            yield noun_of(WorkGroup, found.data)

    async def llm_settings(self, defaults: LlmSettings) -> LlmSettings:
        """The model's settings: what was set at run time, and the deployment's for the rest."""
        found = await self._store.get("settings/llm")
        return defaults if found is None else noun_of(LlmSettings, {**fields_of(defaults), **found.data})

    async def change_llm_settings(self, changes: Mapping[str, object]) -> None:
        """Set these for everybody; the others stay the deployment's."""
        await self._store.commit([Merge("settings/llm", top_level(changes))])

    async def commit(self, writes: list[Write]) -> None:
        """Writes that touch both routes and a workspace, or none of them."""
        await self._store.commit(writes)

    async def _all(self, query: Query) -> AsyncIterator[Document]:
        """All that matches, however much it is: page by page."""
        query = replace(query, limit=PAGE)
        while True:
            found = await self._store.query(query)
            for document in found:
                yield document
            if len(found) < PAGE:
                return
            query = replace(query, after=found[-1])

    async def _route(self, key: str) -> Route | None:
        if not key.strip() or "/" in key or len(key) > 300:
            return None
        document = await self._store.get(f"routes/{key}")
        if document is None:
            return None
        return Route(WorkspaceId(str(document.data["workspace_id"])), InboxId(str(document.data["inbox_id"])))
