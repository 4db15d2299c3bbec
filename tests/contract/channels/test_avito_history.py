"""The whole history of an Avito account, page by page, and its credentials renewed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from infra.channels.avito.pulling import CHATS_A_PAGE
from shared.domain.arrivals import Arrival, Echo, Received
from shared.errors import CredentialsRejected
from tests.contract.channels.avito_stage import SHOP, Stage, open_stage, texts

MONTH = timedelta(days=30)


async def everything(stage: Stage, since: timedelta = MONTH) -> list[Arrival]:
    found: list[Arrival] = []
    cursor = None
    while True:
        page = await stage.channel().history(stage.clock.now() - since, cursor)
        found += page.arrivals
        if not page.more:
            return found
        cursor = page.cursor


async def test_history_holds_what_was_read_and_what_was_answered_under_the_ids_of_the_webhooks() -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())
        await stage.avito.write(SHOP, "Анна", "Ещё продаёте?")
        await stage.avito.answer_in_vendor_app(SHOP, "Анна", "Да")
        pushed = await stage.arrivals()
        stage.clock.advance(timedelta(days=29).total_seconds())

        listed = await everything(stage)

        assert texts(listed) == [("Received", "Ещё продаёте?"), ("Echo", "Да")]
        ids = [arrival.source_id for arrival in listed if isinstance(arrival, Received | Echo)]
        assert ids == [arrival.source_id for arrival in pushed if isinstance(arrival, Received | Echo)]


async def test_history_goes_back_to_the_moment_asked_for_and_no_further() -> None:
    async with open_stage() as stage:
        await stage.avito.write(SHOP, "Анна", "Давно")
        stage.clock.advance(3600)
        await stage.avito.write(SHOP, "Анна", "Недавно")

        assert texts(await everything(stage, timedelta(minutes=30))) == [("Received", "Недавно")]


async def test_more_chats_than_a_page_holds_are_all_listed_also_when_somebody_writes_meanwhile() -> None:
    async with open_stage() as stage:
        customers = [f"Покупатель {number}" for number in range(CHATS_A_PAGE + 5)]
        for customer in customers:
            await stage.avito.write(SHOP, customer, customer)
            stage.clock.advance(1)
        since = stage.clock.now() - MONTH

        first = await stage.channel().history(since, None)
        await stage.avito.write(SHOP, customers[0], "и ещё")
        second = await stage.channel().history(since, first.cursor)

        assert (first.more, second.more) == (True, False)
        said = {text for _, text in texts([*first.arrivals, *second.arrivals])}
        assert said == {*customers, "и ещё"}


async def test_a_new_secret_works_and_the_old_one_with_its_tokens_does_not() -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())

        renewed = stage.avito.renew_credentials(SHOP)

        with pytest.raises(CredentialsRejected) as refused:
            await stage.channel().connect(stage.webhook())
        assert refused.value.code == "credentials_rejected"
        assert (await stage.channel(credentials=renewed).test()).problem is None
