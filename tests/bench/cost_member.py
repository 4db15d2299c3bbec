"""A member at the dashboard of the metered desk, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from api.app import create_app
from infra.adapters import Ports
from infra.bootstrap import Desk
from infra.passwords import Argon2Passwords
from infra.settings import Settings
from shared.domain.conversations import Conversation
from shared.domain.ids import UserId
from shared.domain.people import Member, Role, User
from shared.ports.document_store import Write
from shared.store.members import Members
from shared.store.users import Users
from tests.bench.cost_counting import Tally
from tests.bench.cost_desk import API, MeteredMachine
from tests.bench.stage import JWT_SECRET
from tests.support.machine import WORKSPACE

EMAIL, PASSWORD = "oleg@parley.example", "the-password-of-this-run"
PAGE = 50
"""Rows of the dashboard's list."""


@dataclass(frozen=True, slots=True)
class Desktop:
    """What a member does."""

    machine: MeteredMachine
    client: httpx.AsyncClient

    async def approve(self, conversation: Conversation) -> None:
        """Send the draft as it stands."""
        assert conversation.draft is not None
        path = f"conversations/{conversation.id}/send"
        answer = await self.client.post(
            path, json={"draft_id": conversation.draft.id}, headers={"Idempotency-Key": "approved"}
        )
        answer.raise_for_status()

    async def page(self) -> tuple[Tally, int]:
        """The list of conversations, opened; its cost and its rows."""
        self.machine.meter.reset()
        answer = (await self.client.get("conversations", params={"limit": PAGE})).raise_for_status()
        return self.machine.meter.total(), len(answer.json()["items"])

    async def heartbeat(self) -> Tally:
        """What every request of a member reads first: who it is, and may they come in."""
        self.machine.meter.reset()
        answer = await self.client.get("conversations/none")
        assert answer.status_code == 404
        found = self.machine.meter.total()
        found.reads -= 1  # the conversation that is not there
        return found


@asynccontextmanager
async def signed_in(machine: MeteredMachine) -> AsyncIterator[Desktop]:
    """An owner with an open session."""
    await machine.desk.platform.commit(await _person(machine.desk))
    root = f"{machine.settings.public_url}/api/v1/"
    async with httpx.AsyncClient(timeout=30.0) as client:
        form = {"username": EMAIL, "password": PASSWORD}
        answer = (await client.post(f"{root}auth/token", data=form)).raise_for_status()
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        client.base_url = httpx.URL(f"{root}workspaces/{WORKSPACE}/")
        yield Desktop(machine, client)


async def _person(desk: Desk) -> list[Write]:
    now, id = desk.ports.clock.now(), UserId("oleg")
    user = User(id=id, email=EMAIL, password_hash=await Argon2Passwords().hash(PASSWORD), created_at=now)
    member = Member(user_id=id, role=Role.OWNER, email=EMAIL, joined_at=now)
    members = Members(desk.platform.workspace(WORKSPACE))
    return [*Users(desk.ports.store).creation(user), members.creation(member)]


def deployed_pace() -> Mapping[str, float]:
    """How often an open dashboard is served in the cloud, in seconds: from the application itself."""
    settings = Settings(stack="cloud", bucket="none", jwt_secret=JWT_SECRET)
    pace = create_app(Desk(Ports(settings))).state.api.events.pace
    return {"look": pace.look_every, "heartbeat": pace.heartbeat}


__all__ = ["API", "PAGE", "Desktop", "deployed_pace", "signed_in"]
