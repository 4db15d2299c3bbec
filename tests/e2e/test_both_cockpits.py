"""The same day at the desk, once over the API and once in the work group: the conversation ends in the same state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from api.app import create_app
from infra.passwords import Argon2Passwords
from infra.telegram.sandbox.people import person
from shared.domain.assistants import Mode
from shared.domain.channels import ChannelKind
from shared.domain.conversations import Conversation
from shared.domain.ids import UserId
from shared.domain.people import Member, Role, User
from shared.store.members import Members
from shared.store.users import Users
from tests.support.machine import WORKSPACE, Machine, running_machine
from tests.support.work_group import BOT, Stage, open_stage

PASSWORD = "correct horse battery"
CUSTOMER = "Пётр"
AVITO = ChannelKind.AVITO
DELIVERY = "Сколько стоит доставка?"
OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"


class Dashboard:
    """Oleg in the dashboard."""

    name = "api"

    def __init__(self, machine: Machine, stage: Stage, client: AsyncClient) -> None:
        self._machine, self._stage, self._client = machine, stage, client

    async def take(self) -> None:
        await self._post("take-over")

    async def give(self) -> None:
        await self._post("give-back")

    async def close(self) -> None:
        await self._post("close")

    async def reopen(self) -> None:
        await self._post("reopen")

    async def read(self) -> None:
        await self._post("mark-read")

    async def note(self, text: str) -> None:
        await self._post("notes", {"text": text})

    async def label(self, *labels: str) -> None:
        await self._post("labels", {"labels": list(labels)})

    async def assign(self, user: str | None) -> None:
        await self._post("assign", {"user_id": user})

    async def send(self, text: str) -> None:
        await self._post("send", {"text": text})

    async def approve(self) -> None:
        await self._post("draft/approve")

    async def edit(self, text: str) -> None:
        await self._post("draft/approve", {"text": text})

    async def discard(self) -> None:
        await self._post("draft/discard")

    async def regenerate(self) -> None:
        await self._post("draft/regenerate")

    async def _post(self, what: str, body: Any = None) -> None:
        conversation = await self._stage.conversation(CUSTOMER)
        path = f"/api/v1/workspaces/{WORKSPACE}/conversations/{conversation.id}/{what}"
        answer = await self._client.post(path, json=body)
        assert answer.is_success, answer.text
        await self._machine.run(8)


class Group:
    """Oleg in the work group, by commands."""

    name = "group"

    def __init__(self, machine: Machine, stage: Stage) -> None:
        self._machine, self._stage = machine, stage

    async def take(self) -> None:
        await self._say("/take")

    async def give(self) -> None:
        await self._say("/give")

    async def close(self) -> None:
        await self._say("/close")

    async def reopen(self) -> None:
        await self._say("/reopen")

    async def read(self) -> None:
        await self._say("/read")

    async def note(self, text: str) -> None:
        await self._say(f"/note {text}")

    async def label(self, *labels: str) -> None:
        await self._say(f"/label {', '.join(labels)}")

    async def assign(self, user: str | None) -> None:
        await self._say("/assign me" if user else "/assign -")

    async def send(self, text: str) -> None:
        await self._say(text)

    async def approve(self) -> None:
        await self._say("/approve")

    async def edit(self, text: str) -> None:
        await self._say("/edit")
        await self._say(text)

    async def discard(self) -> None:
        await self._say("/discard")

    async def regenerate(self) -> None:
        await self._say("/regenerate")

    async def _say(self, text: str) -> None:
        await self._stage.writes(text, CUSTOMER)
        await self._machine.run(8)


class Buttons(Group):
    """Oleg in the work group, by buttons where there are any, and by hand where Telegram has one."""

    name = "buttons"

    async def take(self) -> None:
        await self._press("Взять")

    async def give(self) -> None:
        await self._press("Отдать")

    async def close(self) -> None:
        await self._press("Закрыть")

    async def reopen(self) -> None:
        topic = self._stage.topic(CUSTOMER).id
        await self._stage.telegram.staff_reopens_topic(BOT.value, self._stage.chat, topic)
        await self._machine.run(8)

    async def approve(self) -> None:
        await self._press("Отправить")

    async def edit(self, text: str) -> None:
        await self._press("Изменить")
        await self._say(text)

    async def discard(self) -> None:
        await self._press("Отклонить")

    async def _press(self, label: str) -> None:
        await self._stage.presses(CUSTOMER, label)
        await self._machine.run(8)


Cockpit = Dashboard | Group
Scenario = Callable[[Cockpit, str], Awaitable[None]]


async def takes_over_and_answers(cockpit: Cockpit, oleg: str) -> None:
    await cockpit.take()
    await cockpit.send("Здравствуйте, это Олег")


async def answers_at_once(cockpit: Cockpit, oleg: str) -> None:
    await cockpit.send("Здравствуйте, это Олег")


async def gives_back(cockpit: Cockpit, oleg: str) -> None:
    await cockpit.take()
    await cockpit.give()


async def closes(cockpit: Cockpit, oleg: str) -> None:
    await cockpit.close()


async def closes_and_reopens(cockpit: Cockpit, oleg: str) -> None:
    await cockpit.close()
    await cockpit.reopen()


async def keeps_the_books(cockpit: Cockpit, oleg: str) -> None:
    await cockpit.note("Перезвонить в шесть")
    await cockpit.label("vip", "опт")
    await cockpit.assign(oleg)
    await cockpit.read()
    await cockpit.assign(None)


async def approves_the_draft(cockpit: Cockpit, oleg: str) -> None:
    await cockpit.approve()


async def rewords_the_draft(cockpit: Cockpit, oleg: str) -> None:
    await cockpit.edit("Доставим за 300 рублей завтра")


async def discards_the_draft(cockpit: Cockpit, oleg: str) -> None:
    await cockpit.discard()


async def asks_for_another_draft(cockpit: Cockpit, oleg: str) -> None:
    await cockpit.regenerate()
    await cockpit.approve()


BY_HAND: list[Scenario] = [
    takes_over_and_answers,
    answers_at_once,
    gives_back,
    closes,
    closes_and_reopens,
    keeps_the_books,
]
WITH_DRAFT: list[Scenario] = [approves_the_draft, rewords_the_draft, discards_the_draft, asks_for_another_draft]


@dataclass(frozen=True)
class End:
    """How a day ended, without what differs from day to day: moments, and ids that follow from them."""

    fields: dict[str, Any]
    messages: list[tuple[Any, ...]]
    seen: list[str]


async def day(folder: Path, play: Scenario, which: str, mode: Mode, question: str) -> End:
    async with running_machine(folder) as machine:
        standin = await machine.connect(AVITO, mode=mode)
        stage = await open_stage(machine)
        async with AsyncClient(transport=ASGITransport(create_app(machine.desk)), base_url="http://desk") as client:
            oleg = await signed_in(machine, client)
            await standin.write(AVITO.value, CUSTOMER, question)
            await machine.run(10)
            cockpits: dict[str, Cockpit] = {
                "api": Dashboard(machine, stage, client),
                "group": Group(machine, stage),
                "buttons": Buttons(machine, stage),
            }
            await play(cockpits[which], oleg)
        await machine.settle(2)
        conversation = await stage.conversation(CUSTOMER)
        seen = [message.text for message in standin.seen_by(AVITO.value, CUSTOMER)]
        assert (await stage.group()).due_at is None
        return End(fields_of(conversation), await messages_of(machine, conversation), seen)


async def signed_in(machine: Machine, client: AsyncClient) -> str:
    """Oleg, an owner of the workspace whose Telegram account is linked: one person in both cockpits."""
    users = Users(machine.desk.ports.store)
    now = machine.clock.now()
    hashed = await Argon2Passwords().hash(PASSWORD)
    telegram = str(person("Олег")["id"])
    user = User(
        id=UserId("oleg"),
        email="oleg@shop.example",
        name="Олег",
        password_hash=hashed,
        telegram_id=telegram,
        created_at=now,
    )
    member = Member(user_id=user.id, role=Role.OWNER, name="Олег", email=user.email, joined_at=now)
    await users.commit([*users.creation(user), Members(machine.desk.platform.workspace(WORKSPACE)).creation(member)])
    answer = await client.post("/api/v1/auth/token", data={"username": user.email, "password": PASSWORD})
    client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
    return user.id


def fields_of(conversation: Conversation) -> dict[str, Any]:
    """The state as people know it."""
    draft = conversation.draft
    return {
        "status": conversation.status,
        "owner": conversation.owner,
        "assignee": conversation.assignee,
        "unread": conversation.unread,
        "labels": conversation.labels,
        "draft": draft.text if draft else None,
        "handoff": conversation.handoff.reason if conversation.handoff else None,
        "is_closed": conversation.closed_at is not None,
        "round": conversation.round,
        "outbox": list(conversation.outbox),
        "open": [conversation.window[id].text for id in conversation.open_turn()],
        "notices": len(conversation.notices),
    }


async def messages_of(machine: Machine, conversation: Conversation) -> list[tuple[Any, ...]]:
    """The history, in order."""
    return [
        (one.direction, one.author, one.author_id, one.author_name, one.text, one.delivery, one.problem)
        for one in await machine.messages(conversation)
    ]


@pytest.mark.parametrize("which", ["group", "buttons"])
@pytest.mark.parametrize("play", BY_HAND, ids=lambda play: play.__name__)
async def test_what_people_do_by_hand_ends_alike(tmp_path: Path, play: Scenario, which: str) -> None:
    in_dashboard = await day(tmp_path / "api", play, "api", Mode.AUTONOMOUS, OFF_TOPIC)

    assert await day(tmp_path / which, play, which, Mode.AUTONOMOUS, OFF_TOPIC) == in_dashboard


@pytest.mark.parametrize("which", ["group", "buttons"])
@pytest.mark.parametrize("play", WITH_DRAFT, ids=lambda play: play.__name__)
async def test_what_becomes_of_a_draft_ends_alike(tmp_path: Path, play: Scenario, which: str) -> None:
    in_dashboard = await day(tmp_path / "api", play, "api", Mode.DRAFT, DELIVERY)

    assert await day(tmp_path / which, play, which, Mode.DRAFT, DELIVERY) == in_dashboard
