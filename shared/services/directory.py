"""From an inbox's id, all that an entry function knows, to the inbox and its open channel."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.ids import InboxId, WorkspaceId
from shared.domain.inboxes import Inbox
from shared.errors import NotFound
from shared.ports.channel import Channel
from shared.ports.channel_opener import ChannelOpener
from shared.ports.clock import Clock
from shared.ports.document_store import Version
from shared.services.cache import Cache
from shared.store.inboxes import Inboxes
from shared.store.platform import Platform


@dataclass(frozen=True, slots=True)
class OpenInbox:
    """An inbox with its channel, as of a few seconds ago."""

    inbox: Inbox
    channel: Channel
    version: Version


class InboxDirectory:
    """Finds and opens inboxes; both findings and failures to find are kept for a few seconds."""

    def __init__(self, platform: Platform, opener: ChannelOpener, clock: Clock) -> None:
        self._platform = platform
        self._opener = opener
        self._workspaces: Cache[str, WorkspaceId | None] = Cache(clock, max_age=60.0)
        self._open: Cache[tuple[str, str], OpenInbox | None] = Cache(clock)

    async def find(self, inbox_id: str) -> OpenInbox:
        """The inbox that an address names. Raises `NotFound`."""
        workspace = await self._workspaces.get(inbox_id, lambda _: self._workspace_of(inbox_id))
        if workspace is None:
            # Not remembered as long as a finding: the inbox may be connected this very moment.
            self._workspaces.forget(inbox_id)
            raise NotFound("no such inbox")
        return await self.open(workspace, InboxId(inbox_id))

    async def find_mailbox(self, email: str) -> OpenInbox:
        """The inbox of a mailbox. Raises `NotFound`."""
        route = await self._platform.route_of_mailbox(email)
        if route is None:
            raise NotFound("no inbox for this mailbox")
        return await self.open(route.workspace_id, route.inbox_id)

    async def open(self, workspace: WorkspaceId, inbox_id: InboxId) -> OpenInbox:
        """An inbox of a known workspace. Raises `NotFound`."""
        key = (workspace, inbox_id)
        opened = await self._open.get(key, lambda old: self._opened(workspace, inbox_id, old))
        if opened is None:
            self.forget(workspace, inbox_id)
            raise NotFound("no such inbox")
        return opened

    def forget(self, workspace: WorkspaceId, inbox_id: InboxId) -> None:
        """Read it anew next time: it was just changed here."""
        self._open.forget((workspace, inbox_id))

    async def _workspace_of(self, inbox_id: str) -> WorkspaceId | None:
        route = await self._platform.route_of_inbox(inbox_id)
        return None if route is None else route.workspace_id

    async def _opened(self, workspace: WorkspaceId, inbox_id: InboxId, old: OpenInbox | None) -> OpenInbox | None:
        found = await Inboxes(self._platform.workspace(workspace)).get(inbox_id)
        if found is None:
            return None
        if old is not None and old.version == found.version:
            return old
        if old is not None and old.inbox.credentials == found.inbox.credentials:
            # The same account: the adapter keeps its access token.
            return OpenInbox(found.inbox, old.channel, found.version)
        return OpenInbox(found.inbox, await self._opener.open(found.inbox), found.version)
