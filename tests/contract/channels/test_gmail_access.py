"""Gmail: how access is given, kept, and lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest

from infra.channels.gmail import consent
from shared.errors import (
    CredentialsRejected,
    InvalidInput,
)
from tests.contract.channels.gmail_world import (
    GmailWorld,
    MemoryVault,
    gmail_world,
)


@pytest.fixture
async def gmail() -> AsyncIterator[GmailWorld]:
    async with gmail_world() as world:
        yield world
        assert world.witness.problems == []


async def test_a_revoked_grant_is_the_inboxes_fault(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor

    gmail.sandbox.revoke("shop")

    with pytest.raises(CredentialsRejected) as caught:
        await channel.pull(cursor)
    assert caught.value.vendor_code == "invalid_grant"
    assert (await channel.test()).problem == "credentials_rejected"


async def test_an_expired_access_token_is_renewed_on_the_way(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    await gmail.sandbox.write("shop", "Anna", "Hello")

    gmail.clock.advance(7200)

    assert len((await channel.pull(cursor)).arrivals) == 1


async def test_an_access_token_outlives_the_process_that_earned_it(gmail: GmailWorld) -> None:
    vault = MemoryVault(gmail.clock)
    await gmail.channel(vault=vault).pull(None)

    later = gmail.channel(vault=vault, google_oauth_url="http://127.0.0.1:9")

    assert (await later.pull(None)).cursor


async def test_a_grant_without_the_mail_scope_says_so(gmail: GmailWorld) -> None:
    gmail.sandbox.narrow("shop")

    with pytest.raises(CredentialsRejected) as caught:
        await gmail.channel().pull(None)
    assert caught.value.code == "scope_missing"
    assert (await gmail.channel().test()).problem == "scope_missing"


async def _consented(gmail: GmailWorld, scope: str | None = None) -> dict[str, str]:
    redirect = "http://127.0.0.1/callback"
    url, verifier = consent.start("state-1", redirect, gmail.vendors())
    if scope is not None:
        url = url.replace("gmail.modify", scope)
    answer = await gmail.http.get(url)
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back["state"] == ["state-1"]
    return await consent.finish(back["code"][0], verifier, redirect, gmail.vendors(), gmail.http)


async def test_a_consent_gives_credentials_that_open_the_mailbox(gmail: GmailWorld) -> None:
    credentials = await _consented(gmail)

    assert credentials == dict(gmail.sandbox.open_account("owner"))


async def test_a_consent_without_the_mail_box_ticked_is_refused(gmail: GmailWorld) -> None:
    with pytest.raises(InvalidInput) as caught:
        await _consented(gmail, scope="gmail.labels")

    assert caught.value.code == "scope_missing"


async def test_a_code_serves_once_and_only_with_its_verifier(gmail: GmailWorld) -> None:
    redirect = "http://127.0.0.1/callback"
    url, _ = consent.start("state-1", redirect, gmail.vendors())
    code = parse_qs(urlsplit((await gmail.http.get(url)).headers["location"]).query)["code"][0]

    with pytest.raises(InvalidInput) as caught:
        await consent.finish(code, "another verifier", redirect, gmail.vendors(), gmail.http)

    assert caught.value.code == "consent_failed"
