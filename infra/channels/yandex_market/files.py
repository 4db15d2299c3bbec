"""Fetching buyers' files from Yandex; our token goes to Market itself and to where files of chats lie."""

from __future__ import annotations

import httpx

from infra.channels import downloading

_HOSTS = ("yandex.net", "yandex.ru")
MESSENGER = "files.messenger.yandex.net"
"""Where files of chats lie; it may ask for a token."""
_REFUSALS = downloading.Refusals(not_now=frozenset({420}), not_for_us=frozenset({401, 403}))


async def download(http: httpx.AsyncClient, address: str, *, api: str, key: str) -> bytes:
    """The bytes behind an address that a message named; `api` is the API's own address."""
    url = downloading.checked(address, api=api, hosts=_HOSTS)
    knows_us = downloading.is_at(url, api) or url.host == MESSENGER
    headers = {b"Api-Key": key.strip().encode()} if knows_us else {}
    return await downloading.download(http, url, headers=headers, refusals=_REFUSALS)
