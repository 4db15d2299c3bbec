"""The API over a real desk, with people who sign in to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from api.app import create_app
from api.context import Api
from api.events import Pace
from infra.adapters import Ports
from infra.bootstrap import Desk
from infra.cipher import ensure_key
from infra.settings import Settings
from shared.domain.arrivals import Received
from shared.domain.channels import ChannelKind
from shared.domain.contacts import ContactRef
from shared.domain.conversations import Conversation
from shared.domain.ids import ConversationId, InboxId, WorkspaceId, conversation_id
from shared.domain.inboxes import Health, Inbox
from shared.domain.messages import Attachment
from shared.domain.people import Role
from shared.store.conversations import Conversations
from shared.store.inboxes import Inboxes
from tests.api.network_store import NetworkStore
from tests.support.clock import ManualClock

ORIGIN = "http://desk.example"
PASSWORD = "correct horse battery"


@dataclass
class Office:
    """One installation."""

    desk: Desk
    clock: ManualClock
    app: FastAPI
    clients: AsyncExitStack = field(default_factory=AsyncExitStack)
    people: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    @property
    def api(self) -> Api:
        api = self.app.state.api
        assert isinstance(api, Api)
        return api

    async def client(self, **headers: str) -> httpx.AsyncClient:
        """Somebody who has not signed in."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)
        return await self.clients.enter_async_context(client)

    async def person(self, name: str, *, superuser: bool = False) -> httpx.AsyncClient:
        """A signed-in user `name@shop.example`."""
        if name not in self.people:
            await self.api.accounts.put(f"{name}@shop.example", PASSWORD, is_superuser=superuser)
            client = await self.client()
            tokens = await sign_in(client, name)
            client.headers["authorization"] = f"Bearer {tokens['access_token']}"
            self.people[name] = client
        return self.people[name]

    async def workspace(self, owner: str = "olga") -> str:
        """A workspace of this owner."""
        created = await (await self.person(owner)).post("/api/v1/workspaces", json={"name": "Лавка"})
        return str(created.json()["id"])

    async def member(self, workspace: str, name: str, role: Role, owner: str = "olga") -> httpx.AsyncClient:
        """Another user in a workspace."""
        client = await self.person(name)
        added = await (await self.person(owner)).post(
            f"/api/v1/workspaces/{workspace}/members", json={"email": f"{name}@shop.example", "role": role.value}
        )
        assert added.status_code == 201, added.text
        return client

    async def inbox(self, workspace: str, id: str = "inbox1") -> Inbox:
        """An inbox that no vendor knows of."""
        now = self.clock.now()
        inbox = Inbox(
            id=InboxId(id),
            workspace_id=WorkspaceId(workspace),
            channel=ChannelKind.TELEGRAM_BOT,
            name="Бот",
            health=Health.CONNECTED,
            webhook_secret=await self.api.desk.inbox_secrets.sealed_word(InboxId(id), "word"),
            credentials=await self.api.desk.inbox_secrets.sealed_credentials(InboxId(id), {"token": "1:none"}),
            created_at=now,
            updated_at=now,
        )
        store = self.desk.platform.workspace(inbox.workspace_id)
        await store.commit([Inboxes(store).creation(inbox)])
        return inbox

    async def letter(
        self, inbox: Inbox, customer: str, text: str = "Здравствуйте", files: tuple[Attachment, ...] = ()
    ) -> str:
        """A customer writes; the id of the conversation."""
        self.clock.advance(1)
        arrival = Received(
            source_id=f"{customer}-{self.clock.monotonic()}",
            thread=customer,
            contact=ContactRef(source_id=customer, name=customer),
            text=text,
            at=self.clock.now(),
            attachments=files,
        )
        await self.desk.ingest(inbox, arrival)
        return conversation_id(inbox.id, customer)

    async def conversation(self, workspace: str, id: str) -> Conversation:
        store = self.desk.platform.workspace(WorkspaceId(workspace))
        known = await Conversations(store).get(ConversationId(id))
        assert known is not None
        return known.conversation


async def sign_in(client: httpx.AsyncClient, name: str, password: str = PASSWORD, **form: str) -> dict[str, Any]:
    """The answer to a sign-in that must succeed."""
    answer = await client.post(
        "/api/v1/auth/token", data={"username": f"{name}@shop.example", "password": password, **form}
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def files_of(folder: Path) -> bytes:
    """All that the document store has on disk."""
    return b"".join(file.read_bytes() for file in folder.glob("desk.db*"))


def desk_in(folder: Path, clock: ManualClock, **settings: Any) -> Desk:
    """A desk over files in a folder."""
    ports = Ports(Settings(data_dir=folder, public_url=ORIGIN, **settings))
    ports.__dict__["clock"] = clock
    ports.__dict__["store"] = NetworkStore(ports.store)
    return Desk(ports)


@asynccontextmanager
async def office_over(desk: Desk, clock: ManualClock, pace: Pace | None = None) -> AsyncIterator[Office]:
    """An office over a desk."""
    await ensure_key(desk.ports.secrets)
    office = Office(desk, clock, create_app(desk, pace or Pace(look_every=0.02, heartbeat=0.2)))
    async with office.clients:
        yield office
    await desk.ports.http.aclose()
    await desk.ports.store.close()
