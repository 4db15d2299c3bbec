"""Signing in with Telegram through the platform's own bot, and connecting a bot of one's own in its chat."""

from __future__ import annotations

import re
from hashlib import sha256
from hmac import new as hmac
from typing import Any

import httpx
import pytest

from infra.channels.telegram_bot.sandbox import TelegramBotSandbox
from infra.telegram.sandbox.people import person
from infra.telegram.wire import SECRET_HEADER
from shared.domain.channels import ChannelKind
from shared.domain.cockpit import GroupUser
from shared.domain.master_bot import MasterPress
from shared.store.master_bot import PATH
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
    browser = await platform.town.office.client(
        **{"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0. Press YES and win at win.example"}
    )
    link = (await browser.post("/api/v1/auth/master/link")).json()
    assert (await platform.exchange(link["exchange_token"])).json() == {"status": "waiting"}

    await platform.tells("Борис", f"/start {link['url'].partition('start=')[2]}")
    assert "Firefox, Linux, 127.0.0.1" in platform.said("Борис")[-1].text
    assert "win" not in platform.said("Борис")[-1].text
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


async def test_who_has_blocked_the_bot_does_not_keep_telegram_calling(platform: Platform) -> None:
    access = platform.town.office.desk.master_bot_access
    _, known = await access.opened()
    secret = await access.cipher.decrypt(known.webhook_secret, context=PATH)
    gone = {"id": 404, "is_bot": False, "first_name": "Чужой"}
    chat = {"id": 404, "type": "private", "first_name": "Чужой"}
    message = {"message_id": 1, "date": 1_790_000_000, "chat": chat, "from": gone, "text": "/start"}

    async with httpx.AsyncClient() as vendor:
        url = f"{platform.town.machine.settings.public_url}/hooks/telegram/master"
        headers = {SECRET_HEADER: secret}
        answer = await vendor.post(url, json={"update_id": 1, "message": message}, headers=headers)

    assert answer.status_code == 200


async def test_a_bot_whose_token_was_revoked_can_be_taken_out_of_service(platform: Platform) -> None:
    admin = await platform.town.office.person("root")
    platform.telegram.renew_credentials(ACCOUNT)

    removed = await admin.delete(MASTER)

    assert removed.status_code == 204
    assert (await admin.get(MASTER)).status_code == 404


async def test_a_session_that_was_ended_does_not_come_back_by_telegram(platform: Platform) -> None:
    olga = await platform.town.office.person("olga")
    link = (await olga.post("/api/v1/auth/master/link")).json()
    await platform.tells("Вор", f"/start {link['url'].partition('start=')[2]}")
    await platform.presses("Вор", "Да, это я")
    await olga.post("/api/v1/auth/logout")

    refused = await platform.exchange(link["exchange_token"])

    assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")


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


async def with_a_bot(platform: Platform, who: str = "Анна") -> httpx.AsyncClient:
    """Somebody has signed in and handed over the token of their bot; their client at the API."""
    await platform.tells(who, "/start")
    granted = await platform.exchange(platform.link(who))
    await platform.tells(who, f"Вот: {platform.telegram.open_account(f'bot-of-{who}')['token']}")
    client = await platform.town.office.client(authorization=f"Bearer {granted.json()['access_token']}")
    (workspace,) = (await client.get("/api/v1/workspaces")).json()["items"]
    client.base_url = client.base_url.join(f"/api/v1/workspaces/{workspace['id']}/")
    return client


async def open_group(platform: Platform, title: str, who: str = "Анна", **how: Any) -> str:
    chat: str = await platform.telegram.open_group(f"bot-of-{who}", title, **how)
    await platform.town.machine.outside.pusher.drained()
    return chat


async def test_groups_of_own_bots_are_offered_and_a_press_binds_one(platform: Platform) -> None:
    client = await with_a_bot(platform)
    await platform.tells("Анна", "/groups")
    assert "пока не состоит в группе" in platform.said("Анна")[-1].text
    chat = await open_group(platform, "Продажи")
    await open_group(platform, "Склад")

    await platform.tells("Анна", "/groups")
    labels = {button["text"] for button in platform.said("Анна")[-1].extra["buttons"]}
    await platform.presses("Анна", "Продажи")

    assert labels == {"Продажи", "Склад"}
    assert platform.said("Анна")[-1].text == "Рабочая группа: Продажи. Новые диалоги появятся там темами."
    assert (await client.get("work-group")).json()["chat"] == chat


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"is_forum": False}, "выбрана, но работать пока не может"),
        ({"rights": ["can_pin_messages"]}, "Боту не хватает прав администратора"),
        ({"rights": ["can_manage_topics"]}, "Рабочая группа: Продажи.*Боту не хватает прав администратора"),
    ],
)
async def test_what_a_picked_group_lacks_is_said(platform: Platform, how: dict[str, Any], told: str) -> None:
    await with_a_bot(platform)
    await open_group(platform, "Продажи", **how)
    await platform.tells("Анна", "/groups")

    await platform.presses("Анна", "Продажи")

    assert re.search(told, platform.said("Анна")[-1].text, re.DOTALL)


async def test_a_group_that_is_gone_when_the_button_is_pressed_is_not_bound(platform: Platform) -> None:
    client = await with_a_bot(platform)
    chat = await open_group(platform, "Продажи")
    await platform.tells("Анна", "/groups")
    await platform.telegram.throw_out("bot-of-Анна", chat)

    await platform.presses("Анна", "Продажи")

    assert "группе" in platform.said("Анна")[-1].text
    assert (await client.get("work-group")).status_code == 404


async def test_nobody_binds_a_group_of_somebody_else(platform: Platform) -> None:
    await with_a_bot(platform)
    await open_group(platform, "Продажи")
    await platform.tells("Анна", "/groups")
    theirs = platform.said("Анна")[-1].extra["buttons"][0]["callback_data"]
    client = await with_a_bot(platform, "Борис")
    await open_group(platform, "Своя", "Борис")
    await platform.tells("Борис", "/groups")
    message = platform.said("Борис")[-1]

    desk = platform.town.office.desk
    groups, (bot, _) = desk.master_bot.groups, await desk.master_bot_access.opened()
    author = GroupUser(source_id=str(person("Борис")["id"]), name="Борис")
    chat, number = str(person("Борис")["id"]), str(message.extra["message_id"])
    press = MasterPress(chat=chat, source_id=number, press_id="1", author=author, data=theirs)
    await groups.pick(bot, press, theirs.partition(":")[2], "ru")

    assert "пока не состоит в группе" in platform.said("Борис")[-1].text
    assert (await client.get("work-group")).status_code == 404


async def test_strangers_are_offered_no_groups(platform: Platform) -> None:
    await platform.tells("Чужой", "/groups")

    assert "Сначала войдите" in platform.said("Чужой")[-1].text


async def test_the_page_behind_the_button_runs_nothing_foreign_and_is_framed_by_nobody(office: Office) -> None:
    client = await office.client()

    for path in ("", ".js", ".css"):
        answer = await client.get(f"/login/telegram{path}")
        policy = answer.headers["content-security-policy"]
        assert answer.status_code == 200
        assert "unsafe" not in policy
        for rule in ("default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"):
            assert rule in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
