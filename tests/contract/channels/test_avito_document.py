"""Adapter, stand-in and webhook bodies against Avito's own OpenAPI documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.channels.avito.api import AvitoApi
from infra.sandbox.standin import CustomerFile
from shared.domain.arrivals import Received
from shared.errors import ChannelRejected
from tests.contract.channels.avito_stage import SHOP, Stage, open_stage
from tests.support.openapi import Exchange, VendorDocument, add, describe_errors, replace

USED_BY_THE_ADAPTER = {
    "getAccessToken",
    "getUserInfoSelf",
    "getChatsV2",
    "getChatByIdV2",
    "getMessagesV3",
    "postSendMessage",
    "uploadImages",
    "postSendImageMessage",
    "chatRead",
    "getVoiceFiles",
    "postWebhookV3",
    "getSubscriptions",
    "postWebhookUnsubscribe",
}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
WEBHOOK = ("paths", "/messenger/v3/webhook", "post", "responses", "201", "content", "application/json", "schema")
"""Not an answer: the body that Avito posts to our address."""
PAYLOADS = Path(__file__).parents[2] / "payloads" / "avito"

# Where the documents are wrong or silent. Nothing else is forgiven.
SEND_NEEDS_TEXT_NOT_URL = replace(("components", "schemas", "sendMessageRequestBody", "required"), ["type", "message"])
CHAT_TYPES_STAND_IN_ONE_PARAMETER = add(("components", "parameters", "chatTypes", "explode"), False)  # its example
ERRORS_BY_NAME = describe_errors(
    {
        "400": {"$ref": "#/components/schemas/validatingError"},
        "401": {"$ref": "#/components/schemas/authError"},
        "402": {"$ref": "#/components/schemas/purchasingError"},
        "403": {"$ref": "#/components/schemas/forbiddenError"},
        "404": {"$ref": "#/components/schemas/notFoundError"},
    }
)
TOO_MANY = describe_errors(  # observed; in no document
    {
        "429": {
            "type": "object",
            "required": ["error"],
            "properties": {
                "error": {"type": "object", "required": ["code"], "properties": {"code": {"type": "integer"}}}
            },
        }
    }
)
TOKEN_REFUSAL = describe_errors(  # observed; in no document
    {
        "401": {
            "type": "object",
            "required": ["error"],
            "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
        }
    }
)


@pytest.fixture(scope="module")
def check() -> Callable[[Exchange], str]:
    messenger = VendorDocument.load(
        "avito-messenger.json",
        [SEND_NEEDS_TEXT_NOT_URL, CHAT_TYPES_STAND_IN_ONE_PARAMETER, ERRORS_BY_NAME, TOO_MANY],
    )
    auth = VendorDocument.load("avito-auth.json", [TOKEN_REFUSAL])
    user = VendorDocument.load("avito-user.json", [TOO_MANY])

    def by_path(exchange: Exchange) -> str:
        document = {"token": auth, "core": user, "messenger": messenger}[exchange.path.split("/")[1]]
        return document.check(exchange)

    return by_path


def methods(stage: Stage) -> Iterable[Exchange]:
    """All exchanges but the downloads of files, which are no part of the API."""
    return [exchange for exchange in stage.tap.exchanges if not exchange.path.startswith("/files/")]


def token(stage: Stage) -> str:
    return stage.tap.exchanges[-1].headers["authorization"]


async def everything_once(stage: Stage) -> None:
    channel = stage.channel()
    await channel.connect(stage.webhook("an-older-secret"))
    await channel.connect(stage.webhook())
    voice = CustomerFile("voice", "voice.mp4", "audio/mp4", b"opus")
    await stage.avito.write(SHOP, "Анна", "Ещё продаёте?", [voice, CustomerFile("image", "a.png", "image/png", PNG)])
    page = await channel.pull(None)
    for arrival in page.arrivals:
        assert isinstance(arrival, Received)
        for attachment in arrival.attachments:
            await channel.fetch(attachment, arrival.source_id)
    thread = page.arrivals[0].thread  # type: ignore[union-attr]
    outgoing = stage.reply(thread, "Да, приезжайте")
    await channel.send(outgoing)
    assert await channel.find_sent(outgoing)
    image = stage.image(thread, PNG)
    await channel.send(image)
    assert await channel.find_sent(image)
    assert (await channel.history(stage.clock.now() - timedelta(days=1), None)).arrivals
    await channel.mark_read(thread, "")
    assert await channel.describe(thread)
    await channel.test()
    await channel.disconnect()


async def test_every_method_of_the_adapter_and_every_answer_of_the_stand_in_is_as_avito_describes_it(
    check: Callable[[Exchange], str],
) -> None:
    async with open_stage() as stage:
        await everything_once(stage)

        assert {check(exchange) for exchange in methods(stage)} == USED_BY_THE_ADAPTER
        assert all(exchange.status == 200 for exchange in stage.tap.exchanges)


async def test_the_stand_ins_other_methods_are_as_avito_describes_them(check: Callable[[Exchange], str]) -> None:
    async with open_stage() as stage:
        await stage.avito.write(SHOP, "Анна", "Здравствуйте")
        thread = (await stage.channel().pull(None)).arrivals[0].thread  # type: ignore[union-attr]
        user = await stage.user()
        mine, chat = f"{stage.address}/avito/messenger/v1/accounts/{user}", f"chats/{thread}"
        async with httpx.AsyncClient(headers={"Authorization": token(stage)}) as http:
            stage.tap.exchanges.clear()
            image = await http.post(f"{mine}/uploadImages", files={"uploadfile[]": ("a.png", PNG, "image/png")})
            image_id = next(iter(image.json()))
            sent = await http.post(f"{mine}/{chat}/messages/image", json={"image_id": image_id})
            await http.post(f"{mine}/{chat}/messages/{sent.json()['id']}")
            await http.get(f"{mine.replace('v1', 'v2')}/{chat}")
            picture = await http.get(image.json()[image_id]["1280x960"])

        seen = {check(exchange) for exchange in methods(stage)}
        assert seen == {"uploadImages", "postSendImageMessage", "deleteMessage", "getChatByIdV2"}
        assert picture.content == PNG
        assert all(exchange.status == 200 for exchange in stage.tap.exchanges)


async def test_the_stand_ins_errors_have_avitos_form(check: Callable[[Exchange], str]) -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())
        user = await stage.user()
        path = f"{stage.address}/avito/messenger/v1/accounts/{user}/chats/u2i-none/messages"
        good = {"Authorization": token(stage)}
        body = {"type": "text", "message": {"text": "x"}}
        async with httpx.AsyncClient() as http:
            stage.tap.exchanges.clear()
            await http.post(path, json=body, headers=good)
            await http.post(path, json=body, headers={"Authorization": "Bearer unknown"})
            await http.post(path.replace(user, "1"), json=body, headers=good)
            stage.avito.faults.rate_limited = 1
            await http.post(path, json=body, headers=good)
            stage.avito.set_paid(SHOP, False)
            await http.post(path, json=body, headers=good)
            stage.avito.faults.reject_credentials = True
            form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
            await http.post(f"{stage.address}/avito/token", data=form)

        assert [exchange.status for exchange in stage.tap.exchanges] == [404, 403, 403, 429, 402, 401]
        for exchange in stage.tap.exchanges:
            check(exchange)


async def test_a_refused_text_is_answered_with_avitos_validation_error(check: Callable[[Exchange], str]) -> None:
    async with open_stage() as stage:
        await stage.avito.write(SHOP, "Анна", "Здравствуйте")
        thread = (await stage.channel().pull(None)).arrivals[0].thread  # type: ignore[union-attr]

        with pytest.raises(ChannelRejected):
            await AvitoApi(stage.context).send_text(await stage.user(), thread, "")

        assert stage.tap.exchanges[-1].status == 400
        assert check(stage.tap.exchanges[-1]) == "postSendMessage"


async def test_webhook_bodies_of_the_stand_in_are_as_avito_describes_them() -> None:
    document = VendorDocument.load("avito-messenger.json")
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())
        files = [CustomerFile(kind, "f", "x/y", PNG) for kind in ("image", "voice", "video", "file")]
        await stage.avito.write(SHOP, "Анна", "Здравствуйте", files)
        await stage.avito.answer_in_vendor_app(SHOP, "Анна", "Добрый день")
        await stage.pusher.drained()

        bodies = [json.loads(delivery.body) for delivery in stage.deliveries]
        for body in bodies:
            document.check_value(body, *WEBHOOK)

    types = [body["payload"]["value"]["type"] for body in bodies]
    assert types == ["image", "voice", "video", "file", "text", "text"]


def _payloads(prefix: str) -> list[Any]:
    return [pytest.param(path, id=path.stem) for path in sorted(PAYLOADS.glob(f"{prefix}*.json"))]


@pytest.mark.parametrize("path", _payloads("webhook_"))
def test_our_recorded_webhooks_are_as_avito_describes_them(path: Path) -> None:
    document = VendorDocument.load("avito-messenger.json")
    body = json.loads(path.read_text(encoding="utf-8"))

    document.check_value(body, *WEBHOOK)
