"""A Telegram inbox in a store, as a person would have connected it."""

from __future__ import annotations

from infra.adapters import Ports
from infra.cipher import ensure_key
from shared.domain.channels import ChannelKind
from shared.domain.ids import InboxId, WorkspaceId
from shared.domain.inboxes import Health, Inbox
from shared.services.inbox_secrets import InboxSecrets
from shared.store.inboxes import Inboxes
from shared.store.platform import Platform, Route

WORKSPACE = WorkspaceId("bench")
INBOX = InboxId("bench-telegram")
WEBHOOK = f"/hooks/telegram/{INBOX}"
SECRET = "the-secret-of-this-webhook"


async def connect_telegram(ports: Ports) -> None:
    """Store the inbox and its route. No vendor is asked: ingest calls none."""
    await ensure_key(ports.secrets)
    platform, sealed, now = Platform(ports.store), InboxSecrets(ports.cipher), ports.clock.now()
    inbox = Inbox(
        id=INBOX,
        workspace_id=WORKSPACE,
        channel=ChannelKind.TELEGRAM_BOT,
        name="Bench",
        health=Health.CONNECTED,
        is_simulated=True,
        account="@parley_bench_bot",
        credentials=await sealed.sealed_credentials(INBOX, {"token": "6000000001:AA"}),
        webhook_secret=await sealed.sealed_word(INBOX, SECRET),
        created_at=now,
        updated_at=now,
    )
    creation = Inboxes(platform.workspace(WORKSPACE)).creation(inbox)
    await platform.commit([creation, platform.inbox_route(Route(WORKSPACE, INBOX))])
