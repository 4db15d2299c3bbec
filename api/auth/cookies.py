"""The dashboard's cookies: the same two tokens, where no script can read them."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

AUTH_PATH = "/api/v1/auth"


@dataclass(frozen=True, slots=True)
class TokenPair:
    """An access token and the refresh token behind it, with how many seconds each lives."""

    access: str
    refresh: str
    access_seconds: int
    refresh_seconds: int


class Cookies:
    """Over HTTPS the names carry the prefixes by which browsers keep other hosts from setting them."""

    def __init__(self, public_url: str) -> None:
        self._secure = public_url.startswith("https://")
        self._access = "__Host-parley_access" if self._secure else "parley_access"
        self._refresh = "__Secure-parley_refresh" if self._secure else "parley_refresh"

    def give(self, response: Response, pair: TokenPair) -> None:
        """Set both. The refresh token is shown to the sign-in routes only."""
        self._set(response, self._access, pair.access, pair.access_seconds, "/")
        self._set(response, self._refresh, pair.refresh, pair.refresh_seconds, AUTH_PATH)

    def take(self, response: Response) -> None:
        """Remove both."""
        self._set(response, self._access, "", 0, "/")
        self._set(response, self._refresh, "", 0, AUTH_PATH)

    def access_token(self, request: Request) -> str | None:
        """What the browser showed."""
        return request.cookies.get(self._access) or None

    def refresh_token(self, request: Request) -> str | None:
        """What the browser showed."""
        return request.cookies.get(self._refresh) or None

    def _set(self, response: Response, name: str, value: str, seconds: int, path: str) -> None:
        # Lax, not Strict: the way back from a vendor's consent page is a navigation from another site.
        response.set_cookie(name, value, max_age=seconds, path=path, secure=self._secure, httponly=True, samesite="lax")
