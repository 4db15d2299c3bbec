"""The demo workspace: one inbox of each channel in the simulated world, and an assistant with a small FAQ."""

from __future__ import annotations

from dataclasses import dataclass

from infra.channels.registry import REGISTRY
from infra.sandbox.demo_faq import DEMO_FAQ
from infra.sandbox.outside import Outside
from infra.sandbox.standin import ByHand
from shared.domain.assistants import Assistant, Chunk, Mode
from shared.domain.channels import ChannelKind
from shared.domain.ids import AssistantId, ChunkId, InboxId, UserId, WorkspaceId
from shared.domain.inboxes import Inbox
from shared.domain.people import Member, Role, User, Workspace
from shared.ports.clock import Clock, Ids
from shared.ports.document_store import Write
from shared.ports.passwords import Passwords
from shared.services.connect_inbox import ConnectInbox
from shared.services.inbox_secrets import InboxSecrets
from shared.store.assistants import Assistants
from shared.store.inboxes import Inboxes
from shared.store.members import Members
from shared.store.platform import Platform, Route
from shared.store.users import Users
from shared.store.workspaces import Workspaces

EMAIL = "demo@parley.example"
WORKSPACE = WorkspaceId("demo")
ASSISTANT = AssistantId("demo")
USER = UserId("demo")


def demo_inbox(kind: ChannelKind) -> InboxId:
    """The demo inbox of a channel."""
    return InboxId(f"demo-{kind.value.replace('_', '-')}")


def demo_name(kind: ChannelKind) -> str:
    """What it is called."""
    return f"{REGISTRY[kind].title}: demo shop"


@dataclass(frozen=True, slots=True)
class Demo:
    """Safe to run at every start: what is there stays, and the inboxes are told our address of today."""

    platform: Platform
    users: Users
    workspaces: Workspaces
    passwords: Passwords
    secrets: InboxSecrets
    connect: ConnectInbox
    outside: Outside
    clock: Clock
    ids: Ids

    async def __call__(self, password: str) -> None:
        """Make the demo, with this password."""
        await self._sign_up(password)
        store = self.platform.workspace(WORKSPACE)
        if await self.workspaces.get(WORKSPACE) is None:
            await self.platform.commit(self._workspace())
        if await Assistants(store).get(ASSISTANT) is None:
            await self.platform.commit(self._assistant())
        for kind in REGISTRY:
            await self._inbox(kind)

    async def _sign_up(self, password: str) -> None:
        known = await self.users.get(USER)
        if known is not None and await self.passwords.matches(password, known.password_hash):
            return
        hashed = await self.passwords.hash(password)
        if known is not None:
            await self.users.commit([self.users.change(USER, {"password_hash": hashed})])
            return
        user = User(
            id=USER,
            email=EMAIL,
            name="Demo",
            password_hash=hashed,
            is_superuser=True,
            created_at=self.clock.now(),
        )
        await self.users.commit(self.users.creation(user))

    def _workspace(self) -> list[Write]:
        now = self.clock.now()
        workspace = Workspace(id=WORKSPACE, slug="demo", name="Демо-магазин", created_at=now)
        owner = Member(user_id=USER, role=Role.OWNER, name="Demo", email=EMAIL, joined_at=now)
        members = Members(self.platform.workspace(WORKSPACE))
        return [*self.workspaces.creation(workspace), members.creation(owner)]

    def _assistant(self) -> list[Write]:
        now = self.clock.now()
        assistants = Assistants(self.platform.workspace(WORKSPACE))
        assistant = Assistant(
            id=ASSISTANT,
            workspace_id=WORKSPACE,
            name="Анна",
            instructions="Ты помогаешь покупателям небольшого магазина одежды и обуви.",
            tone="дружелюбно и коротко",
            mode=Mode.AUTONOMOUS,
            debounce_seconds=1.0,
            knowledge_version=1,
            created_at=now,
            updated_at=now,
        )
        chunks = [
            Chunk(
                id=ChunkId(f"demo-{position}"),
                question=pair.question,
                answer=pair.answer,
                position=position,
                created_at=now,
                updated_at=now,
            )
            for position, pair in enumerate(DEMO_FAQ)
        ]
        creations = [assistants.chunk_creation(ASSISTANT, chunk)[0] for chunk in chunks]
        return [assistants.creation(assistant), *creations]

    async def _inbox(self, kind: ChannelKind) -> None:
        id = demo_inbox(kind)
        credentials = self.outside.present(kind, id, demo_name(kind))
        store = self.platform.workspace(WORKSPACE)
        known = await Inboxes(store).get(id)
        inbox = known.inbox if known else await self._new_inbox(kind, id, credentials)
        registered = await self.connect.register(inbox)
        standin = self.outside.standins[kind]
        if isinstance(standin, ByHand):
            standin.paste_address(id, await self.connect.address(registered))

    async def _new_inbox(self, kind: ChannelKind, id: InboxId, credentials: dict[str, str]) -> Inbox:
        now = self.clock.now()
        inbox = Inbox(
            id=id,
            workspace_id=WORKSPACE,
            channel=kind,
            name=demo_name(kind),
            is_simulated=True,
            assistant_id=ASSISTANT,
            credentials=await self.secrets.sealed_credentials(id, credentials),
            webhook_secret=await self.secrets.sealed_word(id, self.ids.secret()),
            created_at=now,
            updated_at=now,
        )
        creation = Inboxes(self.platform.workspace(WORKSPACE)).creation(inbox)
        await self.platform.commit([creation, self.platform.inbox_route(Route(WORKSPACE, id))])
        return inbox
