"""A personal Telegram account is logged in with a code that the phone scans."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.domain.channels import ChannelKind
from shared.domain.people import Role
from shared.services.attempts import PER_ACCOUNT
from shared.store.telegram_accounts import AccountLogins
from tests.api.conftest import Town
from tests.api.office import files_of

PNG = b"\x89PNG"


class Phone:
    """The owner of a workspace, who is the owner of a Telegram account too."""

    def __init__(self, town: Town, owner: httpx.AsyncClient, workspace: str) -> None:
        self.town, self.owner = town, owner
        self.inboxes = f"/api/v1/workspaces/{workspace}/inboxes"
        self.root = f"{self.inboxes}/telegram-account/logins"
        self.telegram: Any = town.machine.outside.standins[ChannelKind.TELEGRAM_ACCOUNT]
        self.workspace = workspace

    async def begin(self, **body: Any) -> dict[str, Any]:
        answer = await self.owner.post(self.root, json=body)
        assert answer.status_code == 201, answer.text
        await self.work()
        return await self.get(answer.json())

    async def get(self, login: dict[str, Any]) -> dict[str, Any]:
        return dict((await self.owner.get(f"{self.root}/{login['id']}")).json())

    async def work(self, seconds: int = 4) -> None:
        """The worker looks around for a while."""
        for _ in range(seconds):
            await self.town.machine.accounts.round()
            self.town.machine.clock.advance(1)
            await asyncio.sleep(0.005)  # who waits for the scan gets a turn

    async def give(self, login: dict[str, Any], password: str) -> httpx.Response:
        answer = await self.owner.post(f"{self.root}/{login['id']}/password", json={"password": password})
        await self.work()
        return answer

    async def scanned(self, login: dict[str, Any], account: str = "shop") -> dict[str, Any]:
        self.telegram.scan(account, login["qr_url"])
        await self.work()
        return await self.get(login)


@pytest.fixture
async def phone(town: Town) -> Phone:
    workspace = await town.office.workspace("olga")
    return Phone(town, await town.office.person("olga"), workspace)


async def test_a_scanned_code_becomes_a_connected_inbox_that_hears_customers(phone: Phone) -> None:
    login = await phone.begin(name="Мой Telegram")
    picture = await phone.owner.get(f"{phone.root}/{login['id']}/{login['qr_image']}")
    done = await phone.scanned(login)

    assert (login["state"], login["qr_url"][:17]) == ("qr", "tg://login?token=")
    assert picture.content.startswith(PNG)
    assert picture.headers["content-type"] == "image/png"
    assert "no-store" in picture.headers["cache-control"]
    assert (done["state"], done["qr_url"], done["problem"]) == ("done", None, None)
    inbox = (await phone.owner.get(f"{phone.inboxes}/{done['inbox_id']}")).json()
    assert (inbox["name"], inbox["health"], inbox["account"]) == ("Мой Telegram", "connected", done["account"])
    await phone.telegram.write("shop", "Пётр", "Есть размер 38?")
    await phone.work()
    rows = (await phone.owner.get(f"/api/v1/workspaces/{phone.workspace}/conversations")).json()["items"]
    assert [row["preview"] for row in rows] == ["Есть размер 38?"]


async def test_a_code_that_nobody_scans_is_replaced_and_the_login_ends_after_five_minutes(phone: Phone) -> None:
    login = await phone.begin()
    phone.town.machine.clock.advance(31)
    await phone.work()
    second = await phone.get(login)

    assert second["state"] == "qr"
    assert second["qr_url"] != login["qr_url"]

    phone.town.machine.clock.advance(300)
    await phone.work()
    over = await phone.get(login)
    assert (over["state"], over["problem"]["code"], over["qr_url"]) == ("failed", "login_expired", None)


async def test_two_step_verification_asks_for_the_password_until_it_is_right(
    phone: Phone, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "parley")
    phone.telegram.protect("shop", "correct horse")
    login = await phone.begin()
    too_early = await phone.give(login, "correct horse")
    asked = await phone.scanned(login)
    await phone.give(login, "wrong horse")
    again = await phone.get(login)
    accepted = await phone.give(login, "correct horse")
    done = await phone.get(login)

    assert (too_early.status_code, too_early.json()["code"]) == (409, "password_not_asked")
    assert (asked["state"], asked["qr_url"]) == ("password_needed", None)
    assert (again["state"], again["problem"]["code"]) == ("password_needed", "password_wrong")
    assert (accepted.status_code, done["state"]) == (202, "done")
    kept = await AccountLogins(phone.town.office.desk.ports.store).get(login["id"])
    assert kept is not None
    assert kept.noun.password == ""
    for secret in ("correct horse", "wrong horse", login["qr_url"]):
        assert secret not in caplog.text
    assert b"correct horse" not in files_of(tmp_path)


async def test_a_cancelled_login_is_gone_and_its_code_opens_nothing(phone: Phone) -> None:
    login = await phone.begin()

    assert (await phone.owner.delete(f"{phone.root}/{login['id']}")).status_code == 204
    phone.telegram.scan("shop", login["qr_url"])
    await phone.work()

    assert (await phone.owner.get(f"{phone.root}/{login['id']}")).status_code == 404
    assert (await phone.owner.get(phone.inboxes)).json()["items"] == []


async def test_a_login_whose_worker_died_says_so(phone: Phone) -> None:
    login = await phone.begin()
    phone.town.machine.reboot()
    await phone.work()

    failed = await phone.get(login)
    assert (failed["state"], failed["problem"]["code"]) == ("failed", "login_interrupted")


async def test_logging_the_same_account_in_again_repairs_its_inbox(phone: Phone) -> None:
    first = await phone.scanned(await phone.begin())
    second = await phone.scanned(await phone.begin(name="Другое имя"))

    assert second["inbox_id"] == first["inbox_id"]
    assert len((await phone.owner.get(phone.inboxes)).json()["items"]) == 1


async def test_a_removed_account_is_logged_out_at_telegram(phone: Phone) -> None:
    done = await phone.scanned(await phone.begin())
    (client,) = phone.telegram._clients.values()

    await phone.owner.delete(f"{phone.inboxes}/{done['inbox_id']}")
    await phone.work()

    assert phone.telegram.memory.key(client.key)["state"] == "ended"
    assert await phone.town.machine.accounts.parts.leases.all() == []


async def test_only_owners_of_the_workspace_log_accounts_in(phone: Phone) -> None:
    login = await phone.begin()
    manager = await phone.town.office.member(phone.workspace, "boris", Role.MANAGER)
    stranger = await phone.town.office.person("vera")

    for somebody, status in ((manager, 403), (stranger, 404)):
        assert (await somebody.post(phone.root, json={})).status_code == status
        assert (await somebody.get(f"{phone.root}/{login['id']}")).status_code == status
    other = await phone.town.office.workspace("vera")
    foreign = f"/api/v1/workspaces/{other}/inboxes/telegram-account/logins/{login['id']}"
    assert (await stranger.get(foreign)).status_code == 404
    assert (await stranger.delete(foreign)).status_code == 404


async def test_one_workspace_does_not_take_up_the_worker_of_all(phone: Phone) -> None:
    statuses = [(await phone.owner.post(phone.root, json={})).status_code for _ in range(PER_ACCOUNT + 1)]

    assert statuses == [201] * PER_ACCOUNT + [429]
