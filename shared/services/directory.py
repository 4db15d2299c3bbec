"""From an inbox's id, all that an entry function knows, to the inbox and its open channel."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.ids import InboxId, WorkspaceId
from shared.domain.inboxes import Inbox
from shared.errors import NotFound
from shared.ports.channel import Channel
from shared.ports.channel_opener import ChannelOpener
from shared.ports.clock import Clock
from shared.services.cache import Cache
from shared.store.inboxes import Inboxes
from shared.store.platform import Platform


@dataclass(frozen=True, slots=True)
class OpenInbox:
    """An inbox, as of a few seconds ago, with its channel."""

    inbox: Inbox
    channel: Channel


class InboxDirectory:
    """Finds inboxes by id and keeps them for a few seconds. A channel is opened only for who asks for one: the
    function that writes replies never holds a credential."""

    def __init__(self, platform: Platform, opener: ChannelOpener, clock: Clock) -> None:
        self._platform = platform
        self._opener = opener
        self._workspaces: Cache[str, WorkspaceId] = Cache(clock, max_age=60.0)
        self._inboxes: Cache[tuple[str, str], Inbox] = Cache(clock)
        self._channels: Cache[tuple[str, str, str, str], Channel] = Cache(clock, max_age=3600.0)

    async def find(self, inbox_id: str) -> OpenInbox:
        """The inbox that an address names. Raises `NotFound`."""
        workspace = await self._workspaces.get(inbox_id, lambda _: self._workspace_of(inbox_id))
        return await self.open(workspace, InboxId(inbox_id))

    async def find_mailbox(self, email: str) -> OpenInbox:
        """The inbox of a mailbox. Raises `NotFound`."""
        route = await self._platform.route_of_mailbox(email)
        if route is None:
            raise NotFound("no inbox for this mailbox")
        return await self.open(route.workspace_id, route.inbox_id)

    async def inbox(self, workspace: WorkspaceId, inbox_id: InboxId) -> Inbox:
        """An inbox of a known workspace. Raises `NotFound`."""
        return await self._inboxes.get((workspace, inbox_id), lambda _: self._read(workspace, inbox_id))

    async def open(self, workspace: WorkspaceId, inbox_id: InboxId) -> OpenInbox:
        """The same with its channel. The adapter is kept while its secrets are the same, and its tokens with it."""
        return await self._opened(await self.inbox(workspace, inbox_id))

    async def open_known(self, inbox: Inbox) -> OpenInbox:
        """The same for an inbox that was just read."""
        self._inboxes.put((inbox.workspace_id, inbox.id), inbox)
        return await self._opened(inbox)

    async def _opened(self, inbox: Inbox) -> OpenInbox:
        key = (inbox.id, inbox.account, inbox.credentials, inbox.webhook_secret)
        return OpenInbox(inbox, await self._channels.get(key, lambda _: self._opener.open(inbox)))

    def forget(self, workspace: WorkspaceId, inbox_id: InboxId) -> None:
        """Read it anew next time: it was just changed here."""
        self._inboxes.forget((workspace, inbox_id))

    async def _workspace_of(self, inbox_id: str) -> WorkspaceId:
        route = await self._platform.route_of_inbox(inbox_id)
        if route is None:
            raise NotFound("no such inbox")
        return route.workspace_id

    async def _read(self, workspace: WorkspaceId, inbox_id: InboxId) -> Inbox:
        found = await Inboxes(self._platform.workspace(workspace)).get(inbox_id)
        if found is None:
            raise NotFound("no such inbox")
        return found.inbox
