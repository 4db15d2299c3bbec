"""From a work group to its forum: opens the credentials of the bot that serves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import httpx

from infra.settings import VendorSettings
from infra.telegram.api import BotApi
from infra.telegram.forum import TelegramForum
from shared.domain.channels import ChannelKind
from shared.domain.work_groups import WorkGroup
from shared.errors import NotFound
from shared.ports.cipher import Cipher
from shared.ports.document_store import DocumentStore
from shared.ports.forum import Forum
from shared.services.inbox_secrets import InboxSecrets
from shared.store.inboxes import Inboxes
from shared.store.platform import Platform

_BOTS: Final = frozenset({ChannelKind.TELEGRAM_BOT, ChannelKind.TELEGRAM_BUSINESS})


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
        """The forum, with the bot's token opened. A removed inbox has none.

        Raises `NotFound`, also for an inbox of another vendor: its secrets are not for Telegram.
        """
        known = await Inboxes(Platform(self.store).workspace(group.workspace_id)).get(group.bot_inbox_id)
        if known is None or known.inbox.channel not in _BOTS:
            raise NotFound("the bot of this work group is gone")
        token = (await InboxSecrets(self.cipher).credentials(known.inbox)).get("token", "")
        if not token:
            raise NotFound("the bot of this work group is gone")
        vendors = self.sandbox if known.inbox.is_simulated else self.vendors
        return TelegramForum(BotApi(self.http, vendors.telegram_api_url, token), group.chat)
