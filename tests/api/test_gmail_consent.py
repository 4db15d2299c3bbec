"""Connecting a mailbox through the simulated consent page."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from shared.domain.people import Role
from tests.api.conftest import Town
from tests.api.office import files_of

CALLBACK = "/api/v1/inboxes/gmail/callback"


async def consent(client: httpx.AsyncClient, workspace: str) -> str:
    """The browser goes to Google and agrees; where Google sends it back to."""
    sent = await client.get(f"/api/v1/workspaces/{workspace}/inboxes/gmail/connect")
    assert sent.status_code == 303, sent.text
    async with httpx.AsyncClient() as browser:
        back = (await browser.get(sent.headers["location"])).headers["location"]
    parts = urlsplit(back)
    assert parts.path == CALLBACK
    return f"{parts.path}?{parts.query}"


def told(answer: httpx.Response) -> dict[str, list[str]]:
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)


@pytest.fixture
async def workspace(town: Town) -> str:
    return await town.office.workspace("olga")


async def test_a_consent_connects_the_mailbox(town: Town, workspace: str) -> None:
    olga = await town.office.person("olga")

    answer = told(await olga.get(await consent(olga, workspace)))

    (inbox,) = (await olga.get(f"/api/v1/workspaces/{workspace}/inboxes")).json()["items"]
    assert answer == {"connected": [inbox["id"]]}
    assert (inbox["account"], inbox["health"]) == ("owner@shop.example", "connected")


async def test_a_second_consent_for_the_same_mailbox_repairs_its_inbox(town: Town, workspace: str) -> None:
    olga = await town.office.person("olga")

    first = told(await olga.get(await consent(olga, workspace)))
    second = told(await olga.get(await consent(olga, workspace)))

    assert first == second
    assert len((await olga.get(f"/api/v1/workspaces/{workspace}/inboxes")).json()["items"]) == 1


async def test_a_mailbox_of_another_workspace_is_not_taken_over(town: Town, workspace: str) -> None:
    olga, boris = await town.office.person("olga"), await town.office.person("boris")
    await olga.get(await consent(olga, workspace))
    other = await town.office.workspace("boris")

    assert told(await boris.get(await consent(boris, other))) == {"connect_error": ["mailbox_taken"]}


async def test_a_state_works_once_for_its_own_session_and_for_ten_minutes(town: Town, workspace: str) -> None:
    olga = await town.office.person("olga")
    mallory = await town.office.member(workspace, "mallory", Role.OWNER)
    used = await consent(olga, workspace)
    await olga.get(CALLBACK, params={"state": parse_qs(urlsplit(used).query)["state"][0], "error": "access_denied"})
    stolen, late = await consent(olga, workspace), await consent(olga, workspace)

    refused = [await olga.get(used), await mallory.get(stolen), await olga.get(f"{CALLBACK}?state=x&code=y")]
    town.office.clock.advance(600)
    refused.append(await olga.get(late))

    assert [told(answer) for answer in refused] == [{"connect_error": ["consent_failed"]}] * 4


async def test_a_refused_consent_is_told_to_the_dashboard(town: Town, workspace: str) -> None:
    olga = await town.office.person("olga")
    state = parse_qs(urlsplit(await consent(olga, workspace)).query)["state"][0]

    answer = await olga.get(CALLBACK, params={"state": state, "error": "access_denied"})

    assert told(answer) == {"connect_error": ["consent_failed"]}
    assert (await olga.get(f"/api/v1/workspaces/{workspace}/inboxes")).json()["items"] == []


async def test_the_state_and_the_verifier_are_not_stored_in_the_open(town: Town, workspace: str) -> None:
    olga = await town.office.person("olga")
    state = parse_qs(urlsplit(await consent(olga, workspace)).query)["state"][0]

    stored = files_of(town.machine.settings.data_dir)

    assert b"consents" in stored
    assert state.encode() not in stored
