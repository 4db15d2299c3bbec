"""Workspaces and their members, on each kind of document store: they query across workspaces and meet at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.domain.people import Role
from tests.api.office import Office, desk_in, office_over
from tests.conftest import open_store
from tests.support.clock import ManualClock

ROOT = "/api/v1/workspaces"


@pytest.fixture
async def office(store_kind: str, tmp_path: Path) -> AsyncIterator[Office]:
    clock = ManualClock()
    desk = desk_in(tmp_path, clock)
    if store_kind != "sqlite":
        desk.ports.__dict__["store"] = open_store(store_kind, tmp_path)
    async with office_over(desk, clock) as opened:
        yield opened


async def test_the_creator_becomes_the_owner(office: Office) -> None:
    olga = await office.person("olga")

    created = await olga.post(ROOT, json={"name": "Лавка", "slug": "lavka"})
    members = await olga.get(f"{ROOT}/{created.json()['id']}/members")

    assert (created.status_code, created.json()["slug"], created.json()["role"]) == (201, "lavka", "owner")
    assert [(member["email"], member["role"]) for member in members.json()["items"]] == [("olga@shop.example", "owner")]


async def test_a_slug_belongs_to_one_workspace(office: Office) -> None:
    olga = await office.person("olga")
    await olga.post(ROOT, json={"name": "Лавка", "slug": "lavka"})

    again = await olga.post(ROOT, json={"name": "Другая", "slug": "lavka"})

    assert (again.status_code, again.json()["code"]) == (409, "slug_taken")
    assert len((await olga.get(ROOT)).json()["items"]) == 1


async def test_everybody_sees_their_own_workspaces_with_their_role(office: Office) -> None:
    shared = await office.workspace("olga")
    oleg = await office.member(shared, "oleg", Role.VIEWER)
    office.clock.advance(1)
    own = await office.workspace("oleg")

    listed = (await oleg.get(ROOT)).json()

    assert [(item["id"], item["role"]) for item in listed["items"]] == [(shared, "viewer"), (own, "owner")]
    assert listed["next_cursor"] is None


async def test_only_known_users_are_added_and_only_once(office: Office) -> None:
    workspace = await office.workspace("olga")
    await office.member(workspace, "oleg", Role.MANAGER)
    olga = await office.person("olga")

    unknown = await olga.post(f"{ROOT}/{workspace}/members", json={"email": "who@shop.example", "role": "viewer"})
    again = await olga.post(f"{ROOT}/{workspace}/members", json={"email": "oleg@shop.example", "role": "viewer"})

    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_user")
    assert (again.status_code, again.json()["code"]) == (409, "already_member")


async def test_a_removed_member_is_out_at_once(office: Office) -> None:
    workspace = await office.workspace("olga")
    oleg = await office.member(workspace, "oleg", Role.MANAGER)
    olga = await office.person("olga")
    id = (await oleg.get("/api/v1/auth/me")).json()["id"]

    assert (await olga.delete(f"{ROOT}/{workspace}/members/{id}")).status_code == 204

    assert (await oleg.get(f"{ROOT}/{workspace}")).status_code == 404
    assert (await oleg.get(ROOT)).json()["items"] == []


async def test_the_last_owner_stays(office: Office) -> None:
    workspace = await office.workspace("olga")
    olga = await office.person("olga")
    id = (await olga.get("/api/v1/auth/me")).json()["id"]
    address = f"{ROOT}/{workspace}/members/{id}"

    answers = [await olga.delete(address), await olga.patch(address, json={"role": "manager"})]
    unchanged = await olga.patch(address, json={"role": "owner"})

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "last_owner")] * 2
    assert unchanged.status_code == 200


async def test_two_owners_who_remove_each_other_at_once_leave_one(office: Office) -> None:
    workspace = await office.workspace("olga")
    oleg = await office.member(workspace, "oleg", Role.OWNER)
    olga = await office.person("olga")
    ids = [(await client.get("/api/v1/auth/me")).json()["id"] for client in (olga, oleg)]

    await asyncio.gather(
        olga.delete(f"{ROOT}/{workspace}/members/{ids[1]}"), oleg.delete(f"{ROOT}/{workspace}/members/{ids[0]}")
    )

    admin = await office.person("admin", superuser=True)
    members = (await admin.get(f"{ROOT}/{workspace}/members")).json()["items"]
    assert [member["role"] for member in members] == ["owner"]
