"""Logging a personal Telegram account in: what the owner does over the API, and the inbox that comes of it.

The API cannot hold the connection that a code belongs to; the worker does, and both meet in the login's document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.channels import ChannelKind
from shared.domain.ids import AssistantId, InboxId, WorkspaceId, stable_id
from shared.domain.inboxes import Inbox
from shared.domain.telegram_accounts import LOGIN_LIFE, OPEN_LOGINS, AccountLogin, ChatKind
from shared.errors import AlreadyExists, Conflict, NotFound, Stale
from shared.ports.cipher import Cipher
from shared.ports.clock import Clock, Ids
from shared.services.connect_inbox import ConnectInbox, NewInbox, is_removed
from shared.store.inboxes import Inboxes
from shared.store.platform import Platform
from shared.store.telegram_accounts import AccountLogins, Kept


@dataclass(frozen=True, slots=True)
class NewLogin:
    """What the owner chooses."""

    name: str
    takes: Sequence[ChatKind]
    assistant_id: AssistantId | None
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class AccountLoginDesk:
    """The owner's side."""

    logins: AccountLogins
    cipher: Cipher
    clock: Clock
    ids: Ids

    async def begin(self, workspace: WorkspaceId, new: NewLogin) -> AccountLogin:
        """A login that a worker will take up within seconds."""
        now = self.clock.now()
        login = AccountLogin(
            id=self.ids.new(),
            workspace_id=workspace,
            name=new.name,
            takes=tuple(dict.fromkeys(new.takes)),
            assistant_id=new.assistant_id,
            is_simulated=new.is_simulated,
            created_at=now,
            expire_at=now + LOGIN_LIFE,
        )
        await self.logins.create(login)
        return login

    async def get(self, workspace: WorkspaceId, id: str) -> Kept[AccountLogin]:
        """A login of this workspace. Raises `NotFound`."""
        known = await self.logins.get(id)
        if known is None or known.noun.workspace_id != workspace:
            raise NotFound("no such login")
        return known

    async def give_password(self, workspace: WorkspaceId, id: str, password: str) -> None:
        """The password of the account's two-step verification. Raises `NotFound`, `Conflict` (`password_not_asked`)."""
        known = await self.get(workspace, id)
        if known.noun.state != "password_needed" or known.noun.password:
            raise Conflict("this login waits for no password", code="password_not_asked")
        sealed = await self.cipher.encrypt(password, context=password_context(id))
        try:
            await self.logins.change(id, {"password": sealed, "problem": None}, known.version)
        except Stale:
            raise Conflict("this login has moved on", code="password_not_asked") from None

    async def cancel(self, workspace: WorkspaceId, id: str) -> None:
        """Forget it; the worker hangs up. Raises `NotFound`."""
        known = await self.get(workspace, id)
        await self.logins.remove(known.noun.id)


@dataclass(frozen=True, slots=True)
class ConnectAccount:
    """The worker's side: the session of a login becomes an inbox. Safe to repeat."""

    platform: Platform
    connect: ConnectInbox
    logins: AccountLogins

    async def __call__(self, login: AccountLogin, account: str, session: str) -> None:
        """Connect it, or give a known inbox of the same account its new session."""
        known = await self.logins.get(login.id)
        if known is None or known.noun.state not in OPEN_LOGINS:
            return  # cancelled at the last moment
        credentials = {"session": session, "takes": ",".join(login.takes)}
        inbox = await self._inbox(login, account, credentials)
        done = {"state": "done", "inbox_id": inbox.id, "account": inbox.account, "problem": inbox.problem}
        await self.logins.change(login.id, {**done, "qr_url": None, "qr_expires_at": None, "password": None})

    async def _inbox(self, login: AccountLogin, account: str, credentials: dict[str, str]) -> Inbox:
        store = Inboxes(self.platform.workspace(login.workspace_id))
        for inbox in await store.all():
            is_same = (inbox.channel, inbox.account) == (ChannelKind.TELEGRAM_ACCOUNT, account)
            if is_same and not is_removed(inbox):
                return await self.connect.replace_credentials(inbox, credentials)
        id = InboxId(stable_id("telegram-account-login", login.id))
        new = NewInbox(
            ChannelKind.TELEGRAM_ACCOUNT, login.name, credentials, login.assistant_id, login.is_simulated, id
        )
        try:
            return await self.connect.create(login.workspace_id, new)
        except AlreadyExists:
            return await self.connect.register(await self.connect.known(login.workspace_id, id))


def password_context(login: str) -> str:
    """A password's ciphertext opens for its own login only."""
    return f"telegram-login:{login}"
