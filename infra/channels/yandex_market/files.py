"""Fetching buyers' files: only from Yandex, without redirects, up to a size; our token only to Market itself."""

from __future__ import annotations

import httpx

from infra.channels.calling import TIMEOUT
from shared.errors import ChannelRejected, ChannelUnavailable

SIZE_LIMIT = 24 * 1024 * 1024
_HOSTS = ("yandex.net", "yandex.ru")
MESSENGER = "files.messenger.yandex.net"
"""Where files of chats lie; it may ask for a token."""


async def download(http: httpx.AsyncClient, address: str, *, api: str, key: str) -> bytes:
    """The bytes behind an address that a message named; `api` is the API's own address.

    Raises `ChannelRejected` for a foreign host, a file that is gone, not given to us, or too big.
    """
    url, knows_us = _checked(address, api)
    headers = {b"Api-Key": key.strip().encode()} if knows_us else {}
    request = http.build_request("GET", url, headers=headers, timeout=TIMEOUT)
    try:
        response = await http.send(request, stream=True, follow_redirects=False)
        try:
            return await _read(response)
        finally:
            await response.aclose()
    except httpx.HTTPError as error:
        raise ChannelUnavailable(f"no file: {type(error).__name__}") from error


def _checked(address: str, api: str) -> tuple[httpx.URL, bool]:
    """The address, and whether our token may go there."""
    try:
        url, own = httpx.URL(address), httpx.URL(api)
        is_yandex = url.scheme == "https" and url.port is None and _is_host_of_yandex(url.host)
        is_own = bool(url.host) and (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port)
    except (httpx.InvalidURL, ValueError):
        raise ChannelRejected("not an address", code="attachment_refused") from None
    if not (is_yandex or is_own) or url.userinfo:
        raise ChannelRejected("the file does not lie at Yandex", code="attachment_refused")
    return url, is_own or url.host == MESSENGER


def _is_host_of_yandex(host: str) -> bool:
    return any(host == known or host.endswith("." + known) for known in _HOSTS)


async def _read(response: httpx.Response) -> bytes:
    status = response.status_code
    if status in (420, 429) or status >= 500:
        raise ChannelUnavailable(f"no file: Yandex answered {status}")
    if status != 200:
        code = "attachment_refused" if status in (401, 403) else "attachment_gone"
        raise ChannelRejected("Yandex does not hand out the file", code=code)
    data = bytearray()
    async for piece in response.aiter_bytes():
        data += piece
        if len(data) > SIZE_LIMIT:
            raise ChannelRejected("the file is too big", code="attachment_too_large")
    return bytes(data)
