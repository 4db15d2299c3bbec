"""Fetching customers' files from Avito. No token goes along."""

from __future__ import annotations

import httpx

from infra.channels import downloading

_HOSTS = ("avito.ru", "avito.st")


async def download(http: httpx.AsyncClient, address: str, *, api: str) -> bytes:
    """The bytes behind an address that a message or Avito named; `api` is the API's own address."""
    return await downloading.download(http, downloading.checked(address, api=api, hosts=_HOSTS))
