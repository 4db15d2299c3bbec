"""A workspace that holds a document of every kind, made by the product itself, and neighbours that hold copies."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import httpx

from shared.commands.effects import Actor
from shared.domain.auto_responder import AutoResponder
from shared.domain.channels import ChannelKind
from shared.domain.conversations import Conversation
from shared.domain.ids import InboxId, UserId
from shared.domain.people import Member, Role, User
from shared.ports.document_store import Set
from shared.services.stage_file import NewFile
from shared.store.auto_responders import AutoResponders
from shared.store.members import Members
from shared.store.users import Users
from tests.support.files import A_FILE_OF, PNG
from tests.support.machine import WORKSPACE, Machine
from tests.support.work_group import BOT, open_stage

AVITO, WEB_CHAT, ACCOUNT = ChannelKind.AVITO, ChannelKind.WEB_CHAT, ChannelKind.TELEGRAM_ACCOUNT
DELIVERY = "Сколько стоит доставка?"
OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"
PHONE = "+7 999 123-45-67"
NEIGHBOURS = ("ws", "ws10", "ws1-b")
"""Ids that lie around the workspace's own in every order of paths."""
OLEG = Actor(UserId("oleg"), "Олег")


@dataclass
class Full:
    """What is in it."""

    machine: Machine
    visitor: str
    """The web chat's conversation."""

    async def conversation(self, channel: ChannelKind) -> Conversation:
        return next(one for one in await self.machine.conversations() if one.channel is channel)


async def fill(machine: Machine) -> Full:
    """Customers on four channels, a work group, a file each way, a lead, a comparison, settings and a member."""
    avito = await machine.connect(AVITO)
    await machine.connect(WEB_CHAT)
    await machine.connect(ACCOUNT)
    stage = await open_stage(machine)
    await avito.write(AVITO.value, "Пётр", DELIVERY, [A_FILE_OF["image"]])
    await stage.telegram.write(BOT.value, "Вера", OFF_TOPIC)
    await machine.run(10)
    visitor = await _leave_contacts(machine)
    await machine.run(10)
    full = Full(machine, visitor)
    staged = NewFile("photo.png", "image/png", PNG)
    await machine.desk.stage_file(WORKSPACE, (await full.conversation(BOT)).id, staged)
    await machine.desk.compare_inbox.at_once(WORKSPACE, InboxId(AVITO.value))
    await _people(machine)
    return full


async def _leave_contacts(machine: Machine) -> str:
    """A visitor of the web chat leaves a telephone number; the conversation."""
    async with httpx.AsyncClient(base_url=f"{machine.settings.public_url}/api/v1/chat/shop") as client:
        session = (await client.post("/session")).json()
        client.headers["authorization"] = f"Bearer {session['token']}"
        left = await client.post("/lead", json={"name": "Анна", "phone": PHONE, "text": "Перезвоните"})
        assert left.status_code == 201, left.text
        sent = {"content-type": "image/png", "x-file-name": "photo.png"}
        assert (await client.post("/files", content=PNG, headers=sent)).is_success
    return str(session["dialog_id"])


async def _people(machine: Machine) -> None:
    now, ports = machine.clock.now(), machine.desk.ports
    store = machine.desk.platform.workspace(WORKSPACE)
    user = User(id=OLEG.user_id, email="oleg@shop.example", name="Олег", created_at=now)
    member = Member(user_id=OLEG.user_id, role=Role.OWNER, name="Олег", email=user.email, joined_at=now)
    await ports.store.commit([*Users(ports.store).creation(user), Members(store).creation(member)])
    await AutoResponders(store).save(AutoResponder(is_on=False, text="Скоро ответим", updated_at=now), over=None)


def documents(folder: Path) -> dict[str, str]:
    """All that the embedded store holds: path to data."""
    with sqlite3.connect(folder / "desk.db") as connection:
        return {path.replace("\t", "/"): data for path, data in connection.execute("SELECT path, data FROM documents")}


def below(workspace: str, found: dict[str, str]) -> dict[str, str]:
    return {path: data for path, data in found.items() if path.startswith(f"workspaces/{workspace}/")}


async def add_neighbours(machine: Machine) -> None:
    """Workspaces with copies of everything, of the files too."""
    ports, folder = machine.desk.ports, machine.settings.data_dir
    for path in below(WORKSPACE, documents(folder)):
        found = await ports.store.get(path)
        assert found is not None
        for other in NEIGHBOURS:
            await ports.store.commit([Set(path.replace(f"/{WORKSPACE}/", f"/{other}/", 1), found.data)])
    for key in await ports.blobs.keys(f"{WORKSPACE}/", limit=100):
        content = await ports.blobs.get(key)
        assert content is not None
        for other in NEIGHBOURS:
            await ports.blobs.put(f"{other}{key.removeprefix(WORKSPACE)}", content, content_type="image/png")
