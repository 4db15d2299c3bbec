"""Picking the work group over the API, in the simulated Telegram."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from infra.telegram.sandbox.groups import ALL_RIGHTS
from shared.domain.channels import ChannelKind
from shared.domain.people import Role
from tests.api.conftest import Town

BOT = ChannelKind.TELEGRAM_BOT


@pytest.fixture
async def shop(town: Town) -> Shop:
    return await opened(town)


class Shop:
    """A workspace with a bot that was let into a group."""

    def __init__(self, town: Town, workspace: str, inbox: str, client: httpx.AsyncClient) -> None:
        self.town, self.workspace, self.inbox, self.client = town, workspace, inbox, client
        self.url = f"/api/v1/workspaces/{workspace}/work-group"

    @property
    def telegram(self) -> Any:
        return self.town.machine.outside.standins[BOT]

    async def group(self, title: str = "Продажи", **how: Any) -> str:
        chat: str = await self.telegram.open_group("shop", title, **how)
        await self.town.machine.run(2)
        return chat

    async def picks(self, chat: str, **more: str) -> httpx.Response:
        return await self.client.put(self.url, json={"chat": chat, "inbox_id": self.inbox, **more})


async def opened(town: Town) -> Shop:
    client = await town.office.person("olga")
    workspace = await town.office.workspace()
    credentials = town.machine.outside.present(BOT, "shop", "Бот магазина")
    made = await client.post(
        f"/api/v1/workspaces/{workspace}/inboxes",
        json={"channel": "telegram_bot", "name": "Бот", "credentials": credentials},
    )
    assert made.json()["health"] == "connected", made.text
    return Shop(town, workspace, made.json()["id"], client)


async def test_groups_are_picked_from_where_the_bot_is(shop: Shop) -> None:
    chat = await shop.group()
    await shop.group("Болтовня", is_forum=False)

    listed = (await shop.client.get(f"{shop.url}/candidates")).json()["items"]

    assert [(one["title"], one["is_forum"]) for one in listed if one["title"] == "Продажи"] == [("Продажи", True)]
    assert {one["inbox_id"] for one in listed} == {shop.inbox}
    assert all(one["author"] for one in listed)  # a stranger's group is known by its stranger
    picked = await shop.picks(chat)
    assert picked.status_code == 200
    assert (picked.json()["title"], picked.json()["problem"], picked.json()["is_usable"]) == ("Продажи", None, True)
    assert (await shop.client.get(shop.url)).json()["chat"] == chat


async def test_a_group_that_threw_the_bot_out_is_no_candidate(shop: Shop) -> None:
    chat = await shop.group()
    await shop.telegram.throw_out("shop", chat)
    await shop.town.machine.run(2)

    assert (await shop.client.get(f"{shop.url}/candidates")).json()["items"] == []
    refused = await shop.picks(chat)
    assert (refused.status_code, refused.json()["code"]) == (424, "group_gone")


async def test_missing_rights_are_named_and_their_return_is_noticed(shop: Shop) -> None:
    chat = await shop.group(rights=("can_delete_messages",))

    picked = (await shop.picks(chat)).json()
    assert picked["problem"]["code"] == "group_rights_missing"
    assert "управление темами" in picked["problem"]["text"]
    assert set(picked["missing_rights"]) == {"can_manage_topics", "can_pin_messages"}
    assert not picked["is_usable"]

    await shop.telegram.change_rights("shop", chat, ALL_RIGHTS)
    tested = (await shop.client.post(f"{shop.url}/test")).json()
    assert (tested["problem"], tested["missing_rights"], tested["is_usable"]) == (None, [], True)


async def test_a_group_without_topics_is_told_so(shop: Shop) -> None:
    chat = await shop.group(is_forum=False)

    assert (await shop.picks(chat)).json()["problem"]["code"] == "not_a_forum"


async def test_all_inboxes_are_mirrored_new_ones_too_and_each_can_be_left_out(shop: Shop) -> None:
    await shop.picks(await shop.group())
    inboxes = f"/api/v1/workspaces/{shop.workspace}/inboxes"
    credentials = shop.town.machine.outside.present(ChannelKind.AVITO, "avito", "Авито")
    made = await shop.client.post(inboxes, json={"channel": "avito", "name": "Авито", "credentials": credentials})
    assert made.json()["is_mirrored"]

    left_out = await shop.client.delete(f"{shop.url}/inboxes/{made.json()['id']}")

    assert not left_out.json()["is_mirrored"]
    listed = (await shop.client.get(inboxes)).json()["items"]
    assert {one["name"]: one["is_mirrored"] for one in listed} == {"Бот": True, "Авито": False}
    assert (await shop.client.put(f"{shop.url}/inboxes/{made.json()['id']}")).json()["is_mirrored"]


async def test_a_group_is_let_go(shop: Shop) -> None:
    await shop.picks(await shop.group())

    assert (await shop.client.delete(shop.url)).status_code == 204

    gone = await shop.client.get(shop.url)
    assert (gone.status_code, gone.json()["code"]) == (404, "no_work_group")
    assert (await shop.client.delete(shop.url)).status_code == 404
    (inbox,) = (await shop.client.get(f"/api/v1/workspaces/{shop.workspace}/inboxes")).json()["items"]
    assert not inbox["is_mirrored"]


async def test_picking_another_group_replaces_the_first_and_the_same_one_keeps_its_place(shop: Shop) -> None:
    first, second = await shop.group("Первая"), await shop.group("Вторая")
    await shop.picks(first)
    bound = (await shop.client.get(shop.url)).json()["created_at"]
    shop.town.machine.clock.advance(60)

    again = (await shop.picks(first, language="en")).json()
    assert (again["created_at"], again["language"]) == (bound, "en")

    assert (await shop.picks(second)).json()["title"] == "Вторая"
    assert (await shop.client.get(shop.url)).json()["chat"] == second


async def test_only_owners_change_it_and_everybody_sees_it(shop: Shop) -> None:
    chat = await shop.group()
    await shop.picks(chat)
    manager = await shop.town.office.member(shop.workspace, "max", Role.MANAGER)

    assert (await manager.get(shop.url)).status_code == 200
    for answer in (
        await manager.put(shop.url, json={"chat": chat, "inbox_id": shop.inbox}),
        await manager.delete(shop.url),
        await manager.post(f"{shop.url}/test"),
        await manager.delete(f"{shop.url}/inboxes/{shop.inbox}"),
    ):
        assert answer.status_code == 403


@pytest.mark.parametrize("chat", ["", "@group", "12 3", "-", "1" * 30])
async def test_what_is_no_group_is_refused(shop: Shop, chat: str) -> None:
    assert (await shop.picks(chat)).status_code == 422


async def test_a_bot_of_another_workspace_cannot_be_borrowed(shop: Shop) -> None:
    chat = await shop.group()
    stranger = await shop.town.office.person("sven")
    theirs = await shop.town.office.workspace("sven")

    answer = await stranger.put(f"/api/v1/workspaces/{theirs}/work-group", json={"chat": chat, "inbox_id": shop.inbox})

    assert answer.status_code == 404


async def test_an_inbox_of_another_vendor_is_no_bot_and_its_token_goes_nowhere(shop: Shop) -> None:
    chat = await shop.group()
    kind = ChannelKind.WILDBERRIES
    credentials = shop.town.machine.outside.present(kind, "stall", "Лавка")
    assert "token" in credentials
    stall = await shop.client.post(
        f"/api/v1/workspaces/{shop.workspace}/inboxes",
        json={"channel": kind.value, "name": "WB", "credentials": credentials},
    )

    picked = await shop.client.put(shop.url, json={"chat": chat, "inbox_id": stall.json()["id"]})

    assert picked.status_code == 404
