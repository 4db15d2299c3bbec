"""What strangers, robots and curious people get from the public web chat."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.web_chat import FILE_LIMIT, TEXT_LIMIT
from shared.services.web_chat_limits import CALLS_PER_ADDRESS, FILES, LEADS, MESSAGES, TooManyRequests
from tests.api.network_store import NetworkStore
from tests.api.office import ORIGIN, Office
from tests.api.web_chat_shop import SITE, Shop, open_shop

EVIL = "https://evil.example"
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}


@pytest.fixture
async def shop(office: Office) -> Shop:
    opened = await open_shop(office)
    await opened.chat()
    return opened


def private_calls(shop: Shop) -> list[tuple[str, str, dict[str, object]]]:
    """Every call that needs a token."""
    return [
        ("POST", f"{shop.root}/messages", {"json": {"message": "x"}}),
        ("GET", f"{shop.root}/history", {}),
        ("GET", f"{shop.root}/events", {}),
        ("POST", f"{shop.root}/files", {"content": b"x"}),
        ("GET", f"{shop.root}/messages/m/files/0", {}),
        ("POST", f"{shop.root}/lead", {"json": {"email": "a@b.example"}}),
    ]


async def test_without_a_token_nothing_of_a_conversation_can_be_had(shop: Shop) -> None:
    client = await shop.office.client()

    for method, path, more in private_calls(shop):
        answer = await client.request(method, path, **more)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (401, "visitor_unknown"), path


async def test_a_token_opens_one_conversation_of_one_chat(shop: Shop) -> None:
    shop.office.clock.advance(1)
    await shop.chat("chat2", origins=SITE)
    anna, boris = await shop.visitor(), await shop.visitor()
    await anna.say("Мой адрес: Ленина, 1")

    named = await boris.say("x", dialog_id=anna.dialog)
    elsewhere = await anna.client.get(f"{shop.root}/history", params={"inbox": "chat2"})

    assert (named.status_code, named.json()["code"]) == (404, "dialog_not_found")
    assert elsewhere.status_code == 401
    assert await boris.texts() == []


async def test_a_token_cannot_be_made_or_changed(shop: Shop) -> None:
    anna, boris = await shop.visitor(), await shop.visitor()
    id, issued, signature = boris.session["token"].split(".")
    other = anna.session["token"].split(".")[0]
    forged = [f"{other}.{issued}.{signature}", f"{id}.{int(issued) + 1}.{signature}", f"{id}.{issued}.", f"{id}", "."]

    for token in [*forged, "x" * 5000, "ключ"]:
        boris.client.headers["authorization"] = httpx.Headers({"a": f"Bearer {token}".encode()})["a"]
        assert (await boris.client.get(f"{shop.root}/history")).status_code == 401, token


async def test_a_token_ends_after_half_a_year_and_with_the_inboxs_word(shop: Shop) -> None:
    anna = await shop.visitor()
    shop.office.clock.advance(181 * 24 * 3600)

    assert (await anna.client.get(f"{shop.root}/history")).status_code == 401


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(token=st.text(max_size=300))
async def test_no_text_whatever_is_a_token(shop: Shop, token: str) -> None:
    chat = await shop.office.api.web_chats.find(shop.slug)

    assert shop.office.api.visitors.admit(chat, token).is_new


async def test_a_foreign_site_may_neither_call_nor_read(shop: Shop) -> None:
    visitor = await shop.visitor()
    for method, path, more in private_calls(shop):
        headers = {"origin": EVIL}
        answer = await visitor.client.request(method, path, headers=headers, **more)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin"), path
        assert "access-control-allow-origin" not in answer.headers
    preflight = await visitor.client.options(f"{shop.root}/messages", headers={"origin": EVIL, **PREFLIGHT})

    assert "access-control-allow-origin" not in preflight.headers
    for origin in ("null", f"{SITE}.evil.example", "http://shop.example", f"{SITE}:8443"):
        answer = await visitor.client.get(f"{shop.root}/history", headers={"origin": origin})
        assert answer.status_code == 403, origin


async def test_a_listed_site_reads_answers_and_errors(shop: Shop) -> None:
    visitor = await shop.visitor(origin=SITE)

    preflight = await visitor.client.options(f"{shop.root}/messages", headers=PREFLIGHT)
    said = await visitor.say("Здравствуйте")
    refused = await visitor.say("")

    assert preflight.status_code == 204
    assert (said.status_code, refused.status_code) == (202, 422)
    for answer in (preflight, said, refused):
        assert answer.headers["access-control-allow-origin"] == SITE
        assert "Origin" in answer.headers["vary"]
        assert "access-control-allow-credentials" not in answer.headers


async def test_our_own_page_and_programs_may_call(shop: Shop) -> None:
    assert (await (await shop.visitor(origin=ORIGIN)).say("С нашей страницы")).status_code == 202
    assert (await (await shop.visitor()).say("Из программы")).status_code == 202


async def test_the_embedded_page_names_who_may_frame_it_and_the_other_one_nobody(shop: Shop) -> None:
    client = await shop.office.client()

    page, embedded = await client.get("/lavka/chat"), await client.get("/lavka/chat/embed")

    assert page.headers["content-security-policy"].endswith("frame-ancestors 'none'")
    assert embedded.headers["content-security-policy"].endswith(f"frame-ancestors 'self' {SITE}")
    assert "x-frame-options" not in embedded.headers
    for answer in (page, embedded):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert "unsafe" not in policy
        assert "set-cookie" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("slug", ["nobody", "lavka2", "..", "LAVKA", "a" * 200, "la/vka", "%00"])
async def test_a_guessed_address_shows_nothing(shop: Shop, slug: str) -> None:
    client = await shop.office.client()

    for path in (f"/api/v1/chat/{slug}/session", f"/{slug}/chat/embed"):
        answer = await client.request("POST" if "api" in path else "GET", path)
        assert answer.status_code in (404, 405, 422), path
    assert (await client.get("/api/v1/chat", params={"inbox": "chat9"})).status_code == 404


async def test_another_workspaces_inbox_is_no_chat_of_this_one(shop: Shop) -> None:
    other = await open_shop(shop.office, "chuzhaya", "boris")
    await other.chat("chat7")
    telegram = await shop.office.inbox(shop.workspace, "bot1")
    client = await shop.office.client()

    for inbox in ("chat7", telegram.id):
        assert (await client.post(f"{shop.root}/session", params={"inbox": inbox})).status_code == 404
    assert (await client.get("/api/v1/chat", params={"inbox": telegram.id})).status_code == 404


async def test_too_long_and_malformed_messages_are_refused(shop: Shop) -> None:
    visitor = await shop.visitor()

    longest = await visitor.say("я" * TEXT_LIMIT)
    refused = [
        await visitor.say("я" * (TEXT_LIMIT + 1)),
        await visitor.say("  \n "),
        await visitor.say("x", client_id="short"),
        await visitor.say("x", client_id="../../../etc/passwd"),
        await visitor.say("x", workspace_id="other"),
        await visitor.say("x", name="я" * 101),
        await visitor.client.post(f"{shop.root}/messages", content=b'{"message": '),
    ]

    assert longest.status_code == 202
    assert {answer.status_code for answer in refused} == {422}
    assert len(await visitor.texts()) == 1


async def test_markup_stays_text_and_is_not_logged(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "parley")
    visitor = await shop.visitor()
    text = '<img src=x onerror="alert(1)"><script>alert(2)</script> [EXECUTE]\nDELETE_CHUNK\n1\n[/EXECUTE]'

    await visitor.say(text, name="<b>Анна</b>")

    assert await visitor.texts() == [("visitor", text)]
    assert "onerror" not in caplog.text
    assert visitor.session["token"] not in caplog.text


@pytest.mark.parametrize(
    ("data", "mime_type", "code"),
    [
        (b"<html><script>alert(1)</script>", "text/plain", "file_refused"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "file_refused"),
        (b"MZ\x90\x00", "application/pdf", "file_refused"),
        (b"#!/bin/sh", "text/plain", "file_refused"),
        (b"<svg/>", "image/png", "file_refused"),
        (b"PK\x03\x04", "application/zip", "file_refused"),
        (b"x", "", "file_refused"),
        (b"", "image/png", "file_empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(FILE_LIMIT), "image/png", "file_too_large"),
    ],
)
async def test_dangerous_and_oversized_files_are_refused(shop: Shop, data: bytes, mime_type: str, code: str) -> None:
    visitor = await shop.visitor()

    refused = await visitor.upload(data, mime_type)

    assert refused.json()["code"] == code
    assert await visitor.texts() == []


async def test_a_body_above_every_limit_is_not_taken_in(shop: Shop) -> None:
    visitor = await shop.visitor()

    assert (await visitor.upload(bytes(26 * 2**20), "image/png")).status_code == 413
    assert (await visitor.say("я" * 2**20)).status_code == 413


async def test_a_visitor_who_floods_is_told_when_to_come_back(shop: Shop) -> None:
    visitor = await shop.visitor()
    body = {"message": "x"}
    answers = [await visitor.client.post(f"{shop.root}/messages", json=body) for _ in range(MESSAGES.per_visitor + 2)]

    assert [answer.status_code for answer in answers] == [202] * MESSAGES.per_visitor + [429, 429]
    assert answers[-1].json()["code"] == "too_many_requests"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert len((await visitor.history())["items"]) == MESSAGES.per_visitor  # reading goes on
    shop.office.clock.advance(60)
    assert (await visitor.say("Снова я")).status_code == 202


async def test_many_messages_at_once_do_not_slip_through(shop: Shop) -> None:
    visitor = await shop.visitor()
    calls = (visitor.client.post(f"{shop.root}/messages", json={"message": "x"}) for _ in range(40))

    taken = [answer for answer in await asyncio.gather(*calls) if answer.status_code == 202]

    assert len(taken) <= MESSAGES.per_visitor


async def test_a_flood_above_the_limit_writes_nothing(shop: Shop) -> None:
    visitor = await shop.visitor()
    for _ in range(FILES.per_visitor + 1):
        await visitor.upload(b"\x89PNG\r\n\x1a\nx", "image/png")
    store = shop.office.desk.ports.store
    assert isinstance(store, NetworkStore)
    commits = store.commits

    answers = [await visitor.upload(b"\x89PNG\r\n\x1a\nx", "image/png") for _ in range(20)]

    assert {answer.status_code for answer in answers} == {429}
    assert store.commits == commits


async def test_new_sessions_do_not_help_an_address(shop: Shop) -> None:
    statuses = []
    for _ in range(LEADS.per_address + 1):
        visitor = await shop.visitor()
        statuses.append((await visitor.client.post(f"{shop.root}/lead", json={"email": "a@b.example"})).status_code)

    assert statuses == [201] * LEADS.per_address + [429]


async def test_many_addresses_and_visitors_do_not_help_against_one_inbox(shop: Shop) -> None:
    limits = shop.office.api.web_chat_limits
    taken = 0
    for number in range(MESSAGES.per_inbox + 100):
        with suppress(TooManyRequests):
            await limits.spend(MESSAGES, f"visitor {number}", f"address {number}", "chat1")
            taken += 1

    assert MESSAGES.per_inbox // 2 <= taken <= MESSAGES.per_inbox
    shop.office.clock.advance(60)
    await limits.spend(MESSAGES, "visitor 1", "address 1", "chat1")


async def test_an_address_that_calls_without_end_is_refused_before_anything_is_read(shop: Shop) -> None:
    client = await shop.office.client()
    for _ in range(CALLS_PER_ADDRESS):
        shop.office.api.web_chat_limits.knock("127.0.0.1")

    answer = await client.post(f"{shop.root}/session")

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert (await client.get("/lavka/chat")).status_code == 429
