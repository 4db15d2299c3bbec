"""Google's OAuth, simulated: the consent page that always agrees, the token endpoint, revocation."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from infra.channels.gmail.consent import challenge_of
from infra.channels.gmail.tokens import SCOPE
from infra.sandbox.faults import Faults
from infra.sandbox.world import World
from shared.ports.clock import Clock

_LIFETIME_SECONDS = 3599
_OWNER = "owner@shop.example"


class OAuth:
    """Tokens name their mailbox and its generation; revoking begins a new generation."""

    def __init__(self, world: World, clock: Clock, faults: Faults) -> None:
        self._world = world
        self._clock = clock
        self._faults = faults

    def refresh_token(self, address: str) -> str:
        """The one that works now."""
        return f"1//{_packed(address)}.{self._generation(address)}"

    def revoke(self, address: str) -> None:
        """As when the owner takes the access back on Google's page."""
        self._world.learn(f"gmail:{address}:generation", self._generation(address) + 1)

    def narrow(self, address: str) -> None:
        """From now on tokens of this mailbox carry no permission for mail."""
        self._world.learn(f"gmail:{address}:scope", "openid email")

    def widen(self, address: str) -> None:
        """From now on tokens carry all that was asked for."""
        self._world.learn(f"gmail:{address}:scope", None)

    def mailbox_of(self, authorization: str) -> str | None:
        """The address that a bearer token opens; None: expired, revoked or made up."""
        address, generation, expires = _opened(authorization.removeprefix("Bearer ya29.").split("."), 3)
        is_alive = expires.isdecimal() and int(expires) > self._clock.now().timestamp()
        return address if is_alive and generation == str(self._generation(address)) else None

    async def consent(self, request: Request) -> Response:
        """`/consent`: agree at once and send the browser back, with a code or with Google's error."""
        query = request.query_params
        code = f"4/{token_urlsafe(24)}"
        asked = {key: query.get(key, "") for key in ("redirect_uri", "scope", "code_challenge", "access_type")}
        self._world.learn(f"gmail:code:{code}", asked | {"address": query.get("login_hint") or _OWNER})
        back = {"state": query.get("state", ""), "code": code, "scope": query.get("scope", "")}
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(back)}", 302)

    async def token(self, request: Request) -> Response:
        """`/token` for `refresh_token` and `authorization_code`."""
        if self._faults.outage:
            return Response(status_code=503)
        form = {key: values[0] for key, values in parse_qs((await request.body()).decode()).items()}
        if self._faults.reject_credentials:
            return _refused("invalid_grant", "Token has been expired or revoked.")
        if form.get("grant_type") == "refresh_token":
            return self._refreshed(form.get("refresh_token", ""))
        if form.get("grant_type") == "authorization_code":
            return self._exchanged(form)
        return _refused("unsupported_grant_type", "Invalid grant_type")

    async def revocation(self, request: Request) -> Response:
        """`/revoke` of a refresh token."""
        token = parse_qs((await request.body()).decode()).get("token", [""])[0]
        address, generation = _opened(token.removeprefix("1//").split("."), 2)
        if generation != str(self._generation(address)):
            return _refused("invalid_token", "Token expired or revoked")
        self.revoke(address)
        return JSONResponse({})

    def _refreshed(self, token: str) -> Response:
        address, generation = _opened(token.removeprefix("1//").split("."), 2)
        if not address or generation != str(self._generation(address)):
            return _refused("invalid_grant", "Token has been expired or revoked.")
        return self._granted(address, self._world.fact(f"gmail:{address}:scope") or f"{SCOPE} openid")

    def _exchanged(self, form: dict[str, str]) -> Response:
        key = f"gmail:code:{form.get('code', '')}"
        asked: dict[str, Any] | None = self._world.fact(key)
        self._world.learn(key, None)
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
            return _refused("invalid_grant", "Bad Request")
        if asked["code_challenge"] != challenge_of(form.get("code_verifier", "")):
            return _refused("invalid_grant", "Missing code verifier.")
        lasting = {"refresh_token": self.refresh_token(asked["address"])} if asked["access_type"] == "offline" else {}
        return self._granted(asked["address"], asked["scope"], lasting)

    def _granted(self, address: str, scope: str, lasting: dict[str, str] | None = None) -> Response:
        expires = int(self._clock.now().timestamp()) + _LIFETIME_SECONDS
        token = f"ya29.{_packed(address)}.{self._generation(address)}.{expires}"
        answer = {"access_token": token, "expires_in": _LIFETIME_SECONDS, "scope": scope, "token_type": "Bearer"}
        return JSONResponse(answer | (lasting or {}))

    def _generation(self, address: str) -> int:
        return int(self._world.fact(f"gmail:{address}:generation") or 1)


def _packed(address: str) -> str:
    return urlsafe_b64encode(address.encode()).decode().rstrip("=")


def _opened(parts: list[str], count: int) -> list[str]:
    try:
        address = urlsafe_b64decode(parts[0] + "=" * (-len(parts[0]) % 4)).decode()
    except ValueError:
        return [""] * count
    return [address, *parts[1:]] if len(parts) == count else [""] * count


def _refused(error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, 400)
