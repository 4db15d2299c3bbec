"""Fetching customers' files: with the keys, hence from Ozon's own file address only."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from infra.channels import downloading
from infra.channels.ozon.content import FILES

SIZE_LIMIT = 25 * 2**20
_REFUSALS = downloading.Refusals(not_now=frozenset({401, 403}))
"""Keys that are refused are mended one day; the file is there still."""


async def download(http: httpx.AsyncClient, address: str, *, api: str, keys: Mapping[str, str]) -> bytes:
    """The bytes behind an address that a message named; `api` is the API's own address."""
    url = downloading.checked(address, api=api)
    if ".." in url.path.split("/") or not url.path.startswith(httpx.URL(api).path.rstrip("/") + FILES):
        raise downloading.refused()
    return await downloading.download(http, url, headers=keys, limit=SIZE_LIMIT, refusals=_REFUSALS)
