"""Fetching customers' files: with the keys, hence from Ozon's own file address only, without redirects."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from infra.channels.calling import TIMEOUT
from infra.channels.ozon.content import FILES
from shared.errors import ChannelRejected, ChannelUnavailable

SIZE_LIMIT = 25 * 1024 * 1024
_KEYS_REFUSED = {401, 403}


async def download(http: httpx.AsyncClient, address: str, *, api: str, keys: Mapping[str, str]) -> bytes:
    """The bytes behind an address that a message named; `api` is the API's own address.

    Raises `ChannelRejected` for a foreign address, a file that is gone or too big.
    """
    request = http.build_request("GET", _checked(address, api), headers=dict(keys), timeout=TIMEOUT)
    try:
        response = await http.send(request, stream=True, follow_redirects=False)
        try:
            return await _read(response)
        finally:
            await response.aclose()
    except httpx.HTTPError as error:
        raise ChannelUnavailable(f"no file: {type(error).__name__}") from error


def _checked(address: str, api: str) -> httpx.URL:
    try:
        url, own = httpx.URL(address), httpx.URL(api.rstrip("/"))
        is_own = bool(url.host) and (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port)
        parts = url.path.split("/")
    except (httpx.InvalidURL, ValueError):
        is_own, parts = False, []
    if not is_own or url.userinfo or ".." in parts or not url.path.startswith(own.path.rstrip("/") + FILES):
        raise ChannelRejected("the file does not lie at Ozon", code="attachment_refused")
    return url


async def _read(response: httpx.Response) -> bytes:
    status = response.status_code
    if status == 429 or status >= 500 or status in _KEYS_REFUSED:
        raise ChannelUnavailable(f"no file: Ozon answered {status}")
    if status != 200:
        raise ChannelRejected("Ozon no longer has the file", code="attachment_gone")
    data = bytearray()
    async for piece in response.aiter_bytes():
        data += piece
        if len(data) > SIZE_LIMIT:
            raise ChannelRejected("the file is too big", code="attachment_too_large")
    return bytes(data)
