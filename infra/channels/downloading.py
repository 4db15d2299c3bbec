"""Customers' files, fetched from the vendor's own hosts only, without redirects, up to a size."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import httpx

from infra.channels.calling import TIMEOUT
from shared.errors import ChannelRejected, ChannelUnavailable

SIZE_LIMIT = 24 * 2**20


@dataclass(frozen=True, slots=True)
class Refusals:
    """What a vendor's statuses mean, besides 429 and 5xx (not now) and the others (gone)."""

    not_now: frozenset[int] = frozenset()
    not_for_us: frozenset[int] = frozenset()


async def download(
    http: httpx.AsyncClient,
    url: httpx.URL,
    *,
    headers: Mapping[str, str] | Mapping[bytes, bytes] | None = None,
    limit: int = SIZE_LIMIT,
    refusals: Refusals = Refusals(),
) -> bytes:
    """The bytes behind an address that was checked. Raises `ChannelUnavailable`, and `ChannelRejected`
    (`attachment_gone`, `attachment_refused`, `attachment_too_large`)."""
    request = http.build_request("GET", url, headers=headers, timeout=TIMEOUT)
    try:
        response = await http.send(request, stream=True, follow_redirects=False)
        try:
            return await _read(response, limit, refusals)
        finally:
            await response.aclose()
    except httpx.HTTPError as error:
        raise ChannelUnavailable(f"no file: {type(error).__name__}") from error


def checked(address: str, *, api: str, hosts: Collection[str] = ()) -> httpx.URL:
    """An address of the vendor: on one of its hosts over HTTPS, or where the API itself is.

    Raises `ChannelRejected` (`attachment_refused`).
    """
    try:
        url = httpx.URL(address)
        is_theirs = url.scheme == "https" and url.port is None and _is_one_of(url.host, hosts)
        is_ours_to_ask = is_theirs or is_at(url, api)
    except (httpx.InvalidURL, ValueError):
        raise refused() from None
    if not is_ours_to_ask or url.userinfo:
        raise refused()
    return url


def is_at(url: httpx.URL, api: str) -> bool:
    """Whether an address has the origin of the API."""
    own = httpx.URL(api)
    return bool(url.host) and (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port)


def refused() -> ChannelRejected:
    """For an address that is none of the vendor's."""
    return ChannelRejected("the file does not lie at the vendor", code="attachment_refused")


def _is_one_of(host: str, hosts: Collection[str]) -> bool:
    return any(host == known or host.endswith("." + known) for known in hosts)


async def _read(response: httpx.Response, limit: int, refusals: Refusals) -> bytes:
    status = response.status_code
    if status == 429 or status >= 500 or status in refusals.not_now:
        raise ChannelUnavailable(f"no file: the vendor answered {status}")
    if status != 200:
        code = "attachment_refused" if status in refusals.not_for_us else "attachment_gone"
        raise ChannelRejected("the vendor does not hand out the file", code=code)
    data = bytearray()
    async for piece in response.aiter_bytes():
        data += piece
        if len(data) > limit:
            raise ChannelRejected("the file is too big", code="attachment_too_large")
    return bytes(data)
