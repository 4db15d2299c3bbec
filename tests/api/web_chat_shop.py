"""A shop with a web chat, and visitors who call the public API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.commands.effects import Actor
from shared.domain.channels import ChannelKind
from shared.domain.conversations import Conversation
from shared.domain.events import MessageQueued
from shared.domain.ids import ConversationId, InboxId, UserId, WorkspaceId
from shared.domain.inboxes import Health, Inbox
from shared.services.turns import waiting_turn
from shared.store.inboxes import Inboxes
from shared.store.platform import Route
from tests.api.office import Office

SITE = "https://shop.example"
SLUG = "lavka"
OLEG = Actor(UserId("oleg"), "Олег")


@dataclass
class Shop:
    """The workspace `lavka` of Olga."""

    office: Office
    workspace: WorkspaceId
    slug: str = SLUG
    answered: int = 0

    @property
    def root(self) -> str:
        return f"/api/v1/chat/{self.slug}"

    async def chat(self, id: str = "chat1", **settings: str) -> Inbox:
        """A web chat without an assistant."""
        now = self.office.clock.now()
        secrets = self.office.desk.inbox_secrets
        inbox = Inbox(
            id=InboxId(id),
            workspace_id=self.workspace,
            channel=ChannelKind.WEB_CHAT,
            name="Чат",
            health=Health.CONNECTED,
            webhook_secret=await secrets.sealed_word(InboxId(id), f"word of {id}"),
            credentials=await secrets.sealed_credentials(InboxId(id), settings or {"origins": SITE}),
            created_at=now,
            updated_at=now,
        )
        platform = self.office.desk.platform
        creation = Inboxes(platform.workspace(self.workspace)).creation(inbox)
        await platform.commit([creation, platform.inbox_route(Route(self.workspace, inbox.id))])
        return inbox

    async def visitor(self, **headers: str) -> Visitor:
        """Somebody who has just come in."""
        client = await self.office.client(**headers)
        session = (await client.post(f"{self.root}/session")).json()
        client.headers["authorization"] = f"Bearer {session['token']}"
        return Visitor(self, client, session)

    async def conversation(self, id: str) -> Conversation:
        return await self.office.conversation(self.workspace, id)

    async def call_people(self, id: str) -> None:
        """Nobody has hired an assistant: the turn goes to people."""
        self.office.clock.advance(1)
        await self.office.desk.respond(waiting_turn(await self.conversation(id)))

    async def answer(self, id: str, text: str) -> None:
        """A person of the shop answers."""
        self.answered += 1
        desk, conversation = self.office.desk, ConversationId(id)
        self.office.clock.advance(1)
        await desk.send_message(self.workspace, conversation, OLEG, key=f"key{self.answered}", text=text)
        self.office.clock.advance(1)  # a look in between must not take both changes for one
        await desk.deliver(MessageQueued(workspace_id=self.workspace, conversation_id=conversation))


@dataclass
class Visitor:
    """A browser with its token."""

    shop: Shop
    client: httpx.AsyncClient
    session: dict[str, Any] = field(repr=False)

    @property
    def dialog(self) -> str:
        return str(self.session["dialog_id"])

    async def say(self, text: str, **body: Any) -> httpx.Response:
        self.shop.office.clock.advance(1)
        return await self.client.post(f"{self.shop.root}/messages", json={"message": text, **body})

    async def upload(self, data: bytes, mime_type: str, name: str = "photo.png", **headers: str) -> httpx.Response:
        sent = {"content-type": mime_type, "x-file-name": name, **headers}
        return await self.client.post(f"{self.shop.root}/files", content=data, headers=sent)

    async def history(self, **params: str) -> dict[str, Any]:
        answer = await self.client.get(f"{self.shop.root}/history", params=params)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def texts(self) -> list[tuple[str, str]]:
        """What stands on the screen, oldest first."""
        return [(item["sender"], item["text"]) for item in (await self.history())["items"][::-1]]


async def open_shop(office: Office, slug: str = SLUG, owner: str = "olga") -> Shop:
    """A workspace with a slug of its own."""
    created = await (await office.person(owner)).post("/api/v1/workspaces", json={"name": "Лавка", "slug": slug})
    return Shop(office, WorkspaceId(created.json()["id"]), slug)
