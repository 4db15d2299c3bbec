"""Access tokens: short-lived JWTs that name a user and a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import jwt

from infra.settings import Settings
from shared.domain.ids import UserId
from shared.errors import InvalidInput, UntrustedDelivery
from shared.ports.clock import Clock, Ids
from shared.ports.secret_store import SecretStore

ALGORITHM = "HS256"
KEY_SECRET = "jwt-key"  # noqa: S105 - a name
_SHORTEST_KEY = 32


@dataclass(frozen=True, slots=True)
class Claims:
    """Whom a token speaks for."""

    user_id: UserId
    session_id: str


class SigningKey:
    """PARLEY_JWT_SECRET; the embedded stack makes its own and keeps it in its data folder."""

    def __init__(self, settings: Settings, secrets: SecretStore, ids: Ids) -> None:
        """Raises `InvalidInput`, naming the setting, where another stack has none or a short one."""
        self._key = settings.jwt_secret.get_secret_value() if settings.jwt_secret else ""
        self._secrets = secrets
        self._ids = ids
        makes_its_own = settings.stack == "embedded" and not self._key
        if not makes_its_own and len(self._key) < _SHORTEST_KEY:
            raise InvalidInput(f"set PARLEY_JWT_SECRET to at least {_SHORTEST_KEY} random characters")

    async def get(self) -> str:
        """The key. Raises `Unavailable`."""
        if not self._key:
            kept = await self._secrets.get(KEY_SECRET)
            if kept is None:
                await self._secrets.put(KEY_SECRET, self._ids.secret())
                kept = await self._secrets.get(KEY_SECRET)
            self._key = kept or ""
        return self._key


class AccessTokens:
    """Issues and reads them; whether the session still lives is the caller's to ask."""

    def __init__(self, key: SigningKey, clock: Clock, life: timedelta) -> None:
        self._key = key
        self._clock = clock
        self.life = life

    async def issue(self, user_id: UserId, session_id: str) -> str:
        """A token that works from now on."""
        now = self._clock.now()
        claims = {"sub": user_id, "sid": session_id, "iat": now, "exp": now + self.life}
        return jwt.encode(claims, await self._key.get(), ALGORITHM)

    async def read(self, token: str) -> Claims:
        """Whom it speaks for. Raises `UntrustedDelivery`: forged, damaged or expired."""
        # The algorithm is ours, never the token's; the expiry is compared with our own clock.
        options: jwt.types.Options = {
            "require": ["sub", "sid", "iat", "exp"],
            "verify_exp": False,
            "verify_iat": False,
        }
        try:
            claims = jwt.decode(token, await self._key.get(), [ALGORITHM], options)
            expires_at, user_id, session_id = int(claims["exp"]), str(claims["sub"]), str(claims["sid"])
        except (jwt.InvalidTokenError, ValueError, TypeError):
            raise UntrustedDelivery("the access token is not valid", code="not_signed_in") from None
        if self._clock.now().timestamp() >= expires_at:
            raise UntrustedDelivery("the access token has expired", code="token_expired")
        return Claims(UserId(user_id), session_id)
