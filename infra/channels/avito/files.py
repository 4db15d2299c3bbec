"""Fetching customers' files: only from Avito, without redirects, up to a size."""

from __future__ import annotations

import httpx

from infra.channels.calling import TIMEOUT
from shared.errors import ChannelRejected, ChannelUnavailable

SIZE_LIMIT = 24 * 1024 * 1024
_HOSTS = ("avito.ru", "avito.st")


async def download(http: httpx.AsyncClient, address: str, *, api: str) -> bytes:
    """The bytes behind an address that a message or Avito named; `api` is the API's own address.

    No token goes along. Raises `ChannelRejected` for a foreign host, a file that is gone or too big.
    """
    request = http.build_request("GET", _checked(address, api), timeout=TIMEOUT)
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
        url, own = httpx.URL(address), httpx.URL(api)
        is_avitos = url.scheme == "https" and url.port is None and _is_host_of_avito(url.host)
        is_own = bool(url.host) and (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port)
    except (httpx.InvalidURL, ValueError):
        is_avitos = is_own = False
    if not (is_avitos or is_own) or url.userinfo:
        raise ChannelRejected("the file does not lie at Avito", code="attachment_refused")
    return url


def _is_host_of_avito(host: str) -> bool:
    return any(host == known or host.endswith("." + known) for known in _HOSTS)


async def _read(response: httpx.Response) -> bytes:
    if response.status_code == 429 or response.status_code >= 500:
        raise ChannelUnavailable(f"no file: Avito answered {response.status_code}")
    if response.status_code != 200:
        raise ChannelRejected("Avito no longer has the file", code="attachment_gone")
    data = bytearray()
    async for piece in response.aiter_bytes():
        data += piece
        if len(data) > SIZE_LIMIT:
            raise ChannelRejected("the file is too big", code="attachment_too_large")
    return bytes(data)
