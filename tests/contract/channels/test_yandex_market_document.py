"""Adapter, stand-in and notifications against Market's own OpenAPI documents."""

from __future__ import annotations

import json

import httpx
import pytest

from infra.channels.remedies import ACCOUNT_CLOSED, EXPIRED, RIGHTS, SCOPE, WRONG
from infra.channels.yandex_market.remedies import MOVING
from infra.sandbox.standin import CustomerFile
from shared.domain.arrivals import OutgoingFile, Received
from tests.contract.channels.yandex_market_stage import SHOP, Stage, open_stage, pulled, whole_history
from tests.support.openapi import Exchange, VendorDocument, describe_errors

USED_BY_THE_ADAPTER = {
    "getAuthTokenInfo",
    "getCampaigns",
    "getChats",
    "getChatHistory",
    "sendMessageToChat",
    "sendFileToChat",
    "getGoodsQuestions",
    "getGoodsQuestionAnswers",
    "updateGoodsQuestionTextEntity",
    "getGoodsFeedbacks",
    "getGoodsFeedbackComments",
    "updateGoodsFeedbackComment",
}
ERROR = {"$ref": "#/components/schemas/ApiErrorResponse"}
MOVED = describe_errors({"423": ERROR})
"""The guide knows it, the document does not."""
NOTIFICATIONS = {
    "PING": "PingNotificationDTO",
    "CHAT_CREATED": "ChatCreatedNotificationDTO",
    "CHAT_MESSAGE_SENT": "ChatMessageSentNotificationDTO",
    "QUESTION_CREATED": "QuestionCreatedNotificationDTO",
    "QUESTION_ANSWER_CREATED": "QuestionAnswerCreatedNotificationDTO",
    "QUESTION_COMMENT_CREATED": "QuestionCommentCreatedNotificationDTO",
    "GOODS_FEEDBACK_CREATED": "GoodsFeedbackCreatedNotificationDTO",
    "GOODS_FEEDBACK_COMMENT_CREATED": "GoodsFeedbackCommentCreatedNotificationDTO",
}
PDF = OutgoingFile(kind="file", name="a.pdf", mime_type="application/pdf", content=b"%PDF-1.4")


@pytest.fixture(scope="module")
def document() -> VendorDocument:
    return VendorDocument.load("yandex-market-communication.yaml", [MOVED])


def methods(stage: Stage) -> list[Exchange]:
    """All exchanges but the downloads of files, which are no part of the API."""
    return [exchange for exchange in stage.tap.exchanges if not exchange.path.startswith("/files/")]


async def everything_once(stage: Stage) -> None:
    cursor, channel, since = await stage.connected(), stage.channel(), stage.clock.now()
    await stage.market.write(SHOP, "Мария", "Здравствуйте", [CustomerFile("image", "a.png", "image/png", b"png")])
    question = stage.market.ask(SHOP, "Пётр", "Подойдёт?")
    review = stage.market.review(SHOP, "Анна", 4, "Хорошо")
    page = await pulled(channel, cursor)
    for arrival in page.arrivals:
        assert isinstance(arrival, Received)
        for attachment in arrival.attachments:
            await channel.fetch(attachment, arrival.source_id)
        files = (PDF,) if arrival.kind == "chat" else ()
        outgoing = stage.reply(arrival, f"Ответ на номер {arrival.source_id.rpartition(':')[2]}", files=files)
        receipt = await channel.send(outgoing)
        assert await channel.find_sent(outgoing) is not None
        if arrival.kind == "question":
            stage.market.comment_on_answer(SHOP, receipt.source_id.removeprefix("answer:"), "Пётр", "А ещё?")
        if arrival.kind == "review":
            comment = receipt.source_id.removeprefix("review_comment:")
            stage.market.comment_on_review(SHOP, review, "Анна", "Жду", parent=comment)
    stage.clock.advance(300)
    page = await pulled(channel, page.cursor)
    for arrival in page.arrivals:
        if isinstance(arrival, Received):
            await channel.send(stage.reply(arrival, "Спасибо"))
    assert len(stage.market.said_below(SHOP, question)) == len(stage.market.said_below(SHOP, review)) == 3
    await whole_history(channel, since)
    await channel.test()
    await channel.disconnect()


async def test_every_method_of_the_adapter_and_every_answer_of_the_stand_in_is_as_market_describes_them(
    document: VendorDocument,
) -> None:
    async with open_stage() as stage:
        await everything_once(stage)

        assert {document.check(exchange) for exchange in methods(stage)} == USED_BY_THE_ADAPTER
        assert all(exchange.status == 200 for exchange in stage.tap.exchanges)


async def test_the_stand_ins_refusals_have_markets_form(document: VendorDocument) -> None:
    async with open_stage() as stage:
        path = f"{stage.address}/market/v2/businesses/1234567/chats"
        good = {"Api-Key": stage.context.credentials["api_key"]}
        statuses = []
        async with httpx.AsyncClient() as http:
            for headers, name, body in (
                (good, "", {}),
                ({"Api-Key": "1:wrong"}, "", {}),
                (good, "/history?chatId=5", {}),
                (good, "?limit=21", {}),
                (good, "/message?chatId=5", {"message": ""}),
            ):
                statuses.append((await http.post(path + name, json=body, headers=headers)).status_code)
            for problem in (SCOPE, RIGHTS, ACCOUNT_CLOSED, MOVING, EXPIRED, WRONG):
                stage.market.afflict(SHOP, problem)
                statuses.append((await http.post(path, json={}, headers=good)).status_code)
            stage.market.faults.rate_limited = 1
            renewed = {"Api-Key": stage.market.renew_credentials(SHOP)["api_key"]}
            limited = await http.post(path, json={}, headers=renewed)

        assert statuses == [200, 401, 404, 400, 404, 403, 403, 403, 423, 401, 401]
        assert limited.status_code == 420
        assert limited.headers["x-ratelimit-resource-until"] == "Fri, 20 Nov 2026 13:00:00 GMT"
        for exchange in stage.tap.exchanges:
            if exchange.status not in (400, 404) or exchange.path.endswith("/history"):
                document.check(exchange)  # what is refused for its form cannot have the document's


async def test_notifications_and_our_answer_are_as_market_describes_them() -> None:
    document = VendorDocument.load("yandex-market-notifications.yaml")
    async with open_stage() as stage:
        cursor = await stage.connected()
        await stage.market.write(SHOP, "Мария", "Здравствуйте")
        question = stage.market.ask(SHOP, "Пётр", "Подойдёт?")
        answer = stage.market.answer_question(SHOP, question, "Да")
        stage.market.comment_on_answer(SHOP, answer, "Пётр", "Спасибо")
        review = stage.market.review(SHOP, "Анна", 4, "Хорошо")
        stage.market.comment_on_review(SHOP, review, "Анна", "Дополню")
        await stage.pusher.drained()

        bodies = [json.loads(delivery.body) for delivery in stage.deliveries]
        answers = [stage.channel().acknowledge(delivery) for delivery in stage.deliveries]

    assert cursor
    assert {body["notificationType"] for body in bodies} == set(NOTIFICATIONS)
    for body, said in zip(bodies, answers, strict=True):
        document.check_value(body, "components", "schemas", NOTIFICATIONS[body["notificationType"]])
        document.check_value(said, "components", "schemas", "SendNotificationResponse")
