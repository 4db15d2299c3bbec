"""How we prove who we are: a password, or an access token (XOAUTH2) that is renewed when it has died."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from infra.channels.calling import call_vendor
from infra.channels.context import ChannelContext
from infra.channels.imap.dialling import checked_addresses, is_simulated
from infra.channels.remedies import EXPIRED, WRONG
from shared.errors import ChannelUnavailable, CredentialsRejected

_VAULT_NAME = "mail_access_token"
_MARGIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Login:
    """What a mail server is shown; one of the two."""

    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


class Logins:
    """The login of one inbox. Credentials: `password`, or `access_token`, or `refresh_token` with `token_url`,
    `client_id` and `client_secret`."""

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._given = context.credentials
        self._token: str | None = None
        self._renewing = asyncio.Lock()

    @property
    def can_renew(self) -> bool:
        """Whether a refused login may be tried again with a newer one."""
        return bool(self._given.get("refresh_token"))

    async def current(self) -> Login:
        """A login that should work. Raises `CredentialsRejected`, `ChannelUnavailable`."""
        if self.can_renew:
            async with self._renewing:
                if self._token is None:
                    self._token = await self._context.vault.get(_VAULT_NAME) or await self._earn()
                return Login(token=self._token)
        return Login(self._given.get("password", ""), self._given.get("access_token", ""))

    async def instead_of(self, stale: Login) -> Login:
        """A newer login than one that was refused; calls that run at once share it."""
        async with self._renewing:
            if self._token in (None, stale.token):
                self._token = await self._earn()
            return Login(token=self._token or "")

    async def _earn(self) -> str:
        answer = await self._ask()
        token = str(answer["access_token"])
        lifetime = timedelta(seconds=_seconds(answer.get("expires_in")))
        expires_at = self._context.clock.now() + max(lifetime - _MARGIN, _MARGIN)
        await self._context.vault.put(_VAULT_NAME, token, expires_at=expires_at)
        return token

    async def _ask(self) -> dict[str, Any]:
        names = ("refresh_token", "client_id", "client_secret")
        form = {"grant_type": "refresh_token", **{name: self._given[name] for name in names if self._given.get(name)}}
        request = await asyncio.to_thread(self._request, form)
        response = await call_vendor(self._context.http, request, repeatable=True)
        try:
            answer = response.json()
        except ValueError as error:
            raise ChannelUnavailable("the token endpoint answered without JSON") from error
        if response.is_client_error:
            raise CredentialsRejected("the provider refused to renew the login", code=EXPIRED)
        if not isinstance(answer, dict) or not answer.get("access_token"):
            raise ChannelUnavailable("the token endpoint answered without a token")
        return answer

    def _request(self, form: Mapping[str, str]) -> httpx.Request:
        """To the checked address of a host that a person has named."""
        simulated = is_simulated(self._context.vendors)
        try:
            url = httpx.URL(self._given.get("token_url", ""))
        except httpx.InvalidURL as error:
            raise CredentialsRejected("no address of a token endpoint", code=WRONG) from error
        if not url.host or not (url.scheme == "https" or simulated):
            raise CredentialsRejected("no address of a token endpoint", code=WRONG)
        address = checked_addresses(url.host, url.port or 443, simulated)[-1]
        return self._context.http.build_request(
            "POST",
            url.copy_with(host=address),
            data=dict(form),
            headers={"host": url.netloc.decode()},
            extensions={"sni_hostname": url.host},
        )


def _seconds(value: object) -> int:
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else 3600
