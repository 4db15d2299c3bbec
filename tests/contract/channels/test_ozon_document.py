"""Adapter, stand-in and pushes against Ozon's own OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from infra.channels.ozon import reading
from infra.sandbox.standin import CustomerFile
from shared.domain.arrivals import OutgoingFile, Received
from shared.domain.model import EPOCH
from tests.contract.channels.ozon_stage import ANNA, PNG, SHOP, Stage, open_stage
from tests.support.openapi import Correction, Exchange, VendorDocument, describe_errors

USED_BY_THE_ADAPTER = {
    "AccessAPI_RolesByToken",
    "SellerAPI_SellerInfo",
    "ChatAPI_ChatListV3",
    "ChatAPI_ChatHistoryV3",
    "ChatAPI_ChatSendMessage",
    "ChatAPI_ChatSendFile",
    "ChatAPI_ChatReadV2",
    "SetNotification",
    "UpdateNotification",
    "NotificationList",
    "EnableNotification",
    "DeleteNotification",
    "CheckNotification",
}
ANSWER = ("responses", "200", "content", "application/json", "schema")
TEXT_OR_NUMBER = {"oneOf": [{"type": "string"}, {"type": "integer"}]}
TEXT_OR_YES = {"oneOf": [{"type": "string", "enum": ["true", "false"]}, {"type": "boolean"}]}
NEW_MESSAGE = {"message_type", "chat_id", "chat_type", "message_id", "created_at", "user", "data", "seller_id"}
PUSHES = {
    "TYPE_NEW_MESSAGE": NEW_MESSAGE,
    "TYPE_UPDATE_MESSAGE": NEW_MESSAGE | {"updated_at"},
    "TYPE_MESSAGE_READ": (NEW_MESSAGE - {"data"}) | {"last_read_message_id"},
    "TYPE_CHAT_CLOSED": {"message_type", "chat_id", "chat_type", "user", "seller_id"},
}
"""Fields, from the tables of the document's prose: pushes have no schema."""


def as_in_the_example(path: str, name: str, *, schema: dict[str, Any]) -> Correction:
    """The document's own example contradicts its schema: take either."""

    def correct(document: dict[str, Any]) -> None:
        node: Any = document["paths"][path]["post"]
        for step in ANSWER:
            node = _followed(document, node[step])
        holder = next(one for one in _objects(document, node) if name in one)
        holder[name] = schema

    return correct


def _followed(document: dict[str, Any], node: Any) -> Any:
    if not isinstance(node, dict) or "$ref" not in node:
        return node
    target: Any = document
    for step in node["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    return target


def _objects(document: dict[str, Any], node: Any) -> Iterable[dict[str, Any]]:
    """The lists of fields in a schema, however deep."""
    node = _followed(document, node)
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            yield node["properties"]
        for name, child in node.items():
            if name not in ("example", "enum"):
                yield from _objects(document, child)


ERROR = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {
        "code": {"type": "integer"},
        "message": {"type": "string"},
        "details": {"type": "array", "items": {"type": "object"}},
    },
}
CORRECTIONS = (
    as_in_the_example("/v3/chat/list", "has_next", schema=TEXT_OR_YES),
    as_in_the_example("/v3/chat/history", "message_id", schema=TEXT_OR_NUMBER),
    describe_errors({"429": ERROR}),  # expected; in no document
)


@pytest.fixture(scope="module")
def ozon() -> VendorDocument:
    return VendorDocument.load("ozon-seller-communication.json", CORRECTIONS)


def methods(stage: Stage) -> Iterable[Exchange]:
    """All exchanges but the downloads of files, which are no part of the document."""
    return [exchange for exchange in stage.tap.exchanges if not exchange.path.startswith("/v2/chat/file/")]


async def everything_once(stage: Stage) -> None:
    channel = stage.channel()
    for secret in ("oldest", "older"):
        await stage.api.add_endpoint(stage.webhook(secret))
    await channel.connect(stage.webhook())
    stage.ozon.afflict(SHOP, "webhook_failing")
    await channel.connect(stage.webhook())
    await stage.ozon.write(SHOP, ANNA, "Подойдёт?", [CustomerFile("image", "a.png", "image/png", PNG)])
    await stage.ozon.write(SHOP, "Борис", "А мне?")
    page = await channel.pull("0")
    for arrival in page.arrivals:
        assert isinstance(arrival, Received)
        for attachment in arrival.attachments:
            await channel.fetch(attachment, arrival.source_id)
    asked = page.arrivals[0]
    assert isinstance(asked, Received)
    file = OutgoingFile(kind="file", name="a.pdf", mime_type="application/pdf", content=b"%PDF")
    outgoing = stage.reply(asked.thread, "Да, берите", file)
    await channel.send(outgoing)
    assert await channel.find_sent(outgoing)
    assert (await channel.history(EPOCH, None)).arrivals
    await channel.pull(None)
    await channel.mark_read(asked.thread, asked.source_id)
    assert await channel.describe(asked.thread)
    assert (await channel.test()).problem is None
    await channel.disconnect()


async def test_every_method_of_the_adapter_and_every_answer_of_the_stand_in_is_as_ozon_describes_it(
    ozon: VendorDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHATS_AT_ONCE", 1)  # so that cursors are used
    async with open_stage() as stage:
        await everything_once(stage)

        assert {ozon.check(exchange) for exchange in methods(stage)} == USED_BY_THE_ADAPTER
        assert all(exchange.status == 200 for exchange in stage.tap.exchanges)


async def test_the_stand_ins_errors_have_ozons_form(ozon: VendorDocument) -> None:
    async with open_stage() as stage:
        good = stage.api.keys
        bad = {**good, "Api-Key": "wrong"}
        body = {"chat_id": "none", "text": "x"}
        async with httpx.AsyncClient(base_url=f"{stage.address}/ozon") as http:
            await http.post("/v1/chat/send/message", json=body, headers=good)
            await http.post("/v1/chat/send/message", json=body, headers=bad)
            await http.post("/v1/notification/enable", json={"id": 1, "enabled": True}, headers=good)
            stage.ozon.faults.rate_limited = 1
            await http.post("/v3/chat/list", json={"limit": 1}, headers=good)
            await http.post("/v3/chat/list", json={"limit": 101}, headers=good)

        assert [exchange.status for exchange in stage.tap.exchanges] == [404, 403, 404, 429, 400]
        for exchange in stage.tap.exchanges:
            ozon.check(exchange)


async def test_the_pushes_of_the_stand_in_have_the_fields_that_ozon_describes() -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())
        stage.deliveries.clear()
        await stage.ozon.write(SHOP, ANNA, "Здравствуйте", [CustomerFile("file", "a.pdf", "application/pdf", PNG)])
        await stage.ozon.edit(SHOP, ANNA, "Добрый день")
        await stage.ozon.read_by_customer(SHOP, ANNA)
        await stage.ozon.close_chat(SHOP, ANNA)
        await stage.pusher.drained()

        bodies = [json.loads(delivery.body) for delivery in stage.deliveries]

    assert {body["message_type"]: set(body) for body in bodies} == PUSHES
