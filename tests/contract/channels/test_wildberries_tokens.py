"""Tokens of Wildberries over real HTTP: what is wrong is told apart, and a base token's hour is respected."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from infra.channels.remedies import EXPIRED, SCOPE, WRONG, WRONG_TYPE
from infra.channels.wildberries.remedies import BALANCE, REMEDIES
from infra.channels.wildberries.sandbox_tokens import BASE, CHAT, FEEDBACKS, READ_ONLY, SERVICE, TEST
from shared.domain.arrivals import Received
from shared.errors import ChannelUnavailable, CredentialsRejected
from tests.contract.channels.wildberries_stage import ANNA, SHOP, Stage, open_stage, texts

BOTH = CHAT | FEEDBACKS
HOUR = timedelta(hours=1)


async def problem_at_connect(stage: Stage, credentials: Any = None) -> str | None:
    try:
        await stage.channel(credentials).connect("https://desk.example/hooks")
    except CredentialsRejected as error:
        return error.code
    return None


MADE = [
    pytest.param({"type": TEST}, WRONG_TYPE, id="a test token"),
    pytest.param({"type": BASE, "refuses_base": True}, WRONG_TYPE, id="a base token where none is allowed"),
    pytest.param({"sections": 1 << 1}, SCOPE, id="another section"),
    pytest.param({"sections": CHAT}, SCOPE, id="chats only"),
    pytest.param({"sections": FEEDBACKS}, SCOPE, id="feedbacks only"),
    pytest.param({"sections": BOTH | READ_ONLY}, SCOPE, id="read only"),
    pytest.param({"is_broke": True, "type": SERVICE}, BALANCE, id="an empty balance"),
    pytest.param({"is_withdrawn": True}, WRONG, id="withdrawn"),
    pytest.param({"type": BASE}, None, id="a base token"),
    pytest.param({"type": SERVICE}, None, id="a service's token"),
    pytest.param({}, None, id="a personal token"),
]


@pytest.mark.parametrize(("claims", "problem"), MADE)
async def test_connect_and_test_tell_apart_what_is_wrong_with_a_token(
    claims: dict[str, Any], problem: str | None
) -> None:
    async with open_stage() as stage:
        credentials = stage.wb.make_token(SHOP, **claims)

        diagnosis = await stage.channel(credentials).test()
        stage.clock.advance(30)

        assert diagnosis.problem == problem
        assert await problem_at_connect(stage, credentials) == problem
        assert problem is None or problem in REMEDIES


@pytest.mark.parametrize("token", ["", "1:wrong", "Bearer x", "ключ", "a.b.c", "a\nb", " "])
async def test_what_is_no_token_is_simply_wrong(token: str) -> None:
    async with open_stage() as stage:
        assert await problem_at_connect(stage, {"token": token}) == WRONG


async def test_a_token_expires_after_180_days() -> None:
    async with open_stage() as stage:
        stage.clock.advance(timedelta(days=179).total_seconds())
        assert (await stage.channel().test()).problem is None

        stage.clock.advance(timedelta(days=1).total_seconds())

        assert (await stage.channel().test()).problem == EXPIRED
        with pytest.raises(CredentialsRejected) as refused:
            await stage.channel().pull(stage.cursor)
        assert refused.value.code == EXPIRED


@pytest.mark.parametrize("problem", REMEDIES)
async def test_a_pull_and_a_send_name_the_problem_too(problem: str) -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        stage.wb.afflict(SHOP, problem)

        with pytest.raises(CredentialsRejected) as pulled:
            await stage.pull()
        with pytest.raises(CredentialsRejected) as sent:
            await stage.channel().send(stage.reply(thread, "x"))

        assert (pulled.value.code, sent.value.code) == (problem, problem)
        token = stage.context.credentials["token"]
        assert token not in str(pulled.value)


async def test_new_credentials_work_and_the_old_ones_no_more() -> None:
    async with open_stage() as stage:
        renewed = stage.wb.renew_credentials(SHOP)

        assert await problem_at_connect(stage) == WRONG
        assert await problem_at_connect(stage, renewed) is None


async def test_the_account_is_the_seller_whatever_the_token() -> None:
    async with open_stage() as stage:
        first = await stage.channel().connect("")
        second = await stage.channel(stage.wb.renew_credentials(SHOP)).connect("")

        assert first.account == second.account == stage.wb.memory.account(SHOP)["seller"]


async def test_a_test_shows_the_tokens_type_and_end() -> None:
    async with open_stage() as stage:
        facts = (await stage.channel(stage.wb.make_token(SHOP, type=BASE)).test()).facts

        assert (facts["token_type"], facts["limit"]) == ("base", "1/h")
        assert facts["expires_at"].startswith("2027-05-19")


async def with_a_base_token(stage: Stage) -> None:
    credentials = stage.wb.make_token(SHOP, type=BASE)
    stage.context = type(stage.context)(**{**_fields(stage.context), "credentials": credentials})


def _fields(context: Any) -> dict[str, Any]:
    return {name: getattr(context, name) for name in context.__dataclass_fields__}


async def test_with_a_base_token_wildberries_is_asked_once_an_hour_and_nothing_is_lost() -> None:
    async with open_stage() as stage:
        await with_a_base_token(stage)
        told = []
        for minute in range(200):
            if minute % 20 == 0:
                await stage.wb.write(SHOP, ANNA, f"минута {minute}")
                stage.wb.ask(SHOP, f"вопрос {minute}")
            before = stage.cursor
            arrivals = await stage.pull()
            assert arrivals or stage.cursor == before
            told += [text for _, text in texts(arrivals)]

        assert all(exchange.status == 200 for exchange in stage.tap.exchanges)
        assert stage.calls("/seller/events") <= 8
        expected = [f"{what} {minute}" for minute in range(0, 180, 20) for what in ("минута", "вопрос")]
        assert set(expected) <= set(told)
        assert len(told) == len(set(told))


async def test_with_a_base_token_the_second_message_of_an_hour_waits_without_being_tried() -> None:
    async with open_stage() as stage:
        await with_a_base_token(stage)
        await stage.wb.write(SHOP, ANNA, "Здравствуйте")
        (first,) = await stage.pull()
        assert isinstance(first, Received)
        await stage.channel().send(stage.reply(first.thread, "Раз"))
        stage.clock.advance(600)
        stage.tap.exchanges.clear()

        with pytest.raises(ChannelUnavailable) as early:
            await stage.channel().send(stage.reply(first.thread, "Два"))
        assert stage.tap.exchanges == []
        assert early.value.retry_after == HOUR - timedelta(seconds=600)
        stage.clock.advance(3000)
        await stage.channel().send(stage.reply(first.thread, "Два"))

        assert stage.shop_texts() == ["Раз", "Два"]


async def test_with_a_base_token_a_wish_to_wait_is_remembered_by_every_worker() -> None:
    async with open_stage() as stage:
        await with_a_base_token(stage)
        stage.wb.ask(SHOP, "Из чего сшита?")
        (question,) = await stage.pull()
        assert isinstance(question, Received)
        for _ in range(3):
            await stage.channel().find_sent(stage.reply(question.thread, "x"))
        with pytest.raises(ChannelUnavailable):
            await stage.channel().send(stage.reply(question.thread, "Из хлопка"))
        stage.tap.exchanges.clear()

        with pytest.raises(ChannelUnavailable):
            await stage.channel().send(stage.reply(question.thread, "Из хлопка"))

        assert stage.tap.exchanges == []
        stage.clock.advance(3600)
        await stage.channel().send(stage.reply(question.thread, "Из хлопка"))
