"""A stand-in for Google's token service: its public keys over HTTP, and tokens signed by them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.clock import ManualClock

AUDIENCE = "https://deliver.example.run.app"
ACCOUNT = "push@parley.iam.gserviceaccount.com"


@cache
def key(name: str) -> RSAPrivateKey:
    del name
    return generate_private_key(public_exponent=65537, key_size=2048)


class Google:
    """Serves its public keys and signs tokens."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.app = Starlette(routes=[Route("/certs", self._certs)])
        self.keys = ["k1"]
        self.certs: Any = None
        self.asked = 0

    async def fetch(self) -> bytes:
        self.asked += 1
        return json.dumps(self.key_set() if self.certs is None else self.certs).encode()

    async def _certs(self, request: Request) -> Response:
        del request
        return Response(status_code=500) if self.certs == "down" else Response(await self.fetch())

    def key_set(self) -> dict[str, Any]:
        return {
            "keys": [
                {**json.loads(RSAAlgorithm.to_jwk(key(name).public_key())), "kid": name, "alg": "RS256", "use": "sig"}
                for name in self.keys
            ]
        }

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": "https://accounts.google.com",
            "aud": AUDIENCE,
            "sub": "113774264463038321964",
            "email": ACCOUNT,
            "email_verified": True,
            "iat": now,
            "exp": now + 3600,
        }
        return {name: value for name, value in {**claims, **changes}.items() if value is not None}

    def token(self, *, kid: str = "k1", signed_with: str = "", **changes: Any) -> str:
        claims = self.claims(**changes)
        return "Bearer " + jwt.encode(claims, key(signed_with or kid), algorithm="RS256", headers={"kid": kid})
