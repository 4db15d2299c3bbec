"""What buyers attach on Market: fetched from where it may lie, and with our token only there."""

from __future__ import annotations

import httpx
import pytest

from infra.sandbox.standin import CustomerFile
from shared.domain.messages import Attachment
from shared.errors import ChannelRejected
from tests.contract.channels.yandex_market_stage import SHOP, open_stage, pulled


async def test_a_buyers_files_are_fetched_with_our_token_from_market_only() -> None:
    async with open_stage() as stage:
        files = [
            CustomerFile("image", "photo", "image/png", b"png"),
            CustomerFile("file", "a.pdf", "application/pdf", b"p"),
        ]
        await stage.market.write(SHOP, "Мария", "", files)

        arrivals = (await pulled(stage.channel(), None)).arrivals
        kinds = [attachment.kind for arrival in arrivals for attachment in arrival.attachments]  # type: ignore[union-attr]
        data = [await stage.channel().fetch(arrival.attachments[0], "") for arrival in arrivals]  # type: ignore[union-attr]

        assert (kinds, data) == (["image", "file"], [b"png", b"p"])


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("http://169.254.169.254/latest", "attachment_refused"),
        ("https://files.messenger.yandex.net.evil.example/a", "attachment_refused"),
        ("https://files.messenger.yandex.net@evil.example/a", "attachment_refused"),
        ("//[", "attachment_refused"),
        ("{market}/files/unknown", "attachment_gone"),
    ],
)
async def test_a_file_that_is_gone_or_elsewhere_is_refused_for_good(reference: str, code: str) -> None:
    async with open_stage() as stage:
        place = reference.replace("{market}", f"{stage.address}/market")

        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().fetch(Attachment(kind="file", reference=place), "")

        assert refused.value.code == code


async def test_our_token_goes_to_no_other_host_of_yandex() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"data")

    async with open_stage() as stage, httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        for address in ("https://avatars.mds.yandex.net/a.jpg", "https://files.messenger.yandex.net/a.jpg"):
            await stage.channel(http=http).fetch(Attachment(kind="image", reference=address), "")

    assert ["api-key" in request.headers for request in seen] == [False, True]
