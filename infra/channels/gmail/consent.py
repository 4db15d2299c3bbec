"""The browser flow that connects a mailbox: Google's consent page and what comes back from it."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import urlencode

import httpx

from infra.channels.calling import call_vendor
from infra.channels.gmail.tokens import SCOPE, ask_for_token, has_scope
from infra.settings import VendorSettings
from shared.errors import CredentialsRejected, InvalidInput


def start(state: str, redirect_uri: str, vendors: VendorSettings) -> tuple[str, str]:
    """The address to send the browser to, and the code verifier to keep with the state until it returns."""
    verifier = token_urlsafe(48)
    query = {
        "client_id": vendors.google_client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": f"openid email {SCOPE}",
        "access_type": "offline",
        "prompt": "consent",  # without it a repeated consent brings no refresh token
        "include_granted_scopes": "false",
        "state": state,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    return f"{vendors.google_consent_url}?{urlencode(query)}", verifier


async def finish(
    code: str, code_verifier: str, redirect_uri: str, vendors: VendorSettings, http: httpx.AsyncClient
) -> dict[str, str]:
    """Credentials of the mailbox: `refresh_token` and `email`.

    Raises `InvalidInput` with code `consent_failed`, `scope_missing` or `no_refresh_token` (start again), and
    `ChannelUnavailable`.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": code_verifier,
        "redirect_uri": redirect_uri,
    }
    try:
        answer = await ask_for_token(http, vendors, form)
    except CredentialsRejected as error:
        raise InvalidInput("Google did not accept this consent", code="consent_failed") from error
    if not has_scope(answer):
        raise InvalidInput("grant all boxes on Google's page", code="scope_missing")
    if not answer.get("refresh_token"):
        raise InvalidInput("Google gave no lasting access", code="no_refresh_token")
    email = await _mailbox(str(answer["access_token"]), vendors, http)
    return {"refresh_token": str(answer["refresh_token"]), "email": email}


def challenge_of(verifier: str) -> str:
    """PKCE's S256."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


async def _mailbox(access_token: str, vendors: VendorSettings, http: httpx.AsyncClient) -> str:
    """Which mailbox it is, by Gmail's own word."""
    url = f"{vendors.gmail_api_url}/gmail/v1/users/me/profile"
    request = http.build_request("GET", url, headers={"authorization": f"Bearer {access_token}"})
    response = await call_vendor(http, request, repeatable=True)
    try:
        return str(response.json()["emailAddress"]).lower()
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput("this Google account has no mailbox", code="consent_failed") from error
