"""Internal functions answer only to who shows a token of ours, where tokens are configured."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from infra.adapters import Ports
from infra.bootstrap import Desk, install
from infra.local.functions import FunctionsHere
from infra.oidc import OidcVerifier
from infra.settings import Settings
from infra.topology import FUNCTIONS, WEBHOOKS
from tests.support.clock import ManualClock
from tests.support.google_tokens import ACCOUNT, AUDIENCE, Google

INTERNAL = sorted(set(FUNCTIONS) - set(WEBHOOKS.values()) - {"channel_webhook"})


@pytest.fixture
async def google(tmp_path: Path) -> AsyncIterator[Google]:
    google = Google(ManualClock())
    settings = Settings(
        data_dir=tmp_path, jwt_secret=SecretStr("x" * 40), push_audience=AUDIENCE, push_accounts=(ACCOUNT,)
    )
    ports = Ports(settings)
    ports.__dict__["verifier"] = OidcVerifier(google.fetch, google.clock, audience=AUDIENCE, emails={ACCOUNT})
    install(Desk(ports))
    yield google
    install(None)


@pytest.mark.parametrize("function", INTERNAL)
async def test_without_a_token_nothing_is_done(google: Google, function: str) -> None:
    assert await FunctionsHere().deliver(function, b"{}", {}) == 401
    assert await FunctionsHere().deliver(function, b"{}", {"authorization": google.token(email="a@b.example")}) == 401


async def test_with_our_token_the_function_works(google: Google) -> None:
    assert await FunctionsHere().deliver("sweep", b"", {"authorization": google.token()}) == 204
