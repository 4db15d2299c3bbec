"""A workspace that grows to any size, and a member who looks at its conversations through the API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from api.app import create_app
from infra.adapters import Ports
from infra.bootstrap import Desk
from infra.passwords import Argon2Passwords
from infra.settings import Settings
from shared.domain.channels import ChannelKind
from shared.domain.conversations import Conversation, Status, WindowEntry
from shared.domain.ids import ContactId, ConversationId, InboxId, MessageId, UserId, WorkspaceId, stable_id
from shared.domain.messages import Author, Direction
from shared.domain.model import to_micros
from shared.domain.people import Member, Role, User, Workspace
from shared.ports.document_store import Create, Fields, Write
from shared.store.codec import fields_of
from shared.store.conversations import Conversations
from shared.store.members import Members
from shared.store.users import Users
from shared.store.workspaces import Workspaces

PAGE = 50
WORKSPACE = WorkspaceId("bench")
EMAIL, PASSWORD = "bench@parley.example", "the-password-of-this-run"
ADDRESS = f"/api/v1/workspaces/{WORKSPACE}/conversations?limit={PAGE}"
SEEDED_AT = datetime(2026, 1, 1, tzinfo=UTC)
_COMMIT = 400
_WINDOW = 6


@dataclass(slots=True)
class Office:
    """A workspace that grows, and somebody who looks at its list."""

    desk: Desk
    client: httpx.AsyncClient
    size: int = 0

    async def grow(self, size: int) -> None:
        """More conversations, each newer than those before, straight into the store."""
        conversations = Conversations(self.desk.platform.workspace(WORKSPACE))
        alike = fields_of(conversation())
        for start in range(self.size, size, _COMMIT):
            numbers = range(start, min(start + _COMMIT, size))
            await self.desk.platform.commit(
                [Create(conversations.path(_id(number)), {**alike, **_own_fields(number)}) for number in numbers]
            )
        self.size = size

    async def look(self, more: str = "") -> None:
        """One request of the list."""
        answer = await self.client.get(ADDRESS + more)
        assert answer.raise_for_status().json()["items"]

    async def read(self) -> None:
        """The documents of that page by their ids."""
        store = self.desk.platform.workspace(WORKSPACE)
        newest = range(max(self.size - PAGE, 0), self.size)
        found = await store.get_many([Conversations(store).path(_id(number)) for number in newest])
        assert all(found)


@asynccontextmanager
async def office(settings: Settings) -> AsyncIterator[Office]:
    """A workspace with one member, signed in to the API."""
    desk = Desk(Ports(settings))
    transport = httpx.ASGITransport(create_app(desk))
    async with httpx.AsyncClient(transport=transport, base_url="http://bench", timeout=30.0) as client:
        await desk.platform.commit(await _people(desk))
        form = {"username": EMAIL, "password": PASSWORD}
        answer = (await client.post("/api/v1/auth/token", data=form)).raise_for_status()
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield Office(desk, client)
        await desk.ports.store.close()


async def _people(desk: Desk) -> list[Write]:
    now, id = desk.ports.clock.now(), UserId("bench")
    user = User(id=id, email=EMAIL, password_hash=await Argon2Passwords().hash(PASSWORD), created_at=now)
    workspace = Workspace(id=WORKSPACE, slug="bench", name="Bench", created_at=now)
    member = Member(user_id=id, role=Role.VIEWER, email=EMAIL, joined_at=now)
    members = Members(desk.platform.workspace(WORKSPACE))
    store = desk.ports.store
    return [*Users(store).creation(user), *Workspaces(store).creation(workspace), members.creation(member)]


def _id(number: int) -> ConversationId:
    return ConversationId(stable_id("bench", str(number)))


def _own_fields(number: int) -> Fields:
    """In what the seeded conversations differ. Noun by noun, seeding would take longer than all the rest."""
    at = to_micros(SEEDED_AT + timedelta(minutes=number))
    status = Status.AWAITING_RESPONSE if number % 2 else Status.ANSWERED_BY_LLM
    return {"id": _id(number), "status": status.value, "created_at": at, "updated_at": at, "last_message_at": at}


def conversation() -> Conversation:
    """A conversation in the middle of its life."""
    return Conversation(
        id=_id(0),
        workspace_id=WORKSPACE,
        inbox_id=InboxId("bench"),
        channel=ChannelKind.TELEGRAM_BOT,
        contact_id=ContactId("bench"),
        source_id="400000000",
        contact_name="Anna Petrova",
        status=Status.AWAITING_RESPONSE,
        unread=1,
        is_unread=True,
        preview="How long does delivery take?",
        language="en",
        window={MessageId(stable_id("message", str(part))): _entry(part) for part in range(_WINDOW)},
        created_at=SEEDED_AT,
        updated_at=SEEDED_AT,
        last_message_at=SEEDED_AT,
    )


def _entry(part: int) -> WindowEntry:
    is_question = part % 2 == 0
    return WindowEntry(
        at=SEEDED_AT,
        received_at=SEEDED_AT,
        direction=Direction.INCOMING if is_question else Direction.OUTGOING,
        author=Author.CONTACT if is_question else Author.ASSISTANT,
        text="How long does delivery take?" if is_question else "Delivery takes two days. " * 7,
        source_id=f"{part}",
        is_open=part == _WINDOW - 1,
    )
