"""The dashboard's cookies, and what they do not allow."""

from __future__ import annotations

from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest

from tests.api.office import ORIGIN, Office, desk_in, office_over, sign_in
from tests.support.clock import ManualClock

OURS = {"origin": ORIGIN}
FOREIGN = {"origin": "https://evil.example"}
NEW = {"name": "Лавка"}


@pytest.fixture
async def browser(office: Office) -> httpx.AsyncClient:
    await office.person("olga")
    client = await office.client()
    await sign_in(client, "olga", cookies="true")
    return client


async def test_cookies_hold_the_tokens_and_the_answer_does_not(office: Office) -> None:
    await office.person("olga")
    client = await office.client()
    form = {"username": "olga@shop.example", "password": "correct horse battery", "cookies": "true"}

    answer = await client.post("/api/v1/auth/token", data=form, headers=OURS)

    assert (answer.json()["access_token"], answer.json()["refresh_token"]) == (None, None)
    cookies = {header.split("=")[0]: header for header in answer.headers.get_list("set-cookie")}
    assert set(cookies) == {"parley_access", "parley_refresh"}
    for header in cookies.values():
        assert "httponly" in header.lower()
        assert "samesite=lax" in header.lower()
    assert "path=/api/v1/auth" in cookies["parley_refresh"].lower()


async def test_over_https_the_cookies_are_secure_and_bound_to_the_host(tmp_path: Path) -> None:
    clock = ManualClock()
    desk = desk_in(tmp_path, clock)
    object.__setattr__(desk.ports, "settings", desk.settings.model_copy(update={"public_url": "https://desk.example"}))
    async with office_over(desk, clock) as office:
        await office.person("olga")
        client = await office.client()
        form = {"username": "olga@shop.example", "password": "correct horse battery", "cookies": "true"}

        answer = await client.post("/api/v1/auth/token", data=form)

        cookie = SimpleCookie(answer.headers.get_list("set-cookie")[0])["__Host-parley_access"]
        assert cookie["secure"]
        assert cookie["path"] == "/"


async def test_a_browser_reads_with_its_cookie(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/api/v1/auth/me")).status_code == 200


async def test_a_browser_writes_from_our_own_page_only(browser: httpx.AsyncClient) -> None:
    ours = await browser.post("/api/v1/workspaces", json=NEW, headers=OURS)
    foreign = await browser.post("/api/v1/workspaces", json=NEW, headers=FOREIGN)
    nowhere = await browser.post("/api/v1/workspaces", json=NEW, headers={"origin": "null"})
    none = await browser.post("/api/v1/workspaces", json=NEW)
    scheme = await browser.post("/api/v1/workspaces", json=NEW, headers={"origin": "https://desk.example"})

    assert ours.status_code == 201
    assert [answer.status_code for answer in (foreign, nowhere, none, scheme)] == [403] * 4
    assert foreign.json()["code"] == "foreign_origin"


async def test_a_browser_cannot_be_made_to_post_a_form(browser: httpx.AsyncClient) -> None:
    headers = {**OURS, "content-type": "text/plain"}

    answer = await browser.post("/api/v1/workspaces", content='{"name": "x"}', headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (422, "json_required")


async def test_a_foreign_page_cannot_sign_a_browser_in(office: Office) -> None:
    await office.person("olga")
    client = await office.client()
    form = {"username": "olga@shop.example", "password": "correct horse battery", "cookies": "true"}

    answer = await client.post("/api/v1/auth/token", data=form, headers=FOREIGN)

    assert answer.status_code == 403
    assert not answer.headers.get_list("set-cookie")


async def test_a_bearer_token_needs_no_origin(office: Office) -> None:
    olga = await office.person("olga")

    assert (await olga.post("/api/v1/workspaces", json=NEW, headers=FOREIGN)).status_code == 201


async def test_a_browser_refreshes_without_seeing_a_token(browser: httpx.AsyncClient) -> None:
    before = browser.cookies["parley_access"]

    foreign = await browser.post("/api/v1/auth/refresh", headers=FOREIGN)
    ours = await browser.post("/api/v1/auth/refresh", headers=OURS)

    assert foreign.status_code == 403
    assert ours.json()["refresh_token"] is None
    assert browser.cookies["parley_refresh"].split(".")[1] == "1"
    assert before


async def test_signing_out_takes_the_cookies(browser: httpx.AsyncClient) -> None:
    assert (await browser.post("/api/v1/auth/logout", headers=OURS)).status_code == 204

    assert not browser.cookies
    assert (await browser.get("/api/v1/auth/me")).status_code == 401
