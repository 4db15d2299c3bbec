"""The Avito adapter against its stand-in over real HTTP: what users would lose if it broke."""

from __future__ import annotations

from datetime import timedelta

import pytest

from infra.channels.avito.api import AvitoApi
from infra.sandbox.standin import CustomerFile
from shared.domain.arrivals import Echo, Received
from shared.domain.messages import Attachment
from shared.errors import (
    ChannelRejected,
    ChannelUnavailable,
    ChannelUnclear,
    CredentialsRejected,
    UntrustedDelivery,
)
from tests.contract.channels.avito_stage import SHOP, Stage, open_stage, texts

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


async def a_thread(stage: Stage, text: str = "Ещё продаёте?") -> str:
    await stage.avito.write(SHOP, "Анна", text)
    arrival = (await stage.channel().pull(None)).arrivals[-1]
    assert isinstance(arrival, Received)
    return arrival.thread


async def subscriptions(stage: Stage) -> set[str]:
    return set(await AvitoApi(stage.context).subscriptions())


async def test_connecting_registers_our_address_and_removes_older_ones_of_this_inbox_only() -> None:
    async with open_stage() as stage:
        strangers = {"https://crm.example/avito", stage.webhook("theirs", inbox="inbox-two")}
        for url in (*strangers, stage.webhook("older")):
            await AvitoApi(stage.context).subscribe(url)

        connection = await stage.channel().connect(stage.webhook())
        again = await stage.channel().connect(stage.webhook())

        assert connection == again
        assert connection.account == await stage.user()
        assert await subscriptions(stage) == strangers | {stage.webhook()}


async def test_connecting_an_address_of_another_form_removes_nothing() -> None:
    async with open_stage() as stage:
        neighbour = f"{stage.address}/another-application"
        await AvitoApi(stage.context).subscribe(neighbour)

        await stage.channel().connect(f"{stage.address}/ours")

        assert await subscriptions(stage) == {neighbour, f"{stage.address}/ours"}


async def test_disconnecting_takes_our_addresses_back_and_leaves_others() -> None:
    async with open_stage() as stage:
        await AvitoApi(stage.context).subscribe("https://crm.example/avito")
        await stage.channel().connect(stage.webhook())

        await stage.channel().disconnect()

        assert await subscriptions(stage) == {"https://crm.example/avito"}


async def test_a_customers_message_comes_by_webhook_with_its_listing() -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())
        source_id = await stage.avito.write(SHOP, "Анна", "Ещё продаёте?")

        (arrival,) = await stage.arrivals()

        assert isinstance(arrival, Received)
        assert (arrival.source_id, arrival.text, arrival.at) == (source_id, "Ещё продаёте?", stage.clock.now())
        assert set(arrival.context) == {"item_id"}
        assert len(stage.deliveries[0].headers["x-avito-messenger-signature"]) == 64


async def test_a_webhook_with_another_secret_is_not_trusted() -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook("guessed"))
        await stage.avito.write(SHOP, "Анна", "Ещё продаёте?")

        with pytest.raises(UntrustedDelivery):
            await stage.arrivals()


async def test_what_we_send_and_what_a_colleague_answers_come_back_as_echoes() -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())
        thread = await a_thread(stage)
        receipt = await stage.channel().send(stage.reply(thread, "Да, приезжайте"))
        await stage.avito.answer_in_vendor_app(SHOP, "Анна", "Скину 500 ₽")

        arrivals = await stage.arrivals()

        assert texts(arrivals)[1:] == [("Echo", "Да, приезжайте"), ("Echo", "Скину 500 ₽")]
        assert isinstance(arrivals[1], Echo)
        assert arrivals[1].source_id == receipt.source_id
        assert [(seen.sender, seen.text) for seen in stage.avito.seen_by(SHOP, "Анна")] == [
            ("customer", "Ещё продаёте?"),
            ("shop", "Да, приезжайте"),
            ("shop", "Скину 500 ₽"),
        ]


async def test_a_text_over_the_limit_is_refused_before_it_leaves() -> None:
    async with open_stage() as stage:
        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(stage.reply("u2i-any", "я" * 1001))

        assert refused.value.code == "text_too_long"
        assert stage.tap.exchanges == []


async def test_a_text_of_exactly_the_limit_is_sent() -> None:
    async with open_stage() as stage:
        thread = await a_thread(stage)

        receipt = await stage.channel().send(stage.reply(thread, "я" * 1000))

        assert receipt.at == stage.clock.now()
        assert stage.avito.seen_by(SHOP, "Анна")[-1].text == "я" * 1000


async def test_a_message_into_an_unknown_chat_is_refused_without_its_text_in_the_error() -> None:
    async with open_stage() as stage:
        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(stage.reply("u2i-none", "секретная скидка"))

        assert refused.value.vendor_code == "404"
        assert "скидка" not in str(refused.value)


@pytest.mark.parametrize("thread", ["", ".", "..", "../../../core/v1/accounts/self", "a/b?c#d"])
async def test_a_strange_thread_never_reaches_another_method(thread: str) -> None:
    async with open_stage() as stage:
        with pytest.raises(ChannelRejected):
            await stage.channel().send(stage.reply(thread, "x"))

        assert stage.calls("/core/v1") <= 1
        assert not any(exchange.status == 200 for exchange in stage.tap.exchanges[2:])


async def test_after_a_lost_answer_the_history_shows_that_the_message_was_sent() -> None:
    async with open_stage() as stage:
        thread = await a_thread(stage)
        channel, outgoing = stage.channel(), stage.reply(thread, "Да,  приезжайте")
        nothing = await channel.find_sent(outgoing)
        stage.avito.faults.lose_answers = 1

        with pytest.raises(ChannelUnclear):
            await channel.send(outgoing)
        stage.clock.advance(30)
        found = await channel.find_sent(outgoing)

        assert nothing is None
        assert found is not None
        assert found.source_id
        assert len(stage.avito.seen_by(SHOP, "Анна")) == 2


async def test_an_older_message_with_the_same_text_is_not_taken_for_the_unclear_one() -> None:
    async with open_stage() as stage:
        thread = await a_thread(stage, "Да")
        await stage.channel().send(stage.reply(thread, "Да"))
        stage.clock.advance(60)

        assert await stage.channel().find_sent(stage.reply(thread, "Да")) is None


async def test_marking_as_read_takes_the_chat_out_of_the_unread_ones() -> None:
    async with open_stage() as stage:
        thread = await a_thread(stage)

        await stage.channel().mark_read(thread, "")

        assert (await stage.channel().pull(None)).arrivals == ()


async def test_an_outage_surely_did_nothing() -> None:
    async with open_stage() as stage:
        thread = await a_thread(stage)
        stage.avito.faults.outage = True

        with pytest.raises(ChannelUnavailable):
            await stage.channel().send(stage.reply(thread, "Да"))
        with pytest.raises(ChannelUnavailable):
            await stage.channel().pull("0")

        assert len(stage.avito.seen_by(SHOP, "Анна")) == 1


async def test_a_limit_on_requests_says_how_long_to_wait_and_nothing_was_sent() -> None:
    async with open_stage() as stage:
        thread = await a_thread(stage)
        channel = stage.channel(account=await stage.user())
        stage.avito.faults.rate_limited = 1

        with pytest.raises(ChannelUnavailable) as refused:
            await channel.send(stage.reply(thread, "Да"))

        assert refused.value.retry_after == timedelta(minutes=1)
        assert len(stage.avito.seen_by(SHOP, "Анна")) == 1


async def test_a_token_is_shared_through_the_vault_and_renewed_before_it_ends() -> None:
    async with open_stage() as stage:
        await stage.channel().pull(None)
        await stage.channel().pull(None)
        assert stage.calls("/token") == 1

        stage.clock.advance(timedelta(hours=24).total_seconds() - 60)
        stage.tap.exchanges.clear()
        await stage.channel().pull(None)

        assert stage.calls("/token") == 1
        assert all(exchange.status == 200 for exchange in stage.tap.exchanges)


async def test_a_token_that_avito_forgot_is_renewed_once_and_the_message_sent_once() -> None:
    async with open_stage() as stage:
        thread = await a_thread(stage)
        channel = stage.channel()
        await channel.mark_read(thread, "")
        stage.avito.expire_tokens(SHOP)
        stage.tap.exchanges.clear()

        await channel.send(stage.reply(thread, "Да"))

        assert [exchange.status for exchange in stage.tap.exchanges] == [403, 200, 200]
        assert stage.calls("/token") == 1
        assert len(stage.avito.seen_by(SHOP, "Анна")) == 2


async def test_revoked_credentials_are_told_apart_and_name_no_secret() -> None:
    async with open_stage() as stage:
        thread = await a_thread(stage)
        stage.avito.faults.reject_credentials = True

        with pytest.raises(CredentialsRejected) as refused:
            await stage.channel().send(stage.reply(thread, "Да"))

        assert refused.value.code == "credentials_rejected"
        assert not any(secret in str(refused.value) for secret in stage.context.credentials.values())
        assert (await stage.channel().test()).problem == "credentials_rejected"


async def test_a_wrong_client_secret_is_noticed_although_avito_answers_200() -> None:
    async with open_stage() as stage:
        wrong = {**stage.context.credentials, "client_secret": "mistyped"}

        with pytest.raises(CredentialsRejected) as refused:
            await stage.channel(credentials=wrong).connect(stage.webhook())

        assert refused.value.vendor_code == "invalid_client"


async def test_a_missing_subscription_is_told_apart() -> None:
    async with open_stage() as stage:
        thread = await a_thread(stage)
        stage.avito.set_paid(SHOP, False)

        with pytest.raises(CredentialsRejected) as refused:
            await stage.channel().send(stage.reply(thread, "Да"))

        assert refused.value.code == "tariff_missing"
        assert (await stage.channel().test()).problem == "tariff_missing"


async def test_a_test_says_whether_the_webhook_is_set() -> None:
    async with open_stage() as stage:
        before = await stage.channel().test()
        await stage.channel().connect(stage.webhook("an-older-secret"))
        other_secret = await stage.channel().test()
        await stage.channel().connect(stage.webhook())
        after = await stage.channel().test()

        assert (before.problem, other_secret.problem, after.problem) == ("webhook_not_set", "webhook_not_set", None)
        assert after.facts == {"account": await stage.user(), "name": SHOP}


async def test_images_and_voice_are_fetched_without_showing_our_token() -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())
        files = [
            CustomerFile("image", "a.png", "image/png", PNG),
            CustomerFile("voice", "v.mp4", "audio/mp4", b"opus in mp4"),
        ]
        await stage.avito.write(SHOP, "Анна", "", files)

        arrivals = await stage.arrivals()
        data = [
            await stage.channel().fetch(arrival.attachments[0], arrival.source_id)
            for arrival in arrivals
            if isinstance(arrival, Received)
        ]

        assert data == [PNG, b"opus in mp4"]
        downloads = [exchange for exchange in stage.tap.exchanges if exchange.path.startswith("/files/")]
        assert len(downloads) == 2
        assert not any("authorization" in exchange.headers for exchange in downloads)


async def test_a_file_that_is_gone_or_too_big_is_refused_for_good() -> None:
    async with open_stage() as stage:
        huge = CustomerFile("image", "a.png", "image/png", bytes(24 * 1024 * 1024 + 1))
        await stage.avito.write(SHOP, "Анна", "", [huge])
        arrival = (await stage.channel().pull(None)).arrivals[0]
        assert isinstance(arrival, Received)
        gone = [
            Attachment(kind="voice", reference="voice:unknown"),
            Attachment(kind="image", reference=f"{stage.address}/avito/files/32x32/unknown"),
        ]

        with pytest.raises(ChannelRejected) as too_large:
            await stage.channel().fetch(arrival.attachments[0], "")
        for attachment in gone:
            with pytest.raises(ChannelRejected) as missing:
                await stage.channel().fetch(attachment, "")
            assert missing.value.code == "attachment_gone"

        assert too_large.value.code == "attachment_too_large"


async def test_a_file_outside_of_avito_is_refused() -> None:
    async with open_stage() as stage:
        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().fetch(Attachment(kind="image", reference="http://169.254.169.254/latest"), "")

        assert refused.value.code == "attachment_refused"


async def test_a_webhook_that_comes_twice_reads_as_the_same_message() -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())
        stage.avito.faults.double_pushes = True
        await stage.avito.write(SHOP, "Анна", "Ещё продаёте?")

        first, second = await stage.arrivals()

        assert first == second
