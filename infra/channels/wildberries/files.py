"""Photos of reviews: public addresses at Wildberries' own hosts, fetched without the token and without redirects."""

from __future__ import annotations

import httpx

from infra.channels.calling import TIMEOUT
from shared.errors import ChannelRejected, ChannelUnavailable

SIZE_LIMIT = 24 * 1024 * 1024
_HOSTS = ("wbbasket.ru", "wbstatic.net", "wildberries.ru")


def is_address(reference: str) -> bool:
    """A photo's address, not the id of a chat's file."""
    return reference.startswith(("https://", "http://"))


async def download(http: httpx.AsyncClient, address: str, *, api: str) -> bytes:
    """The bytes of a photo; `api` is the configured address of the API, whose own origin is trusted too.

    Raises `ChannelRejected` for a foreign host, a photo that is gone or too big.
    """
    request = http.build_request("GET", _checked(address, api), timeout=TIMEOUT)
    try:
        response = await http.send(request, stream=True, follow_redirects=False)
        try:
            return await _read(response)
        finally:
            await response.aclose()
    except httpx.HTTPError as error:
        raise ChannelUnavailable(f"no photo: {type(error).__name__}") from error


def _checked(address: str, api: str) -> httpx.URL:
    try:
        url, own = httpx.URL(address), httpx.URL(api)
        known = any(url.host == host or url.host.endswith("." + host) for host in _HOSTS)
        is_theirs = url.scheme == "https" and url.port is None and known
        is_own = bool(url.host) and (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port)
    except (httpx.InvalidURL, ValueError):
        is_theirs = is_own = False
    if not (is_theirs or is_own) or url.userinfo:
        raise ChannelRejected("the photo does not lie at Wildberries", code="attachment_refused")
    return url


async def _read(response: httpx.Response) -> bytes:
    if response.status_code == 429 or response.status_code >= 500:
        raise ChannelUnavailable(f"no photo: Wildberries answered {response.status_code}")
    if response.status_code != 200:
        raise ChannelRejected("Wildberries no longer has the photo", code="attachment_gone")
    data = bytearray()
    async for piece in response.aiter_bytes():
        data += piece
        if len(data) > SIZE_LIMIT:
            raise ChannelRejected("the photo is too big", code="attachment_too_large")
    return bytes(data)
