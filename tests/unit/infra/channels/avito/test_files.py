"""Files are fetched from Avito and from nowhere else."""

from __future__ import annotations

import httpx
import pytest

from infra.channels.avito.files import download
from shared.errors import ChannelRejected, ChannelUnavailable

API = "https://api.avito.ru"


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
        "http://169.254.169.254/latest/meta-data",
        "https://metadata.google.internal/",
        "https://avito.ru.example.com/a.jpg",
        "https://notavito.ru/a.jpg",
        "https://img.avito.ru@example.com/a.jpg",
        "https://user:word@img.avito.ru/a.jpg",
        "https://img.avito.ru:8443/a.jpg",
        "https://img.avito.ru\\@example.com/a.jpg",
        "https://example.com#.avito.ru/a.jpg",
        "http://img.k.avito.ru/a.jpg",
        "http://127.0.0.1:1/a.jpg",
        "file:///etc/passwd",
        "http://[",
        "https://",
        "",
        "/files/a",
    ],
)
async def test_a_foreign_address_is_never_asked(address: str) -> None:
    network = Network()
    async with network.client() as http:
        with pytest.raises(ChannelRejected) as refused:
            await download(http, address, api=API)

    assert refused.value.code == "attachment_refused"
    assert network.asked == []


@pytest.mark.parametrize(
    "address", ["https://img.k.avito.ru/chat/a.jpg", "https://10.img.avito.st/b.jpg", "https://avito.ru/voice"]
)
async def test_an_address_of_avito_is_asked_without_a_token(address: str) -> None:
    network = Network()
    async with network.client() as http:
        assert await download(http, address, api=API) == b"bytes"

    assert "authorization" not in network.asked[0].headers


async def test_only_the_very_origin_of_the_configured_api_counts_as_avito() -> None:
    network = Network()
    async with network.client() as http:
        assert await download(http, "http://127.0.0.1:8000/avito/files/a", api="http://127.0.0.1:8000/avito")
        with pytest.raises(ChannelRejected):
            await download(http, "http://127.0.0.1:8001/avito/files/a", api="http://127.0.0.1:8000/avito")

    assert len(network.asked) == 1


async def test_a_redirect_is_not_followed() -> None:
    network = Network(302, location="http://169.254.169.254/")
    async with network.client() as http:
        with pytest.raises(ChannelRejected):
            await download(http, "https://img.avito.st/a.jpg", api=API)

    assert [request.url.host for request in network.asked] == ["img.avito.st"]


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_file_server_that_is_busy_may_be_asked_again(status: int) -> None:
    async with Network(status).client() as http:
        with pytest.raises(ChannelUnavailable):
            await download(http, "https://img.avito.st/a.jpg", api=API)
