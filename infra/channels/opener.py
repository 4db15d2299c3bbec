"""Opens an inbox: decrypts its credentials and makes its adapter."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from infra.channels.context import ChannelContext, Lines
from infra.channels.registry import channel_class, open_channel
from infra.settings import VendorSettings
from infra.vault import StoreVault
from shared.domain.channels import Capabilities, ChannelKind
from shared.domain.inboxes import Inbox
from shared.ports.channel import Channel
from shared.ports.cipher import Cipher
from shared.ports.clock import Clock
from shared.ports.document_store import DocumentStore
from shared.services.inbox_secrets import InboxSecrets


@dataclass(frozen=True, slots=True)
class RegistryOpener:
    """The `ChannelOpener` over the registry."""

    store: DocumentStore
    cipher: Cipher
    clock: Clock
    vendors: VendorSettings
    sandbox: VendorSettings
    """Where the accounts of the simulated world live."""
    http: httpx.AsyncClient
    lines: Lines | None = None

    async def open(self, inbox: Inbox) -> Channel:
        """The channel of one inbox."""
        secrets = InboxSecrets(self.cipher)
        path = f"workspaces/{inbox.workspace_id}/inboxes/{inbox.id}"
        return open_channel(
            inbox.channel,
            ChannelContext(
                inbox_id=inbox.id,
                account=inbox.account,
                credentials=await secrets.credentials(inbox),
                webhook_secret=await secrets.word(inbox),
                vendors=self.sandbox if inbox.is_simulated else self.vendors,
                http=self.http,
                clock=self.clock,
                vault=StoreVault(self.store, self.cipher, self.clock, path),
                workspace_id=inbox.workspace_id,
                lines=self.lines,
            ),
        )

    def capabilities(self, kind: ChannelKind) -> Capabilities:
        """What a kind of channel can do, without an inbox."""
        return channel_class(kind).capabilities
