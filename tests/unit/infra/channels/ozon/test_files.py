"""Files are fetched with the keys, hence from Ozon's own file address and from nowhere else."""

from __future__ import annotations

import httpx
import pytest

from infra.channels.ozon import files
from infra.channels.ozon.files import download
from shared.errors import ChannelRejected, ChannelUnavailable

API = "https://api-seller.ozon.ru"
GOOD = API + "/v2/chat/file/messenger/a.jpg"
KEYS = {"Client-Id": "7", "Api-Key": "key"}


class Network:
    """A transport that answers everything alike and keeps what was asked."""

    def __init__(self, status: int = 200, **answer: str) -> None:
        self.asked: list[httpx.Request] = []
        self._status = status
        self._headers = answer

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer), follow_redirects=True)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(self._status, headers=self._headers, content=b"bytes")


@pytest.mark.parametrize(
    "address",
    [
        "http://api-seller.ozon.ru/v2/chat/file/a.jpg",
        "https://api-seller.ozon.ru:8443/v2/chat/file/a.jpg",
        "https://api-seller.ozon.ru@example.com/v2/chat/file/a.jpg",
        "https://user:word@api-seller.ozon.ru/v2/chat/file/a.jpg",
        "https://api-seller.ozon.ru.example.com/v2/chat/file/a.jpg",
        "https://ozon.ru/v2/chat/file/a.jpg",
        "https://api-seller.ozon.ru/v1/roles",
        "https://api-seller.ozon.ru/x/v2/chat/file/a.jpg",
        "https://api-seller.ozon.ru/v2/chat/file/../../../v1/roles",
        "https://api-seller.ozon.ru/v2/chat/file/%2e%2e/%2e%2e/v1/roles",
        "https://example.com#api-seller.ozon.ru/v2/chat/file/a.jpg",
        "file:///v2/chat/file/a.jpg",
        "http://[",
        "/v2/chat/file/a.jpg",
        "",
    ],
)
async def test_the_keys_never_go_elsewhere(address: str) -> None:
    network = Network()
    async with network.client() as http:
        with pytest.raises(ChannelRejected) as refused:
            await download(http, address, api=API, keys=KEYS)

    assert refused.value.code == "attachment_refused"
    assert network.asked == []


async def test_ozons_file_is_asked_for_with_the_keys() -> None:
    network = Network()
    async with network.client() as http:
        assert await download(http, GOOD, api=API + "/", keys=KEYS) == b"bytes"

    assert (network.asked[0].headers["client-id"], network.asked[0].headers["api-key"]) == ("7", "key")


async def test_a_redirect_is_not_followed() -> None:
    network = Network(302, location="https://example.com/")
    async with network.client() as http:
        with pytest.raises(ChannelRejected):
            await download(http, GOOD, api=API, keys=KEYS)

    assert len(network.asked) == 1


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (404, ChannelRejected, "attachment_gone"),
        (401, ChannelUnavailable, "channel_unavailable"),
        (403, ChannelUnavailable, "channel_unavailable"),
        (429, ChannelUnavailable, "channel_unavailable"),
        (500, ChannelUnavailable, "channel_unavailable"),
    ],
)
async def test_only_what_is_gone_for_good_is_given_up(status: int, error: type[Exception], code: str) -> None:
    async with Network(status).client() as http:
        with pytest.raises(error) as failed:
            await download(http, GOOD, api=API, keys=KEYS)

    assert failed.value.code == code  # type: ignore[attr-defined]


async def test_a_file_that_is_too_big_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SIZE_LIMIT", 4)
    async with Network().client() as http:
        with pytest.raises(ChannelRejected) as refused:
            await download(http, GOOD, api=API, keys=KEYS)

    assert refused.value.code == "attachment_too_large"
