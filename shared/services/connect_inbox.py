"""Connect an account of a channel: keep its credentials, tell its vendor where we are, say what is wrong.

Nothing is half done: the inbox exists from the first commit, and its health and problem say how far it came.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.arrivals import Connection
from shared.domain.channels import ChannelKind
from shared.domain.ids import AssistantId, InboxId, WorkspaceId
from shared.domain.inboxes import Health, Inbox
from shared.errors import ChannelError, CredentialsRejected, InvalidInput, NotFound
from shared.ports.channel_opener import ChannelOpener
from shared.ports.clock import Clock, Ids
from shared.ports.document_store import Write
from shared.services.change_inbox import ChangeInbox
from shared.services.inbox_secrets import InboxSecrets
from shared.store.inboxes import Inboxes
from shared.store.platform import Platform, Route
from shared.store.work_groups import WorkGroups

HookAddress = Callable[[ChannelKind, InboxId, str], str]
"""Where the vendor of an inbox calls us, from its channel, id and webhook secret."""


@dataclass(frozen=True, slots=True)
class NewInbox:
    """What a person fills in."""

    channel: ChannelKind
    name: str
    credentials: Mapping[str, str]
    assistant_id: AssistantId | None = None
    is_simulated: bool = False
    id: InboxId | None = None
    """For who may ask twice: the second time raises `AlreadyExists`."""


@dataclass(frozen=True, slots=True)
class ConnectInbox:
    """Creates inboxes and registers them with their vendors, as often as needed."""

    platform: Platform
    opener: ChannelOpener
    change: ChangeInbox
    secrets: InboxSecrets
    hook_address: HookAddress
    clock: Clock
    ids: Ids

    async def create(self, workspace: WorkspaceId, new: NewInbox) -> Inbox:
        """A new inbox, connected or with its problem."""
        id, now = new.id or InboxId(self.ids.new()), self.clock.now()
        group = await WorkGroups(self.platform.workspace(workspace)).get()
        inbox = Inbox(
            id=id,
            workspace_id=workspace,
            channel=new.channel,
            name=new.name,
            assistant_id=new.assistant_id,
            is_simulated=new.is_simulated,
            work_group_id=group.group.id if group else None,
            credentials=await self.secrets.sealed_credentials(id, new.credentials),
            webhook_secret=await self.secrets.sealed_word(id, self.ids.secret()),
            created_at=now,
            updated_at=now,
        )
        creation = Inboxes(self.platform.workspace(workspace)).creation(inbox)
        await self.platform.commit([creation, self.platform.inbox_route(Route(workspace, id))])
        return await self.register(inbox)

    async def known(self, workspace: WorkspaceId, inbox: InboxId) -> Inbox:
        """An inbox that has not been removed. Raises `NotFound`."""
        return await living_inbox(self.platform, workspace, inbox)

    async def address(self, inbox: Inbox) -> str:
        """Where the vendor of an inbox calls us. It may carry the secret part: for the owner's eyes."""
        return self.hook_address(inbox.channel, inbox.id, await self.secrets.word(inbox))

    async def replace_credentials(self, inbox: Inbox, credentials: Mapping[str, str]) -> Inbox:
        """The same inbox with other credentials, registered anew."""
        sealed = await self.secrets.sealed_credentials(inbox.id, credentials)
        return await self.register(await self.change(inbox, {"credentials": sealed}))

    async def register(self, inbox: Inbox) -> Inbox:
        """Tell the vendor our address. Safe to repeat; the cursor of a known account stays where it is."""
        try:
            connection = await self._connection(inbox)
        except (CredentialsRejected, InvalidInput) as error:
            return await self.change(inbox, {"health": Health.AUTH_FAILED, "problem": _code(error)})
        except ChannelError as error:
            return await self.change(inbox, {"health": Health.ATTENTION, "problem": error.code})
        taken = await self._is_taken(inbox, connection.account)
        if taken:
            return await self.change(inbox, {"health": Health.ATTENTION, "problem": "conflict"})
        return await self.change(inbox, self._connected(inbox, connection), self._routes(inbox, connection.account))

    async def _connection(self, inbox: Inbox) -> Connection:
        channel = await self.opener.open(inbox)
        return await channel.connect(await self.address(inbox))

    async def _is_taken(self, inbox: Inbox, account: str) -> bool:
        """Another inbox has this mailbox: what comes for it could go to one of them only."""
        route = await self.platform.route_of_mailbox(account) if _is_mailbox(account) else None
        return route is not None and route != Route(inbox.workspace_id, inbox.id)

    def _connected(self, inbox: Inbox, connection: Connection) -> dict[str, Any]:
        is_same = connection.account == inbox.account
        return {
            "health": Health.CONNECTED,
            "problem": None,
            "account": connection.account,
            "cursor": inbox.cursor if is_same and inbox.cursor is not None else connection.cursor,
            "failures": 0,
            "retry_at": None,
            "renewed_at": self.clock.now(),
        }

    def _routes(self, inbox: Inbox, account: str) -> list[Write]:
        """The look-ups of the account, and none of the one that it replaces."""
        route = Route(inbox.workspace_id, inbox.id)
        routes: list[Write] = [self.platform.inbox_route(route)]
        if account != inbox.account:
            routes += [old for old in self.platform.route_removals(inbox) if old.path != routes[0].path]
        if _is_mailbox(account):
            routes.append(self.platform.mailbox_route(account, route))
        return routes


async def living_inbox(platform: Platform, workspace: WorkspaceId, inbox_id: InboxId) -> Inbox:
    """An inbox that has not been removed. Raises `NotFound`."""
    known = await Inboxes(platform.workspace(workspace)).get(inbox_id)
    if known is None or is_removed(known.inbox):
        raise NotFound("no such inbox")
    return known.inbox


def is_removed(inbox: Inbox) -> bool:
    """What is left of a removed inbox, for the sake of its conversations, has no secrets."""
    return not inbox.webhook_secret


def _is_mailbox(account: str) -> bool:
    return "@" in account and not account.startswith("@")


def _code(error: CredentialsRejected | InvalidInput) -> str:
    return error.code if isinstance(error, CredentialsRejected) else "credentials_rejected"
