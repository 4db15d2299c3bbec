"""Connecting accounts of simulated vendors over the API."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.channels.registry import REGISTRY
from infra.hook_addresses import HookAddresses
from infra.sandbox.standin import ByHand
from shared.domain.channels import ChannelKind
from shared.domain.ids import InboxId, WorkspaceId
from shared.domain.inboxes import Inbox
from shared.store.inboxes import Inboxes
from tests.api.conftest import Town
from tests.api.office import files_of

TELEGRAM = (ChannelKind.TELEGRAM_BOT, ChannelKind.TELEGRAM_BUSINESS)
"""What they miss comes by itself once they have a webhook again."""
KINDS = pytest.mark.parametrize("kind", list(REGISTRY))
PUBLIC = {
    "email",
    "client_id",
    "user",
    *(f"{door}_{what}" for door in ("imap", "smtp") for what in ("host", "port", "security")),
}
"""Credentials that are no secrets."""


class Desk:
    """The owner of a workspace at work."""

    def __init__(self, town: Town, owner: httpx.AsyncClient, workspace: str) -> None:
        self.town, self.owner, self.workspace = town, owner, workspace
        self.root = f"/api/v1/workspaces/{workspace}/inboxes"

    def credentials(self, kind: ChannelKind, account: str = "shop") -> dict[str, str]:
        return self.town.machine.outside.present(kind, account, account)

    async def connect(self, kind: ChannelKind, credentials: dict[str, str] | None = None) -> dict[str, Any]:
        body = {"channel": kind.value, "name": "Лавка", "credentials": credentials or self.credentials(kind)}
        answer = await self.owner.post(self.root, json=body)
        assert answer.status_code == 201, answer.text
        inbox = dict(answer.json())
        standin = self.town.machine.outside.standins[kind]
        if isinstance(standin, ByHand):
            await self.paste_address(standin, inbox, kind)
        return inbox

    async def paste_address(self, standin: ByHand, inbox: dict[str, Any], kind: ChannelKind) -> None:
        """What the owner does in the vendor's own settings: no API can."""
        word = await self.town.office.api.desk.inbox_secrets.word(await self.stored(inbox))
        address = HookAddresses(self.town.machine.settings.public_url)(kind, InboxId(inbox["id"]), word)
        standin.paste_address("shop", address)

    async def post(self, inbox: dict[str, Any], action: str) -> httpx.Response:
        return await self.owner.post(f"{self.root}/{inbox['id']}/{action}")

    async def get(self, inbox: dict[str, Any]) -> dict[str, Any]:
        return dict((await self.owner.get(f"{self.root}/{inbox['id']}")).json())

    async def stored(self, inbox: dict[str, Any]) -> Inbox:
        store = self.town.office.desk.platform.workspace(WorkspaceId(self.workspace))
        known = await Inboxes(store).get(InboxId(inbox["id"]))
        assert known is not None
        return known.inbox

    async def conversations(self) -> list[str]:
        rows = (await self.owner.get(f"/api/v1/workspaces/{self.workspace}/conversations")).json()["items"]
        return [row["preview"] for row in rows]


@pytest.fixture
async def desk(town: Town) -> Desk:
    workspace = await town.office.workspace("olga")
    return Desk(town, await town.office.person("olga"), workspace)


@KINDS
async def test_a_connected_account_receives_what_customers_write(desk: Desk, kind: ChannelKind) -> None:
    inbox = await desk.connect(kind)
    await desk.town.machine.outside.standins[kind].write("shop", "Пётр", "Есть размер 38?")
    await desk.town.machine.run(2)

    assert (inbox["health"], inbox["problem"]) == ("connected", None)
    assert inbox["account"]
    assert await desk.conversations() == ["Есть размер 38?"]
    assert (await desk.post(inbox, "test")).json()["problem"] is None


@KINDS
async def test_wrong_credentials_leave_an_inbox_that_says_what_to_do(desk: Desk, kind: ChannelKind) -> None:
    wrong = dict.fromkeys(desk.credentials(kind), "1:wrong")

    inbox = await desk.connect(kind, wrong)
    english = (await desk.owner.get(f"{desk.root}/{inbox['id']}", headers={"accept-language": "en-GB,ru;q=0.5"})).json()

    assert inbox["health"] == "auth_failed"
    assert "Подключите аккаунт заново" in inbox["problem"]["text"]
    assert "Connect the account again" in english["problem"]["text"]


async def test_credentials_that_are_put_right_repair_the_inbox(desk: Desk) -> None:
    kind = ChannelKind.TELEGRAM_BOT
    inbox = await desk.connect(kind, {"token": "1:wrong"})

    repaired = await desk.owner.patch(f"{desk.root}/{inbox['id']}", json={"credentials": desk.credentials(kind)})

    assert (repaired.json()["health"], repaired.json()["problem"]) == ("connected", None)
    assert repaired.json()["id"] == inbox["id"]


async def test_a_vendor_that_is_down_leaves_an_inbox_that_is_connected_later(desk: Desk) -> None:
    kind = ChannelKind.AVITO
    credentials = desk.credentials(kind)
    desk.town.machine.outside.standins[kind].faults.outage = True
    inbox = await desk.connect(kind, credentials)
    desk.town.machine.outside.standins[kind].faults.outage = False

    again = await desk.post(inbox, "webhook")

    assert (inbox["health"], inbox["problem"]["code"]) == ("attention", "channel_unavailable")
    assert again.json()["health"] == "connected"


async def test_a_test_finds_revoked_credentials_and_keeps_the_finding(desk: Desk) -> None:
    kind = ChannelKind.TELEGRAM_BOT
    inbox = await desk.connect(kind)
    desk.town.machine.outside.standins[kind].faults.reject_credentials = True
    found = await desk.post(inbox, "test")
    broken = await desk.get(inbox)
    desk.town.machine.outside.standins[kind].faults.reject_credentials = False
    well = await desk.post(inbox, "test")

    assert found.json()["problem"]["code"] == "credentials_rejected"
    assert broken["health"] == "auth_failed"
    assert well.json()["problem"] is None
    assert (await desk.get(inbox))["health"] == "connected"


@KINDS
async def test_what_comes_during_a_pause_arrives_after_it(desk: Desk, kind: ChannelKind) -> None:
    inbox = await desk.connect(kind)
    standin = desk.town.machine.outside.standins[kind]
    paused = await desk.post(inbox, "pause")
    await standin.write("shop", "Пётр", "Вы ещё работаете?")
    await desk.town.machine.run(2)
    silent = await desk.conversations()

    resumed = await desk.post(inbox, "resume")
    await desk.post(inbox, "pull")
    await desk.town.machine.run(12)

    assert (paused.json()["health"], resumed.json()["health"]) == ("paused", "connected")
    assert silent == []
    assert await desk.conversations() == ["Вы ещё работаете?"]


async def test_a_pull_says_how_much_is_new_and_needs_a_connected_inbox(desk: Desk) -> None:
    kind = ChannelKind.AVITO
    inbox = await desk.connect(kind)
    standin = desk.town.machine.outside.standins[kind]
    standin.faults.lose_pushes = True
    await standin.write("shop", "Пётр", "Торг есть?")

    first, second = await desk.post(inbox, "pull"), await desk.post(inbox, "pull")
    await desk.post(inbox, "pause")
    paused = await desk.post(inbox, "pull")

    assert [answer.json() for answer in (first, second)] == [{"news": 1}, {"news": 0}]
    assert (paused.status_code, paused.json()["code"]) == (409, "inbox_not_connected")


async def test_a_removed_inbox_is_gone_but_its_conversations_stay(desk: Desk) -> None:
    kind = ChannelKind.GMAIL
    inbox = await desk.connect(kind)
    await desk.town.machine.outside.standins[kind].write("shop", "Пётр", "Есть размер 38?")
    await desk.town.machine.run(2)

    removed = await desk.owner.delete(f"{desk.root}/{inbox['id']}")

    assert removed.status_code == 204
    assert (await desk.owner.get(desk.root)).json()["items"] == []
    for answer in (await desk.owner.get(f"{desk.root}/{inbox['id']}"), await desk.post(inbox, "resume")):
        assert answer.status_code == 404
    stored = await desk.stored(inbox)
    assert (stored.credentials, stored.webhook_secret, stored.health) == ("", "", "paused")
    platform = desk.town.office.desk.platform
    assert await platform.route_of_inbox(inbox["id"]) is None
    assert await platform.route_of_mailbox(inbox["account"]) is None
    assert await desk.conversations() == ["Есть размер 38?"]


async def test_a_removed_account_can_be_connected_again(desk: Desk) -> None:
    inbox = await desk.connect(ChannelKind.GMAIL)
    await desk.owner.delete(f"{desk.root}/{inbox['id']}")

    again = await desk.connect(ChannelKind.GMAIL)

    assert (again["health"], again["account"]) == ("connected", inbox["account"])


async def test_a_mailbox_belongs_to_one_inbox_only(desk: Desk) -> None:
    first = await desk.connect(ChannelKind.GMAIL)
    other = Desk(desk.town, await desk.town.office.person("boris"), await desk.town.office.workspace("boris"))

    second = await other.connect(ChannelKind.GMAIL)

    assert (second["health"], second["problem"]["code"]) == ("attention", "conflict")
    route = await desk.town.office.desk.platform.route_of_mailbox(first["account"])
    assert route is not None
    assert route.inbox_id == first["id"]


async def test_an_inbox_takes_an_assistant_of_its_own_workspace_and_lets_it_go(desk: Desk) -> None:
    inbox = await desk.connect(ChannelKind.TELEGRAM_BOT)
    assistants = f"/api/v1/workspaces/{desk.workspace}/assistants"
    assistant = (await desk.owner.post(assistants, json={"name": "Анна"})).json()["id"]
    address = f"{desk.root}/{inbox['id']}"

    unknown = await desk.owner.patch(address, json={"assistant_id": "nobody"})
    given = await desk.owner.patch(address, json={"assistant_id": assistant, "name": "Новое имя"})
    kept = await desk.owner.patch(address, json={"name": "Другое имя"})
    taken = await desk.owner.patch(address, json={"assistant_id": None})

    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_assistant")
    assert (given.json()["assistant_id"], given.json()["name"]) == (assistant, "Новое имя")
    assert kept.json()["assistant_id"] == assistant
    assert taken.json()["assistant_id"] is None


@KINDS
async def test_credentials_appear_in_no_answer_no_log_and_no_file(
    desk: Desk, kind: ChannelKind, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG, "parley")
    credentials = desk.credentials(kind)
    secrets = [value for name, value in credentials.items() if name not in PUBLIC]
    inbox = await desk.connect(kind)
    word = await desk.town.office.api.desk.inbox_secrets.word(await desk.stored(inbox))
    tested = (await desk.post(inbox, "test")).json()
    # An address that the owner must paste by hand is the one place where they may see its secret part.
    tested["facts"].pop("webhook_url", None)
    answers = [inbox, await desk.get(inbox), tested]
    answers.append((await desk.owner.get(desk.root)).json())
    bad = await desk.owner.post(desk.root, json={"channel": "x", "credentials": credentials, "name": 1})
    answers.append(bad.json())

    said = json.dumps(answers) + caplog.text
    kept = files_of(tmp_path)

    assert bad.status_code == 422
    for secret in [*secrets, word]:
        assert secret not in said
        assert secret.encode() not in kept
