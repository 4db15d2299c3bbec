"""Photos of reviews: public addresses at Wildberries' own hosts, fetched without the token."""

from __future__ import annotations

import httpx

from infra.channels import downloading

_HOSTS = ("wbbasket.ru", "wbstatic.net", "wildberries.ru")


def is_address(reference: str) -> bool:
    """A photo's address, not the id of a chat's file."""
    return reference.startswith(("https://", "http://"))


async def download(http: httpx.AsyncClient, address: str, *, api: str) -> bytes:
    """The bytes of a photo; `api` is the configured address of the API, whose own origin is trusted too."""
    return await downloading.download(http, downloading.checked(address, api=api, hosts=_HOSTS))
