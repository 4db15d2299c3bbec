"""Signing in with Telegram through the platform's own bot, and connecting a bot of one's own in its chat."""

from __future__ import annotations

from hashlib import sha256
from hmac import new as hmac
from typing import Any

import httpx
import pytest

from infra.channels.telegram_bot.sandbox import TelegramBotSandbox
from shared.domain.channels import ChannelKind
from tests.api.conftest import Town
from tests.api.office import ORIGIN, Office, files_of

MASTER = "/api/v1/admin/settings/master-bot"
ACCOUNT = "the-master-bot"


class Platform:
    """A town with a master bot, and people who write to it."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.telegram: Any = town.machine.outside.standins[ChannelKind.TELEGRAM_BOT]
        assert isinstance(self.telegram, TelegramBotSandbox)

    async def set_up(self, account: str = ACCOUNT) -> httpx.Response:
        admin = await self.town.office.person("root", superuser=True)
        token = self.telegram.open_account(account)["token"]
        return await admin.put(MASTER, json={"token": token})

    async def tells(self, who: str, text: str) -> None:
        await self.telegram.write(ACCOUNT, who, text)
        await self.town.machine.outside.pusher.drained()

    async def presses(self, who: str, label: str) -> None:
        message = self.said(who)[-1]
        button = next(button for button in message.extra["buttons"] if button["text"] == label)
        await self.telegram.press(ACCOUNT, who, message.extra["message_id"], button["callback_data"])
        await self.town.machine.outside.pusher.drained()

    def said(self, who: str) -> list[Any]:
        return [seen for seen in self.telegram.seen_by(ACCOUNT, who) if seen.sender == "shop"]

    def link(self, who: str) -> str:
        """The token in the button's address."""
        (button,) = self.said(who)[-1].extra["buttons"]
        return str(button["url"]).partition("#")[2]

    async def exchange(self, token: str, client: httpx.AsyncClient | None = None) -> httpx.Response:
        client = client or await self.town.office.client()
        return await client.post("/api/v1/auth/master/exchange", json={"token": token})

    async def me(self, access_token: str) -> dict[str, Any]:
        client = await self.town.office.client(authorization=f"Bearer {access_token}")
        return dict((await client.get("/api/v1/auth/me")).json())


@pytest.fixture
async def platform(town: Town) -> Platform:
    platform = Platform(town)
    answer = await platform.set_up()
    assert answer.status_code == 200, answer.text
    return platform


async def test_start_sends_a_link_that_signs_in_once(platform: Platform) -> None:
    await platform.tells("Анна", "/start")

    granted = await platform.exchange(platform.link("Анна"))

    assert granted.status_code == 200
    me = await platform.me(granted.json()["access_token"])
    assert (me["name"], me["email"]) == ("Анна", "")
    again = await platform.exchange(platform.link("Анна"))
    assert (again.status_code, again.json()["code"]) == (422, "link_expired")


async def test_who_comes_back_is_the_same_user_with_the_same_workspace(platform: Platform) -> None:
    users = set()
    for _ in range(2):
        await platform.tells("Анна", "/start")
        token = (await platform.exchange(platform.link("Анна"))).json()["access_token"]
        users.add((await platform.me(token))["id"])

    client = await platform.town.office.client(authorization=f"Bearer {token}")
    assert len(users) == 1
    assert len((await client.get("/api/v1/workspaces")).json()["items"]) == 1


async def test_a_browsers_link_waits_until_a_person_says_yes_in_telegram(platform: Platform) -> None:
    browser = await platform.town.office.client(**{"user-agent": "Firefox on Linux"})
    link = (await browser.post("/api/v1/auth/master/link")).json()
    assert (await platform.exchange(link["exchange_token"])).json() == {"status": "waiting"}

    await platform.tells("Борис", f"/start {link['url'].partition('start=')[2]}")
    assert "Firefox on Linux" in platform.said("Борис")[-1].text
    assert (await platform.exchange(link["exchange_token"])).status_code == 202
    await platform.presses("Борис", "Да, это я")

    granted = await platform.exchange(link["exchange_token"], browser)
    assert granted.status_code == 200
    assert (await platform.me(granted.json()["access_token"]))["name"] == "Борис"
    assert platform.said("Борис")[-1].extra.get("buttons") is None


async def test_a_no_ends_the_browsers_link(platform: Platform) -> None:
    link = (await (await platform.town.office.client()).post("/api/v1/auth/master/link")).json()
    await platform.tells("Борис", f"/start {link['url'].partition('start=')[2]}")

    await platform.presses("Борис", "Это не я")

    assert (await platform.exchange(link["exchange_token"])).status_code == 422


async def test_a_signed_in_user_gets_the_telegram_account(platform: Platform) -> None:
    olga = await platform.town.office.person("olga")
    link = (await olga.post("/api/v1/auth/master/link")).json()
    await platform.tells("Ольга", f"/start {link['url'].partition('start=')[2]}")
    assert "olga@shop.example" in platform.said("Ольга")[-1].text
    await platform.presses("Ольга", "Да, это я")
    assert (await platform.exchange(link["exchange_token"])).status_code == 200

    await platform.tells("Ольга", "/start")
    granted = await platform.exchange(platform.link("Ольга"))

    assert (await platform.me(granted.json()["access_token"]))["email"] == "olga@shop.example"


async def test_a_token_in_the_chat_connects_that_bot_and_is_deleted(platform: Platform) -> None:
    await platform.tells("Анна", "/start")
    granted = await platform.exchange(platform.link("Анна"))
    token = platform.telegram.open_account("annas-bot")["token"]

    await platform.tells("Анна", f"Вот: {token}")

    client = await platform.town.office.client(authorization=f"Bearer {granted.json()['access_token']}")
    (workspace,) = (await client.get("/api/v1/workspaces")).json()["items"]
    (inbox,) = (await client.get(f"/api/v1/workspaces/{workspace['id']}/inboxes")).json()["items"]
    assert (inbox["channel"], inbox["health"], inbox["problem"]) == ("telegram_bot", "connected", None)
    assert inbox["account"] in platform.said("Анна")[-1].text
    assert all(token not in seen.text for seen in platform.telegram.seen_by(ACCOUNT, "Анна"))
    assert token.encode() not in files_of(platform.town.machine.settings.data_dir)


async def test_a_strangers_token_connects_nothing(platform: Platform) -> None:
    await platform.tells("Чужой", platform.telegram.open_account("another-bot")["token"])

    assert "Сначала войдите" in platform.said("Чужой")[-1].text


async def test_rubbish_and_unknown_codes_are_answered_with_help(platform: Platform) -> None:
    await platform.tells("Анна", "привет")
    assert "/start" in platform.said("Анна")[-1].text

    await platform.tells("Анна", "/start " + "A" * 43)
    assert "устарела" in platform.said("Анна")[-1].text


async def test_nobody_but_telegram_speaks_to_the_master_bot(platform: Platform) -> None:
    async with httpx.AsyncClient() as anybody:
        url = f"{platform.town.machine.settings.public_url}/hooks/telegram/master"
        answer = await anybody.post(url, json={"update_id": 1})
    assert answer.status_code == 401


async def test_the_widget_signs_in_with_the_master_bots_signature(platform: Platform) -> None:
    token = platform.telegram.open_account(ACCOUNT)["token"]
    now = int(platform.town.machine.clock.now().timestamp())
    fields: dict[str, str | int] = {"id": 77, "first_name": "Вера", "auth_date": now}
    checked = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    fields["hash"] = hmac(sha256(token.encode()).digest(), checked.encode(), sha256).hexdigest()
    client = await platform.town.office.client()

    granted = await client.post("/api/v1/auth/telegram", json={"fields": fields})
    again = await client.post("/api/v1/auth/telegram", json={"fields": fields})

    assert (await platform.me(granted.json()["access_token"]))["name"] == "Вера"
    assert (again.status_code, again.json()["code"]) == (401, "telegram_used")


async def test_a_token_that_telegram_refuses_is_not_kept(platform: Platform) -> None:
    admin = await platform.town.office.person("root")
    before = (await admin.get(MASTER)).json()

    refused = await admin.put(MASTER, json={"token": "12345:" + "x" * 35})

    assert refused.status_code >= 400
    assert (await admin.get(MASTER)).json() == before
    assert "token" not in before


async def test_without_a_master_bot_nobody_signs_in_by_telegram(office: Office) -> None:
    client = await office.client()
    assert (await client.get("/api/v1/auth/telegram/config")).json() == {"bot": None}
    for path, body in (("telegram", {"fields": {"id": "1"}}), ("master/link", None)):
        answer = await client.post(f"/api/v1/auth/{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_master_bot")


async def test_only_admins_set_the_master_bot(office: Office) -> None:
    olga = await office.person("olga")
    assert (await olga.put(MASTER, json={"token": "1:a"})).status_code == 403


async def test_cookies_are_given_to_our_own_pages_only(platform: Platform) -> None:
    await platform.tells("Анна", "/start")
    client = await platform.town.office.client(origin="https://evil.example")
    token = platform.link("Анна")

    refused = await client.post("/api/v1/auth/master/exchange", json={"token": token, "cookies": True})

    assert refused.status_code == 403
    assert (await platform.exchange(token)).status_code == 200
    assert ORIGIN
