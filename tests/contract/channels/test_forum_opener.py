"""From a work group to its forum: the right bot's token, at the right Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio

from infra.cipher import FernetCipher, ensure_key
from infra.local.documents import SqliteDocumentStore
from infra.local.secrets import FolderSecrets
from infra.settings import VendorSettings
from infra.telegram.forums import WorkGroupForums
from shared.domain.channels import ChannelKind
from shared.domain.ids import InboxId, WorkGroupId, WorkspaceId
from shared.domain.inboxes import Inbox
from shared.domain.work_groups import WorkGroup
from shared.errors import ChannelUnavailable, NotFound
from shared.services.inbox_secrets import InboxSecrets
from shared.store.inboxes import Inboxes
from shared.store.platform import Platform
from tests.contract.channels.telegram_bot_rig import ACCOUNT, Rig, error_of, running

WORKSPACE = WorkspaceId("ws1")
INBOX = InboxId("inbox1")


@dataclass
class Stage:
    rig: Rig
    store: SqliteDocumentStore
    secrets: InboxSecrets
    forums: WorkGroupForums

    async def keep(self, *, is_simulated: bool = True, is_removed: bool = False) -> None:
        now = self.rig.clock.now()
        inbox = Inbox(
            id=INBOX,
            workspace_id=WORKSPACE,
            channel=ChannelKind.TELEGRAM_BOT,
            name="Бот",
            is_simulated=is_simulated,
            credentials="" if is_removed else await self.secrets.sealed_credentials(INBOX, {"token": self.rig.token}),
            created_at=now,
            updated_at=now,
        )
        await self.store.commit([Inboxes(Platform(self.store).workspace(WORKSPACE)).creation(inbox)])

    def group(self, chat: str) -> WorkGroup:
        now = self.rig.clock.now()
        fields = dict.fromkeys(("bound_at", "in_step_at", "created_at", "updated_at"), now)
        return WorkGroup.model_validate(
            {"id": WorkGroupId("g"), "workspace_id": WORKSPACE, "bot_inbox_id": INBOX, "chat": chat, **fields}
        )


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with running() as rig:
        store = SqliteDocumentStore(tmp_path / "desk.db")
        secrets = FolderSecrets(tmp_path / "secrets")
        await ensure_key(secrets)
        cipher = FernetCipher(secrets, rig.clock)
        nowhere = VendorSettings(telegram_api_url="http://127.0.0.1:1")
        sandbox = VendorSettings(telegram_api_url=rig.url)
        yield Stage(rig, store, InboxSecrets(cipher), WorkGroupForums(store, cipher, nowhere, sandbox, rig.http))
        await store.close()


async def test_a_simulated_bot_meets_the_simulated_telegram(stage: Stage) -> None:
    await stage.keep()
    chat = await stage.rig.sandbox.open_group(ACCOUNT, "Смена")

    forum = await stage.forums.open(stage.group(chat))

    assert (await forum.examine()).title == "Смена"


async def test_a_real_bot_meets_the_real_one(stage: Stage) -> None:
    await stage.keep(is_simulated=False)

    forum = await stage.forums.open(stage.group("-1001"))

    assert type(await error_of(forum.examine())) is ChannelUnavailable


async def test_without_the_bots_inbox_there_is_no_forum(stage: Stage) -> None:
    assert type(await error_of(stage.forums.open(stage.group("-1001")))) is NotFound

    await stage.keep(is_removed=True)

    assert type(await error_of(stage.forums.open(stage.group("-1001")))) is NotFound
