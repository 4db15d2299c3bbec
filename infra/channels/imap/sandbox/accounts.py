"""Who may log in to the simulated provider, and how it says no."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from infra.channels.remedies import ACCOUNT_CLOSED, EXPIRED, MODE_OFF, RIGHTS, WRONG_TYPE
from infra.sandbox.faults import Faults
from infra.sandbox.world import World
from shared.ports.clock import Clock

_LIFETIME_SECONDS = 3600
_IMAP_WORDS = {
    WRONG_TYPE: "[ALERT] Application-specific password required",
    EXPIRED: "[EXPIRED] That password is not valid any more",
    MODE_OFF: "[ALERT] Your account is not enabled for IMAP use",
    ACCOUNT_CLOSED: "[CONTACTADMIN] This account is blocked",
}
_SMTP_WORDS = {
    WRONG_TYPE: "534 5.7.9 Application-specific password required",
    RIGHTS: "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox",
}


class Accounts:
    """Passwords and tokens follow from the address and a generation: renewing begins a new one."""

    def __init__(self, world: World, clock: Clock, faults: Faults) -> None:
        self._world = world
        self._clock = clock
        self._faults = faults

    def password(self, address: str) -> str:
        """The one that works now."""
        return f"app-{self._word(address, 'password')}"

    def refresh_token(self, address: str) -> str:
        """The one that earns access tokens now."""
        return f"refresh-{self._word(address, 'refresh')}"

    def renew(self, address: str) -> None:
        """A new password; the old one and every token work no more. What was wrong with the account is mended."""
        self._world.learn(self._key(address, "generation"), self._generation(address) + 1)
        self.afflict(address, None)

    def afflict(self, address: str, problem: str | None) -> None:
        """What is wrong from now on."""
        self._world.learn(self._key(address, "problem"), problem)

    def imap_refusal(self, address: str, *, password: str = "", token: str = "") -> str | None:
        """How IMAP refuses this login; None: come in."""
        if self._faults.rate_limited > 0:
            self._faults.rate_limited -= 1
            return "[LIMIT] Too many simultaneous connections"
        if self._is_known(address, password, token) and (words := _IMAP_WORDS.get(self._problem(address))):
            return words
        return None if self._is_known(address, password, token) else "[AUTHENTICATIONFAILED] Invalid credentials"

    def smtp_refusal(self, address: str, *, password: str = "", token: str = "") -> str | None:
        """How SMTP refuses it."""
        if self._is_known(address, password, token):
            return _SMTP_WORDS.get(self._problem(address))
        return "535 5.7.8 Username and Password not accepted"

    async def token(self, request: Request) -> Response:
        """`/token`: an access token for a refresh token, which names its address in `client_id`."""
        if self._faults.outage:
            return Response(status_code=503)
        form = {key: values[0] for key, values in parse_qs((await request.body()).decode()).items()}
        address = form.get("client_id", "")
        is_right = form.get("refresh_token") == self.refresh_token(address) and not self._faults.reject_credentials
        if form.get("grant_type") != "refresh_token" or not is_right:
            return JSONResponse({"error": "invalid_grant"}, 400)
        expires = int(self._clock.now().timestamp()) + _LIFETIME_SECONDS
        answer: dict[str, Any] = {"access_token": f"{expires}.{self._word(address, f'access {expires}')}"}
        return JSONResponse(answer | {"token_type": "Bearer", "expires_in": _LIFETIME_SECONDS})

    def _is_known(self, address: str, password: str, token: str) -> bool:
        if self._faults.reject_credentials:
            return False
        if password:
            return password == self.password(address)
        expires = token.partition(".")[0]
        is_alive = expires.isdecimal() and int(expires) > self._clock.now().timestamp()
        return is_alive and token == f"{expires}.{self._word(address, f'access {expires}')}"

    def _problem(self, address: str) -> str:
        return str(self._world.fact(self._key(address, "problem")) or "")

    def _word(self, address: str, purpose: str) -> str:
        seed = f"{address} {self._generation(address)} {purpose}"
        return sha256(seed.encode()).hexdigest()[:24]

    def _generation(self, address: str) -> int:
        return int(self._world.fact(self._key(address, "generation")) or 1)

    def _key(self, address: str, name: str) -> str:
        return f"imap:{address}:{name}"
