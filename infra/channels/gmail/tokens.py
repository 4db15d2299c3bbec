"""Google's token endpoint. One try a call: google-auth's own refresh would retry and sleep in our thread."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx

from infra.channels import remedies
from infra.channels.calling import call_vendor
from infra.channels.context import ChannelContext
from infra.settings import VendorSettings
from shared.errors import ChannelUnavailable, CredentialsRejected

SCOPE = "https://www.googleapis.com/auth/gmail.modify"
_VAULT_NAME = "gmail_access_token"
_MARGIN = timedelta(seconds=60)


class AccessTokens:
    """The access token of one inbox: from the vault while it lives, else earned with the refresh token."""

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._token: str | None = None
        self._refreshing = asyncio.Lock()

    async def current(self) -> str:
        """A token that should work. Raises `CredentialsRejected`, `ChannelUnavailable`."""
        async with self._refreshing:
            if self._token is None:
                self._token = await self._context.vault.get(_VAULT_NAME) or await self._earn()
            return self._token

    async def instead_of(self, stale: str) -> str:
        """A newer token than one that Google refused; calls that run at once share it."""
        async with self._refreshing:
            if self._token in (None, stale):
                self._token = await self._earn()
            return self._token or ""

    async def _earn(self) -> str:
        answer = await ask_for_token(
            self._context.http,
            self._context.vendors,
            {"grant_type": "refresh_token", "refresh_token": self._context.credentials.get("refresh_token", "")},
        )
        if not has_scope(answer):
            raise CredentialsRejected("the permission to read and send mail is missing", code=remedies.SCOPE)
        lifetime = timedelta(seconds=int(answer.get("expires_in", 3600)))
        token = str(answer["access_token"])
        await self._context.vault.put(
            _VAULT_NAME, token, expires_at=self._context.clock.now() + max(lifetime - _MARGIN, _MARGIN)
        )
        return token


async def ask_for_token(http: httpx.AsyncClient, vendors: VendorSettings, form: Mapping[str, str]) -> dict[str, Any]:
    """One call of the token endpoint. Raises `CredentialsRejected` (for good) or `ChannelUnavailable`."""
    client = {"client_id": vendors.google_client_id, "client_secret": vendors.google_client_secret.get_secret_value()}
    request = http.build_request("POST", f"{vendors.google_oauth_url}/token", data={**client, **form})
    response = await call_vendor(http, request, repeatable=True)
    try:
        answer = response.json()
    except ValueError as error:
        raise ChannelUnavailable(f"the token endpoint answered {response.status_code} without JSON") from error
    if not response.is_success:
        refused = str(answer.get("error", "")) if isinstance(answer, dict) else ""
        raise CredentialsRejected("Google refused the authorisation", code=remedies.WRONG, vendor_code=refused)
    if not isinstance(answer, dict) or "access_token" not in answer:
        raise ChannelUnavailable("the token endpoint answered without a token")
    return answer


async def revoke(http: httpx.AsyncClient, vendors: VendorSettings, refresh_token: str) -> None:
    """Give the grant back. Raises `ChannelUnavailable`; a token that is dead already is fine."""
    request = http.build_request("POST", f"{vendors.google_oauth_url}/revoke", data={"token": refresh_token})
    await call_vendor(http, request, repeatable=True)


def has_scope(answer: Mapping[str, Any]) -> bool:
    """Whether the customer left our box ticked; an answer that names no scopes grants what was asked."""
    return "scope" not in answer or SCOPE in str(answer["scope"]).split()
