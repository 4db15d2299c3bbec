"""The access token: earned with the client's credentials, kept in memory and in the vault for a day."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx

from infra.channels.avito.refusals import as_json
from infra.channels.calling import call_vendor
from infra.channels.context import ChannelContext
from infra.channels.remedies import TARIFF, WRONG
from shared.domain.model import EPOCH
from shared.errors import ChannelUnavailable, CredentialsRejected

NAME = "access_token"
LIFE = timedelta(hours=24)
EARLY = timedelta(minutes=5)
TRUSTED = timedelta(minutes=10)
"""How long a token from the vault is used before the vault, which knows its end, is asked again."""
_WRONG_CREDENTIALS = {400, 401, 403}


class Tokens:
    """One account's token. Two workers that renew at once are harmless: each uses its own."""

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._token = ""
        self._until = EPOCH

    async def current(self) -> str:
        """A token that should work."""
        now = self._context.clock.now()
        if now < self._until:
            return self._token
        kept = await self._context.vault.get(NAME)
        if not kept:
            return await self.renewed()
        self._token, self._until = kept, now + TRUSTED
        return kept

    async def renewed(self) -> str:
        """A new token. Raises `CredentialsRejected` where Avito gives none."""
        asked_at = self._context.clock.now()
        answer = await self._ask()
        life = _life(answer.get("expires_in"))
        self._token, self._until = answer["access_token"], asked_at + life - min(EARLY, life / 10)
        await self._context.vault.put(NAME, self._token, expires_at=self._until)
        return self._token

    async def _ask(self) -> dict[str, Any]:
        context = self._context
        form = {
            "grant_type": "client_credentials",
            "client_id": context.credentials.get("client_id", ""),
            "client_secret": context.credentials.get("client_secret", ""),
        }
        request = context.http.build_request("POST", context.vendors.avito_api_url.rstrip("/") + "/token", data=form)
        return _understood(await call_vendor(context.http, request, repeatable=True))


def _understood(response: httpx.Response) -> dict[str, Any]:
    """The answer with a token in it; Avito also refuses with a 200 that has none."""
    answer = as_json(response)
    if response.status_code == 402:
        raise CredentialsRejected("Avito asks for a paid subscription", code=TARIFF, vendor_code="402")
    if not isinstance(answer, dict) or not (response.is_success or response.status_code in _WRONG_CREDENTIALS):
        raise ChannelUnavailable(f"no token: Avito answered {response.status_code}")
    token = answer.get("access_token")
    if not response.is_success or not isinstance(token, str) or not token:
        word = _word(answer.get("error"))
        raise CredentialsRejected("Avito does not know these credentials", code=WRONG, vendor_code=word)
    return answer


def _word(error: Any) -> str:
    """The error's code where it is one: a free text might repeat what we sent."""
    return error if isinstance(error, str) and re.fullmatch(r"[a-z_]{1,40}", error) else ""


def _life(seconds: Any) -> timedelta:
    is_life = isinstance(seconds, int | float) and 0 < seconds <= LIFE.total_seconds()
    return timedelta(seconds=seconds) if is_life else LIFE
