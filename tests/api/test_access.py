"""Who may do what: walked over the route table, so that a new route cannot be forgotten."""

from __future__ import annotations

import httpx
import pytest
from fastapi.routing import APIRoute

from shared.domain.people import Role
from tests.api.office import Office

PUBLIC = {"sign_in", "refresh", "healthz", "readyz", "health"} | {
    *("find_chat", "begin_chat", "say", "ask", "ask_streaming", "chat_history", "chat_events"),
    *("send_chat_file", "open_chat_file", "leave_contacts"),
    *("get_telegram_config", "sign_in_by_widget", "begin_telegram_link", "exchange_telegram_link"),
}
"""Operations that nobody has to be signed in for."""
SOME_ID = "a" * 26


def routes(office: Office) -> list[tuple[str, str, str]]:
    """Operation, method and path of every route, out of the OpenAPI document."""
    return [
        (operation["operationId"], method.upper(), path)
        for path, operations in office.app.openapi()["paths"].items()
        for method, operation in operations.items()
    ]


def in_workspaces(office: Office) -> list[tuple[str, str, str]]:
    return [route for route in routes(office) if "{workspace_id}" in route[2]]


def least_role(operation: str, method: str, path: str) -> Role:
    """What the product promises: viewers read, managers work on conversations, owners do the rest."""
    if operation in ("connect_gmail", "close_conversation") or "/telegram-account/logins" in path:
        return Role.OWNER
    if method == "GET":
        return Role.VIEWER
    return Role.MANAGER if "/conversations/" in path else Role.OWNER


async def call(client: httpx.AsyncClient, method: str, path: str, workspace: str) -> httpx.Response:
    """The route with this workspace and made-up other ids; a body where one could be."""
    address = path.replace("{workspace_id}", workspace).replace("{index}", "0")
    while "{" in address:
        address = address[: address.index("{")] + SOME_ID + address[address.index("}") + 1 :]
    return await client.request(method, address, json=None if method in ("GET", "DELETE") else {})


def test_every_route_has_an_operation_id_of_its_own(office: Office) -> None:
    operations = [operation for operation, _, _ in routes(office)]

    assert len(operations) == len(set(operations))
    assert len(in_workspaces(office)) > 40
    # The document shows every route that there is.
    mounted = [route for route in office.app.routes if isinstance(route, APIRoute)]
    assert all(route.include_in_schema for route in mounted)


async def test_nobody_enters_without_signing_in(office: Office) -> None:
    client = await office.client()

    for operation, method, path in routes(office):
        if operation not in PUBLIC:
            answer = await call(client, method, path, SOME_ID)
            assert answer.status_code == 401, (operation, answer.status_code)


async def test_a_foreign_workspace_is_not_found_on_every_route(office: Office) -> None:
    workspace = await office.workspace("olga")
    stranger = await office.person("boris")
    await office.workspace("boris")

    for operation, method, path in in_workspaces(office):
        if operation == "stream_events":
            continue  # below: an open stream has no end
        answer = await call(stranger, method, path, workspace)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), operation
        unknown = await call(stranger, method, path, SOME_ID)
        assert {**unknown.json(), "instance": ""} == {**answer.json(), "instance": ""}, operation


async def test_a_foreign_workspace_has_no_events(office: Office) -> None:
    workspace = await office.workspace("olga")

    answer = await (await office.person("boris")).get(f"/api/v1/workspaces/{workspace}/events")

    assert answer.status_code == 404


@pytest.mark.parametrize("role", list(Role))
async def test_a_member_gets_exactly_as_far_as_their_role(office: Office, role: Role) -> None:
    workspace = await office.workspace("olga")
    member = await office.member(workspace, role.value, role)

    for operation, method, path in in_workspaces(office):
        if operation == "stream_events":
            continue
        answer = await call(member, method, path, workspace)
        may = role.includes(least_role(operation, method, path))
        assert (answer.status_code != 403) is may, (operation, answer.text)
        assert may or answer.json()["code"] == "role_too_low"


async def test_a_superuser_may_enter_any_workspace_that_exists(office: Office) -> None:
    workspace = await office.workspace("olga")
    admin = await office.person("admin", superuser=True)

    added = await admin.post(
        f"/api/v1/workspaces/{workspace}/members", json={"email": "admin@shop.example", "role": "viewer"}
    )
    missing = await admin.get(f"/api/v1/workspaces/{SOME_ID}")

    assert (added.status_code, missing.status_code) == (201, 404)


async def test_the_platforms_routes_are_for_superusers_only(office: Office) -> None:
    owner = await office.person("olga")

    platform = [route for route in routes(office) if "/admin/" in route[2]]
    answers = [await call(owner, method, path, "") for _, method, path in platform]

    assert len(platform) == 7
    assert {answer.status_code for answer in answers} == {403}


async def test_an_id_of_another_workspace_is_not_found_in_ones_own(office: Office) -> None:
    foreign = await office.workspace("olga")
    inbox = await office.inbox(foreign)
    conversation = await office.letter(inbox, "Пётр")
    own = await office.workspace("boris")
    boris = await office.person("boris")

    answers = [
        await boris.get(f"/api/v1/workspaces/{own}/conversations/{conversation}"),
        await boris.get(f"/api/v1/workspaces/{own}/conversations/{conversation}/messages"),
        await boris.post(f"/api/v1/workspaces/{own}/conversations/{conversation}/send", json={"text": "x"}),
        await boris.post(f"/api/v1/workspaces/{own}/conversations/{conversation}/close"),
        await boris.post(f"/api/v1/workspaces/{own}/conversations/{conversation}/notes", json={"text": "x"}),
        await boris.get(f"/api/v1/workspaces/{own}/inboxes/{inbox.id}"),
        await boris.delete(f"/api/v1/workspaces/{own}/inboxes/{inbox.id}"),
        await boris.post(f"/api/v1/workspaces/{own}/inboxes/{inbox.id}/test"),
    ]

    assert {answer.status_code for answer in answers} == {404}
