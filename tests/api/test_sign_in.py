"""Signing in: passwords, access tokens, refresh tokens, sessions."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import httpx
import jwt
import pytest

from shared.errors import InvalidInput
from tests.api.office import PASSWORD, Office, desk_in, files_of, sign_in
from tests.support.clock import ManualClock

ME = "/api/v1/auth/me"


async def attempt(client: httpx.AsyncClient, email: str, password: str, address: str = "10.0.0.1") -> httpx.Response:
    form = {"username": email, "password": password, "grant_type": "password"}
    return await client.post("/api/v1/auth/token", data=form, headers={"x-forwarded-for": address})


async def refresh(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.post("/api/v1/auth/refresh", json={"refresh_token": token})


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def test_the_tokens_of_a_sign_in_open_the_api(office: Office) -> None:
    await office.person("olga")
    client = await office.client()

    tokens = await sign_in(client, "olga")
    me = await client.get(ME, headers=bearer(tokens["access_token"]))

    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 15 * 60)
    assert me.json()["email"] == "olga@shop.example"
    assert set(me.json()) == {"id", "email", "name", "language", "is_superuser", "session_id"}


async def test_the_address_may_be_written_in_capitals(office: Office) -> None:
    await office.person("olga")

    assert (await attempt(await office.client(), " OLGA@Shop.Example ", PASSWORD)).status_code == 200


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(office: Office) -> None:
    await office.person("olga")
    client = await office.client()

    wrong = await attempt(client, "olga@shop.example", "wrong password")
    unknown = await attempt(client, "nobody@shop.example", "wrong password")
    nonsense = await attempt(client, "not/an address", "wrong password")

    assert wrong.status_code == 401
    assert wrong.json() == unknown.json() == nonsense.json()


async def test_after_five_failures_in_a_minute_even_the_right_password_must_wait(office: Office) -> None:
    await office.person("olga")
    client = await office.client()
    for number in range(5):
        assert (await attempt(client, "olga@shop.example", "guess", f"10.0.0.{number}")).status_code == 401

    refused = await attempt(client, "olga@shop.example", PASSWORD, "10.0.0.9")
    office.clock.advance(int(refused.headers["retry-after"]))
    later = await attempt(client, "olga@shop.example", PASSWORD)

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert later.status_code == 200


async def test_many_guesses_at_once_do_not_slip_through(office: Office) -> None:
    await office.person("olga")
    client = await office.client()

    answers = await asyncio.gather(*(attempt(client, "olga@shop.example", "guess", f"10.1.0.{n}") for n in range(12)))

    assert [answer.status_code for answer in answers].count(401) <= 5


async def test_one_address_gets_twenty_failures_over_all_accounts(office: Office) -> None:
    client = await office.client()
    for number in range(20):
        assert (await attempt(client, f"user{number}@shop.example", "guess")).status_code == 401

    assert (await attempt(client, "other@shop.example", "guess")).status_code == 429
    assert (await attempt(client, "other@shop.example", "guess", "10.0.0.2")).status_code == 401


async def test_successful_sign_ins_are_not_counted(office: Office) -> None:
    await office.person("olga")
    client = await office.client()

    answers = [await attempt(client, "olga@shop.example", PASSWORD) for _ in range(7)]

    assert {answer.status_code for answer in answers} == {200}


async def test_forged_and_expired_access_tokens_are_refused(office: Office) -> None:
    await office.person("olga")
    client = await office.client()
    token = (await sign_in(client, "olga"))["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    forgeries = [
        jwt.encode(claims, None, algorithm="none"),
        jwt.encode(claims, "another key that is long enough to sign", algorithm="HS256"),
        jwt.encode({**claims, "sid": "a" * 26}, "x" * 64, algorithm="HS512"),
        token[:-4] + "AAAA",
        "",
        "not a token",
    ]

    answers = [await client.get(ME, headers=bearer(forged)) for forged in forgeries]
    office.clock.advance(15 * 60)
    expired = await client.get(ME, headers=bearer(token))

    assert {answer.status_code for answer in answers} == {401}
    assert answers[0].headers["www-authenticate"] == "Bearer"
    assert (expired.status_code, expired.json()["code"]) == (401, "token_expired")


async def test_a_refresh_token_gives_the_next_pair_of_the_same_session(office: Office) -> None:
    await office.person("olga")
    client = await office.client()
    first = await sign_in(client, "olga")

    second = (await refresh(client, first["refresh_token"])).json()
    third = (await refresh(client, second["refresh_token"])).json()

    sessions = {
        (await client.get(ME, headers=bearer(pair["access_token"]))).json()["session_id"]
        for pair in (first, second, third)
    }
    assert len(sessions) == 1
    assert len({pair["refresh_token"] for pair in (first, second, third)}) == 3


async def test_a_refresh_token_that_comes_back_ends_the_session_at_once(office: Office) -> None:
    await office.person("olga")
    client = await office.client()
    first = await sign_in(client, "olga")
    second = (await refresh(client, first["refresh_token"])).json()
    assert (await client.get(ME, headers=bearer(second["access_token"]))).status_code == 200

    reused = await refresh(client, first["refresh_token"])

    assert (reused.status_code, reused.json()["code"]) == (401, "refresh_reused")
    assert (await client.get(ME, headers=bearer(second["access_token"]))).status_code == 401
    assert (await refresh(client, second["refresh_token"])).status_code == 401


async def test_of_two_refreshes_at_once_one_wins_at_most_and_the_session_ends(office: Office) -> None:
    await office.person("olga")
    client = await office.client()
    token = (await sign_in(client, "olga"))["refresh_token"]

    answers = await asyncio.gather(refresh(client, token), refresh(client, token))

    winners = [answer for answer in answers if answer.status_code == 200]
    assert len(winners) <= 1
    for winner in winners:
        assert (await refresh(client, winner.json()["refresh_token"])).status_code == 401


async def test_a_made_up_refresh_token_does_not_end_anybodys_session(office: Office) -> None:
    await office.person("olga")
    client = await office.client()
    tokens = await sign_in(client, "olga")
    session = tokens["refresh_token"].partition(".")[0]

    for forged in (f"{session}.0.{'A' * 43}", f"{session}.9.x", session, "", "..", f"{session}.x.y", "../users/x.0.a"):
        assert (await refresh(client, forged)).status_code == 401

    assert (await refresh(client, tokens["refresh_token"])).status_code == 200


async def test_a_session_ends_after_thirty_days_however_often_it_is_refreshed(office: Office) -> None:
    await office.person("olga")
    client = await office.client()
    token = (await sign_in(client, "olga"))["refresh_token"]
    for _ in range(3):
        office.clock.advance(9 * 86400)
        token = (await refresh(client, token)).json()["refresh_token"]

    office.clock.advance(3 * 86400)

    assert (await refresh(client, token)).status_code == 401


async def test_signing_out_stops_the_access_token_at_once(office: Office) -> None:
    await office.person("olga")
    client = await office.client()
    tokens = await sign_in(client, "olga")

    assert (await client.post("/api/v1/auth/logout", headers=bearer(tokens["access_token"]))).status_code == 204

    assert (await client.get(ME, headers=bearer(tokens["access_token"]))).status_code == 401
    assert (await refresh(client, tokens["refresh_token"])).status_code == 401


async def test_a_user_sees_their_sessions_and_ends_one(office: Office) -> None:
    olga, oleg = await office.person("olga"), await office.person("oleg")
    other = await sign_in(await office.client(**{"user-agent": "Phone"}), "olga")

    listed = (await olga.get("/api/v1/auth/sessions")).json()["items"]
    phone = next(session for session in listed if session["user_agent"] == "Phone")
    by_stranger = await oleg.delete(f"/api/v1/auth/sessions/{phone['id']}")
    ended = await olga.delete(f"/api/v1/auth/sessions/{phone['id']}")

    assert [session["is_current"] for session in listed].count(True) == 1
    assert (by_stranger.status_code, ended.status_code) == (404, 204)
    assert (await olga.get(ME, headers=bearer(other["access_token"]))).status_code == 401
    assert len((await olga.get("/api/v1/auth/sessions")).json()["items"]) == 1


async def test_a_session_that_another_process_revoked_ends_within_seconds(office: Office) -> None:
    olga = await office.person("olga")
    session = (await olga.get(ME)).json()["session_id"]

    await office.api.sessions.change(session, {"revoked_at": office.clock.now()})
    office.clock.advance(5)

    assert (await olga.get(ME)).status_code == 401


async def test_a_new_password_ends_all_sessions(office: Office) -> None:
    olga = await office.person("olga")

    await office.api.accounts.put("olga@shop.example", "another password")

    assert (await olga.get(ME)).status_code == 401
    assert (await attempt(await office.client(), "olga@shop.example", PASSWORD)).status_code == 401


async def test_neither_password_nor_refresh_token_is_stored(office: Office, tmp_path: Path) -> None:
    await office.person("olga")
    tokens = await sign_in(await office.client(), "olga")

    stored = files_of(tmp_path)

    assert b"olga@shop.example" in stored
    assert PASSWORD.encode() not in stored
    assert tokens["refresh_token"].rpartition(".")[2].encode() not in stored


async def test_a_session_document_carries_the_timestamp_that_the_store_removes_it_by(office: Office) -> None:
    olga = await office.person("olga")
    session = (await olga.get(ME)).json()["session_id"]

    document = await office.desk.ports.store.get(f"sessions/{session}")

    assert document is not None
    assert document.data["expire_at"] == datetime(2026, 12, 20, 12, 0, tzinfo=UTC)


async def test_the_key_that_signs_tokens_survives_a_restart(office: Office, tmp_path: Path) -> None:
    olga = await office.person("olga")
    token = olga.headers["authorization"].removeprefix("Bearer ")

    from api.context import Api
    from api.events import Pace

    again = Api(desk_in(tmp_path, office.clock), Pace(1))
    claims = await again.tokens.read(token)
    await again.desk.ports.store.close()

    assert claims.session_id


@pytest.mark.parametrize("secret", [None, "short"])
def test_outside_the_embedded_stack_a_start_without_a_strong_secret_names_the_setting(
    tmp_path: Path, secret: str | None
) -> None:
    from api.app import create_app

    with pytest.raises(InvalidInput, match="PARLEY_JWT_SECRET"):
        create_app(desk_in(tmp_path, ManualClock(), stack="emulators", jwt_secret=secret))
