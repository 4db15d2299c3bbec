"""From the address of a web chat to its inbox, opened."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.domain.channels import ChannelKind
from shared.domain.ids import InboxId
from shared.domain.inboxes import Health, Inbox
from shared.domain.people import Workspace
from shared.domain.web_chat import WebChatSettings, read_settings
from shared.errors import InvalidInput, NotFound, Unavailable
from shared.ports.clock import Clock
from shared.services.cache import Cache
from shared.services.connect_inbox import is_removed
from shared.services.directory import InboxDirectory
from shared.services.inbox_secrets import InboxSecrets
from shared.store.inboxes import Inboxes
from shared.store.platform import Platform
from shared.store.workspaces import Workspaces


class ChatClosed(Unavailable):
    """The shop has paused its chat: contacts can be left, messages cannot."""

    code = "chat_paused"


@dataclass(frozen=True, slots=True)
class WebChat:
    """One web chat, as of a few seconds ago."""

    workspace: Workspace
    inbox: Inbox
    settings: WebChatSettings
    word: str = field(repr=False)
    """What signs its visitors' tokens."""

    @property
    def is_open(self) -> bool:
        """Whether it takes messages."""
        return self.inbox.health is not Health.PAUSED

    @property
    def title(self) -> str:
        """What visitors call it."""
        return self.settings.title or self.workspace.name


class WebChats:
    """Visitors come often: which inbox an address means is kept for a few seconds, and what it says opened longer."""

    def __init__(
        self,
        platform: Platform,
        workspaces: Workspaces,
        directory: InboxDirectory,
        secrets: InboxSecrets,
        clock: Clock,
    ) -> None:
        self._platform = platform
        self._workspaces = workspaces
        self._directory = directory
        self._secrets = secrets
        self._places: Cache[tuple[str, str], tuple[Workspace, InboxId] | None] = Cache(clock)
        self._opened: Cache[tuple[str, str], tuple[WebChatSettings, str]] = Cache(clock, max_age=3600.0)

    async def find(self, slug: str, inbox_id: str = "") -> WebChat:
        """A web chat of a workspace, the first one unless another is named. Raises `NotFound`."""
        place = await self._places.get((slug, inbox_id), lambda _: self._place(slug, inbox_id))
        if place is None:
            raise _unknown()
        workspace, id = place
        return await self._open(workspace, await self._directory.inbox(workspace.id, id))

    async def find_by_inbox(self, inbox_id: str) -> WebChat:
        """The web chat that an inbox is. Raises `NotFound`."""
        route = await self._platform.route_of_inbox(inbox_id)
        known = await self._workspaces.get(route.workspace_id) if route else None
        if route is None or known is None:
            raise _unknown()
        return await self._open(known.workspace, await self._directory.inbox(route.workspace_id, route.inbox_id))

    async def all(self, workspace: Workspace) -> list[WebChat]:
        """Every web chat of a workspace whose settings can be read, the oldest first."""
        return [await self._open(workspace, inbox) for inbox in await self._readable(workspace)]

    async def _place(self, slug: str, inbox_id: str) -> tuple[Workspace, InboxId] | None:
        workspace = await self._workspaces.by_slug(slug)
        if workspace is None:
            return None
        inboxes = await self._readable(workspace)
        return next(((workspace, inbox.id) for inbox in inboxes if inbox_id in ("", inbox.id)), None)

    async def _readable(self, workspace: Workspace) -> list[Inbox]:
        inboxes = await Inboxes(self._platform.workspace(workspace.id)).all()
        return [inbox for inbox in inboxes if _is_chat(inbox) and await self._can_open(inbox)]

    async def _can_open(self, inbox: Inbox) -> bool:
        try:
            await self._contents(inbox)
        except InvalidInput:
            return False  # the inbox says itself what is wrong
        return True

    async def _open(self, workspace: Workspace, inbox: Inbox) -> WebChat:
        if not _is_chat(inbox):
            raise _unknown()
        try:
            settings, word = await self._contents(inbox)
        except InvalidInput as error:
            raise _unknown() from error
        return WebChat(workspace, inbox, settings, word)

    async def _contents(self, inbox: Inbox) -> tuple[WebChatSettings, str]:
        async def load(_: object) -> tuple[WebChatSettings, str]:
            return read_settings(await self._secrets.credentials(inbox)), await self._secrets.word(inbox)

        return await self._opened.get((inbox.credentials, inbox.webhook_secret), load)


def open_or_refused(chat: WebChat) -> WebChat:
    """The same chat. Raises `ChatClosed`."""
    if not chat.is_open:
        raise ChatClosed("the chat is closed for now: leave your contacts instead")
    return chat


def conversation_thread(visitor: str) -> str:
    """The thread of a visitor."""
    return f"visitor:{visitor}"


def visitor_source_id(visitor: str, client_id: str) -> str:
    """The id of a visitor's message: what another visitor sends under the same id is another message."""
    return f"{visitor}:{client_id}"


def _is_chat(inbox: Inbox) -> bool:
    return inbox.channel is ChannelKind.WEB_CHAT and not is_removed(inbox)


def _unknown() -> NotFound:
    return NotFound("there is no such chat", code="chat_not_found")
