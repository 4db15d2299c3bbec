"""Who calls an internal function: the OIDC tokens that Pub/Sub, Cloud Tasks and Cloud Scheduler send along."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from typing import Any

import httpx
import jwt

from shared.errors import Unavailable, UntrustedDelivery
from shared.ports.clock import Clock

GOOGLE_CERTS_URL = "https://www.googleapis.com/oauth2/v3/certs"
"""Google's signing keys as a JWK set."""
CERTS_CACHED = timedelta(hours=1)
_CERTS_AT_MOST_EVERY = timedelta(minutes=1)
"""A token signed by a key that we do not know makes us look for new ones, but not more often than this."""
_ISSUERS = ["https://accounts.google.com", "accounts.google.com"]
_SKEW_SECONDS = 10
_TIMEOUT_SECONDS = 5.0
_DECODING: Any = {
    "require": ["exp", "aud", "iss", "email"],
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}
"""The times are checked against our own clock."""

FetchCerts = Callable[[], Awaitable[bytes]]


def certs_over_http(http: httpx.AsyncClient, url: str = GOOGLE_CERTS_URL) -> FetchCerts:
    """The usual fetcher. It raises `Unavailable`."""

    async def fetch() -> bytes:
        try:
            response = await http.get(url, timeout=_TIMEOUT_SECONDS)
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(f"Google's certificates: {type(error).__name__}") from error
        return response.content

    return fetch


class OidcVerifier:
    """Lets in the calls of some service accounts to one audience."""

    def __init__(self, fetch_certs: FetchCerts, clock: Clock, *, audience: str, emails: Collection[str]) -> None:
        self._fetch_certs = fetch_certs
        self._clock = clock
        self._audience = audience
        self._emails = emails
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at: float | None = None
        self._fetching = asyncio.Lock()

    async def verify(self, authorization: str) -> None:
        """Check an `Authorization` header. Raises `UntrustedDelivery`; `Unavailable` where Google's keys are."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise UntrustedDelivery("no bearer token")
        try:
            key = await self._key(jwt.get_unverified_header(token).get("kid", ""))
            claims = jwt.decode(
                token, key, algorithms=["RS256"], audience=self._audience, issuer=_ISSUERS, options=_DECODING
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise UntrustedDelivery(f"token refused: {type(error).__name__}") from None
        self._check(claims)

    def _check(self, claims: dict[str, Any]) -> None:
        if claims["email"] not in self._emails or claims.get("email_verified") is not True:
            raise UntrustedDelivery("token of another account")
        expires = claims["exp"]
        if not (isinstance(expires, int | float) and expires + _SKEW_SECONDS > self._clock.now().timestamp()):
            raise UntrustedDelivery("token has expired")

    async def _key(self, id: str) -> jwt.PyJWK:
        if self._needs_certs(id):
            async with self._fetching:
                await self._refresh(id)
        try:
            return self._keys[id]
        except KeyError:
            raise UntrustedDelivery("token of an unknown key") from None

    async def _refresh(self, id: str) -> None:
        if self._needs_certs(id):  # nobody did while we waited
            self._keys = _read_certs(await self._fetch_certs())
            self._fetched_at = self._clock.monotonic()

    def _needs_certs(self, id: str) -> bool:
        if self._fetched_at is None:
            return True
        fresh_for = CERTS_CACHED if id in self._keys else _CERTS_AT_MOST_EVERY
        return self._clock.monotonic() - self._fetched_at >= fresh_for.total_seconds()


def _read_certs(text: bytes) -> dict[str, jwt.PyJWK]:
    try:
        keys = jwt.PyJWKSet.from_dict(json.loads(text)).keys
    except (jwt.PyJWTError, ValueError, AttributeError, TypeError) as error:
        raise Unavailable(f"Google's certificates cannot be read: {type(error).__name__}") from None
    return {key.key_id: key for key in keys if key.key_id}
