"""Adapter and stand-in against Wildberries' own OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from infra.sandbox.standin import CustomerFile
from shared.domain.arrivals import Received
from shared.errors import ChannelUnavailable
from tests.contract.channels.wildberries_stage import ANNA, SHOP, Stage, a_file, open_stage
from tests.support.files import PDF, PNG
from tests.support.openapi import Correction, Exchange, VendorDocument, add

USED_BY_THE_ADAPTER = {
    "GET /ping",
    "GET /api/v1/seller/chats",
    "GET /api/v1/seller/events",
    "POST /api/v1/seller/message",
    "GET /api/v1/seller/download/{id}",
    "GET /api/v1/questions",
    "PATCH /api/v1/questions",
    "GET /api/v1/question",
    "GET /api/v1/feedbacks",
    "GET /api/v1/feedback",
    "POST /api/v1/feedbacks/answer",
    "PATCH /api/v1/feedbacks/answer",
}

# Where the document is silent. Nothing else is forgiven.
PING_IS_IN_ANOTHER_FILE = add(
    ("paths", "/ping"),
    {
        "get": {
            "responses": {
                "200": {
                    "description": "OK",
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["TS", "Status"],
                                "properties": {"TS": {"type": "string"}, "Status": {"type": "string"}},
                            }
                        }
                    },
                }
            }
        }
    },
)
PARSED = "application/vnd.api+json"
PROBLEM = {
    "type": "object",
    "required": ["title", "detail", "status"],
    "properties": {name: {"type": "string"} for name in ("title", "detail", "statusText")}
    | {"status": {"type": "number"}},
}


def chats_are_forbidden_too(document: dict[str, Any]) -> None:
    """A 403 ("base token is not allowed") is described by the knowledge base only."""
    for path, methods in document["paths"].items():
        if path.startswith("/api/v1/seller/"):
            for operation in methods.values():
                if isinstance(operation, dict) and "responses" in operation:
                    content = {"application/problem+json": {"schema": PROBLEM}}
                    operation["responses"].setdefault("403", {"description": "no right", "content": content})


def an_edit_can_be_wrong_as_an_answer_can(document: dict[str, Any]) -> None:
    """Both methods take the same body; only one describes its refusal."""
    methods = document["paths"]["/api/v1/feedbacks/answer"]
    methods["patch"]["responses"].setdefault("400", methods["post"]["responses"]["400"])


def problems_can_be_parsed(document: dict[str, Any]) -> None:
    """The validator knows no problem+json: both sides get the name of another kind of JSON, so that they still differ
    from plain JSON."""
    for node in _contents(document):
        if "application/problem+json" in node:
            node[PARSED] = node.pop("application/problem+json")


def _contents(node: Any) -> Iterator[dict[str, Any]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, child in children:
        if name == "content" and isinstance(child, dict):
            yield child
        yield from _contents(child)


@pytest.fixture(scope="module")
def document() -> VendorDocument:
    corrections: list[Correction] = [
        PING_IS_IN_ANOTHER_FILE,
        chats_are_forbidden_too,
        an_edit_can_be_wrong_as_an_answer_can,
        problems_can_be_parsed,
    ]
    return VendorDocument.load("wb-communications.yaml", corrections)


def methods(stage: Stage) -> list[Exchange]:
    """What went over the wire, with the paths as they are at the vendor's own hosts."""
    for exchange in stage.tap.exchanges:
        exchange.path = exchange.path.removeprefix("/chat").removeprefix("/feedbacks")
        content_type = exchange.answer_headers.get("content-type", "")
        named = content_type.replace("application/problem+json", PARSED)
        exchange.answer_headers = {**exchange.answer_headers, **({"content-type": named} if content_type else {})}
    return stage.tap.exchanges


async def everything_once(stage: Stage) -> None:
    channel = stage.channel()
    await stage.connect()
    files = [CustomerFile("image", "a.png", "image/png", PNG), CustomerFile("file", "b.pdf", "application/pdf", PDF)]
    stage.wb.moderate_files(SHOP, "pending")
    await stage.wb.write(SHOP, ANNA, "Пришёл не тот размер", files)
    question, review = stage.wb.ask(SHOP, "Из чего сшита?"), stage.wb.review(SHOP, "Пётр", 2, cons="Мала")
    arrivals = await stage.pull()
    chat = next(one for one in arrivals if isinstance(one, Received) and one.kind == "chat")
    for attachment in chat.attachments:
        with pytest.raises(ChannelUnavailable):
            await channel.fetch(attachment, chat.source_id)
        await channel.fetch(attachment, chat.source_id)
    outgoing = stage.reply(chat.thread, "Разбираемся", a_file(), a_file(name="a.png", mime_type="image/png"))
    await channel.send(outgoing)
    assert await channel.find_sent(outgoing)
    for thread, text in ((f"question:{question}", "Из хлопка"), (f"review:{review}", "Нам жаль")):
        for words in (text, text + "!"):
            stage.clock.advance(10)
            await channel.send(stage.reply(thread, words))
    await channel.mark_read(f"question:{question}", "")
    await stage.pull()
    page = await channel.history(stage.clock.now(), None)
    while page.more:
        page = await channel.history(stage.clock.now(), page.cursor)
    assert (await channel.test()).problem is None


async def test_every_method_of_the_adapter_and_every_answer_of_the_stand_in_is_as_described(
    document: VendorDocument,
) -> None:
    async with open_stage() as stage:
        await everything_once(stage)

        assert {document.check(exchange) for exchange in methods(stage)} == USED_BY_THE_ADAPTER
        assert {exchange.status for exchange in stage.tap.exchanges} == {200, 202, 204}


async def test_the_stand_ins_errors_have_wildberries_form(document: VendorDocument) -> None:
    async with open_stage() as stage:
        await stage.wb.write(SHOP, ANNA, "Здравствуйте")
        review, question = stage.wb.review(SHOP, "Пётр", 2), stage.wb.ask(SHOP, "Из чего?")
        chat, feedbacks = f"{stage.address}/wb/chat/api/v1/seller", f"{stage.address}/wb/feedbacks/api/v1"
        sign = {"replySign": (None, "1:wrong")}
        token = {"Authorization": f"Bearer {stage.context.credentials['token']}"}
        stage.wb.moderate_files(SHOP, "rejected")
        rejected = stage.wb.memory.keep_file(SHOP, "image/png", PNG)
        async with httpx.AsyncClient(headers=token) as http:
            stage.without_limits()
            answers = [
                await http.get(f"{chat}/events?next=0"),
                await http.post(f"{chat}/message", files={**sign, "message": (None, "x")}),
                await http.get(f"{chat}/download/none"),
                await http.get(f"{chat}/download/{rejected}"),
                await http.get(f"{feedbacks}/question?id=none"),
                await http.get(f"{feedbacks}/questions?isAnswered=true&take=10000&skip=1"),
                await http.patch(f"{feedbacks}/questions", json={"id": "none", "wasViewed": True}),
                await http.patch(
                    f"{feedbacks}/questions", json={"id": question, "answer": {"text": "t.me/a"}, "state": "wbRu"}
                ),
                await http.post(f"{feedbacks}/feedbacks/answer", json={"id": review, "text": "t.me/shop"}),
                await http.patch(f"{feedbacks}/feedbacks/answer", json={"id": review, "text": "t.me/shop"}),
            ]
            stage.wb.faults.rate_limited = 2
            answers += [await http.get(f"{chat}/chats"), await http.get(f"{feedbacks}/feedback?id={review}")]
            for problem in ("scope_missing", "balance_empty", "credentials_expired"):
                stage.wb.afflict(SHOP, problem)
                answers += [await http.get(f"{chat}/chats"), await http.get(f"{feedbacks}/feedback?id={review}")]

        statuses = [answer.status_code for answer in answers]
        assert statuses == [400, 400, 400, 451, 422, 400, 404, 400, 400, 400, 429, 429, 403, 200, 402, 402, 401, 401]
        for exchange in methods(stage):
            document.check(exchange)


async def test_a_rejected_question_is_answered_as_described(document: VendorDocument) -> None:
    async with open_stage() as stage:
        question = stage.wb.ask(SHOP, "Из чего?")
        token = {"Authorization": f"Bearer {stage.context.credentials['token']}"}
        async with httpx.AsyncClient(headers=token) as http:
            body = {"id": question, "answer": {"text": "Не по теме"}, "state": "none"}
            await http.patch(f"{stage.address}/wb/feedbacks/api/v1/questions", json=body)
            shown = await http.get(f"{stage.address}/wb/feedbacks/api/v1/question?id={question}")

        assert shown.json()["data"]["state"] == "none"
        assert [document.check(exchange) for exchange in methods(stage)] == [
            "PATCH /api/v1/questions",
            "GET /api/v1/question",
        ]
