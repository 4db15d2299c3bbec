"""Daily: renew what vendors forget. Gmail's watch ends after seven days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.inboxes import Health, Inbox
from shared.errors import ChannelError, CredentialsRejected
from shared.ports.channel_opener import ChannelOpener
from shared.ports.clock import Clock
from shared.services.directory import InboxDirectory
from shared.services.for_each import for_each
from shared.store.inboxes import Inboxes
from shared.store.platform import Platform

SLACK = timedelta(hours=1)
"""A daily job does not come to the second."""
AT_ONCE = 20
"""Mailboxes: Gmail takes 12,000 renewals a minute of one project."""


@dataclass(frozen=True, slots=True)
class RenewRegistrations:
    """One inbox that fails does not stop the others; it is tried again at the next run."""

    platform: Platform
    clock: Clock
    opener: ChannelOpener
    directory: InboxDirectory

    async def __call__(self) -> int:
        """How many were renewed. Cut off, the next try goes on: what is renewed is not due."""
        return await for_each(self.platform.connected_inboxes(), self._renewed, at_once=AT_ONCE)

    async def _renewed(self, inbox: Inbox) -> bool:
        return self._is_due(inbox) and await self._renew(inbox)

    def _is_due(self, inbox: Inbox) -> bool:
        every = self.opener.capabilities(inbox.channel).renew_every
        if every is None:
            return False
        return inbox.renewed_at is None or self.clock.now() - inbox.renewed_at >= every - SLACK

    async def _renew(self, inbox: Inbox) -> bool:
        now = self.clock.now()
        changes: dict[str, object] = {"renewed_at": now}
        try:
            opened = await self.directory.open(inbox.workspace_id, inbox.id)
            await opened.channel.renew()
        except CredentialsRejected as error:
            changes = {"health": Health.AUTH_FAILED, "problem": error.code, "updated_at": now}
        except ChannelError:
            return False
        store = self.platform.workspace(inbox.workspace_id)
        await store.commit([Inboxes(store).change(inbox.id, changes)])
        self.directory.forget(inbox.workspace_id, inbox.id)
        return "renewed_at" in changes
