"""From a work group to its forum: opens the credentials of the bot that serves it."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from infra.settings import VendorSettings
from infra.telegram.api import BotApi
from infra.telegram.forum import TelegramForum
from shared.domain.work_groups import WorkGroup
from shared.errors import NotFound
from shared.ports.cipher import Cipher
from shared.ports.document_store import DocumentStore
from shared.ports.forum import Forum
from shared.services.inbox_secrets import InboxSecrets
from shared.store.inboxes import Inboxes
from shared.store.platform import Platform


@dataclass(frozen=True, slots=True)
class WorkGroupForums:
    """The `ForumOpener` over the inboxes of bots."""

    store: DocumentStore
    cipher: Cipher
    vendors: VendorSettings
    sandbox: VendorSettings
    """Where the bots of the simulated world live."""
    http: httpx.AsyncClient

    async def open(self, group: WorkGroup) -> Forum:
        """The forum, with the bot's token opened. A removed inbox has none."""
        known = await Inboxes(Platform(self.store).workspace(group.workspace_id)).get(group.bot_inbox_id)
        token = "" if known is None else (await InboxSecrets(self.cipher).credentials(known.inbox)).get("token", "")
        if known is None or not token:
            raise NotFound("the bot of this work group is gone")
        vendors = self.sandbox if known.inbox.is_simulated else self.vendors
        return TelegramForum(BotApi(self.http, vendors.telegram_api_url, token), group.chat)
