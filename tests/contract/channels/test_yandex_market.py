"""The Market adapter against its stand-in over real HTTP: what users would lose if it broke."""

from __future__ import annotations

from datetime import timedelta

import pytest

from infra.channels.remedies import RIGHTS, WEBHOOK_MISSING
from infra.channels.yandex_market.remedies import REMEDIES
from shared.domain.arrivals import Echo, OutgoingFile, PullHint, Received
from shared.errors import ChannelRejected, ChannelUnavailable, ChannelUnclear, CredentialsRejected, UntrustedDelivery
from tests.contract.channels.yandex_market_stage import SHOP, Stage, open_stage, pulled, texts

QUESTION = "Когда отправите заказ?"
PDF = OutgoingFile(kind="file", name="Гарантия.pdf", mime_type="application/pdf", content=b"%PDF-1.4 warranty")


async def a_message(stage: Stage, text: str = QUESTION) -> Received:
    await stage.market.write(SHOP, "Мария", text)
    arrival = (await pulled(stage.channel(), None)).arrivals[-1]
    assert isinstance(arrival, Received)
    return arrival


async def test_connecting_finds_the_cabinet_and_hands_the_address_to_the_owner() -> None:
    async with open_stage() as stage:
        connection = await stage.channel().connect(stage.webhook)

        assert connection == await stage.channel().connect(stage.webhook)
        assert connection.account == "1234567"
        assert connection.webhook_url == stage.webhook
        assert (await stage.channel().test()).facts == {"account": "1234567", "name": SHOP}


@pytest.mark.parametrize("problem", [problem for problem in REMEDIES if problem != WEBHOOK_MISSING])
async def test_each_problem_of_the_table_is_told_apart_by_connect_and_by_test(problem: str) -> None:
    async with open_stage() as stage:
        stage.market.afflict(SHOP, problem)

        with pytest.raises((CredentialsRejected, ChannelUnavailable)) as refused:
            await stage.channel().connect(stage.webhook)

        assert refused.value.code == problem
        assert (await stage.channel().test()).problem == problem
        assert not any(secret in str(refused.value) for secret in stage.context.credentials.values())


async def test_a_new_token_works_and_the_one_before_is_revoked() -> None:
    async with open_stage() as stage:
        renewed = stage.market.renew_credentials(SHOP)

        assert (await stage.channel().test()).problem == "credentials_expired"
        assert (await stage.channel(credentials=renewed).test()).problem is None


async def test_a_token_of_another_cabinet_is_told_apart() -> None:
    async with open_stage() as stage:
        typed = {**stage.context.credentials, "business_id": "99"}

        with pytest.raises(CredentialsRejected) as refused:
            await stage.channel(credentials=typed).connect(stage.webhook)

        assert refused.value.code == RIGHTS


async def test_a_token_that_is_no_token_at_all_is_refused_without_a_fault() -> None:
    async with open_stage() as stage:
        for key in ("", "1:wrong", "ключ", "ACMA:неизвестный"):
            assert (await stage.channel(credentials={"api_key": key}).test()).problem == "credentials_rejected"


async def test_a_notification_rings_and_the_pull_brings_the_message_with_its_order() -> None:
    async with open_stage() as stage:
        cursor = await stage.connected()
        stage.clock.advance(60)
        source = await stage.market.write(SHOP, "Мария", QUESTION)

        hints = await stage.arrivals()
        page = await pulled(stage.channel(account="1234567"), cursor)

        assert set(hints) == {PullHint()}
        (arrival,) = page.arrivals
        assert isinstance(arrival, Received)
        assert arrival.source_id == f"{arrival.thread}:{source}"
        assert arrival.thread.startswith("chat:")
        assert (arrival.text, arrival.at, arrival.contact.name) == (QUESTION, stage.clock.now(), "Мария")
        assert set(arrival.facts) == {"order", "link"}


async def test_every_notification_is_answered_with_who_we_are() -> None:
    async with open_stage() as stage:
        await stage.connected()
        await stage.pusher.drained()

        (ping,) = stage.deliveries

        assert b"PING" in ping.body
        assert stage.channel().read(ping) == []
        assert stage.channel().acknowledge(ping) == {
            "version": "1.0.0",
            "name": "parley",
            "time": "2026-11-20T12:00:00Z",
        }


async def test_a_notification_with_another_secret_is_not_trusted_and_one_of_another_cabinet_is_not_ours() -> None:
    async with open_stage() as stage:
        await stage.connected()
        await stage.market.write(SHOP, "Мария", QUESTION)
        await stage.pusher.drained()
        message = stage.deliveries[-1]

        with pytest.raises(UntrustedDelivery):
            stage.channel(webhook_secret="another").read(message)
        assert stage.channel(account="7654321").read(message) == []


async def test_our_message_has_the_id_under_which_it_comes_back() -> None:
    async with open_stage() as stage:
        arrival = await a_message(stage)

        receipt = await stage.channel().send(stage.reply(arrival, "Сегодня,  до вечера"))

        echo = (await pulled(stage.channel(), None)).arrivals[-1]
        assert isinstance(echo, Echo)
        assert (receipt.source_id, receipt.at) == (echo.source_id, echo.at)
        assert [(seen.sender, seen.text) for seen in stage.market.seen_by(SHOP, "Мария")] == [
            ("customer", QUESTION),
            ("shop", "Сегодня,  до вечера"),
        ]


async def test_after_a_lost_answer_the_history_shows_that_the_message_was_sent() -> None:
    async with open_stage() as stage:
        outgoing = stage.reply(await a_message(stage), "Сегодня")
        nothing = await stage.channel().find_sent(outgoing)
        stage.market.faults.lose_answers = 1

        with pytest.raises(ChannelUnclear):
            await stage.channel().send(outgoing)
        stage.clock.advance(30)
        found = await stage.channel().find_sent(outgoing)

        assert nothing is None
        assert found is not None
        assert found.source_id
        assert len(stage.market.seen_by(SHOP, "Мария")) == 2


async def test_an_older_message_with_the_same_text_is_not_taken_for_the_unclear_one() -> None:
    async with open_stage() as stage:
        await stage.channel().send(stage.reply(await a_message(stage, "Алло?"), "Да"))
        again = await a_message(stage, "Точно?")

        assert await stage.channel().find_sent(stage.reply(again, "Да")) is None


async def test_a_text_with_its_file_is_one_message_however_often_it_is_tried() -> None:
    async with open_stage() as stage:
        outgoing = stage.reply(await a_message(stage), "Вот гарантия", files=(PDF,))
        # The text is taken and its answer lost: half of the message is there.
        stage.market.faults.lose_answers = 1
        with pytest.raises(ChannelUnclear):
            await stage.channel().send(outgoing)

        half = await stage.channel().find_sent(outgoing)
        receipt = await stage.channel().send(outgoing)

        assert half is None
        assert [(seen.text, seen.files) for seen in stage.market.seen_by(SHOP, "Мария")[1:]] == [
            ("Вот гарантия", ()),
            ("", ("Гарантия.pdf",)),
        ]
        echo = (await pulled(stage.channel(), None)).arrivals[-1]
        assert isinstance(echo, Echo)
        assert (echo.source_id, [file.name for file in echo.attachments]) == (receipt.source_id, ["Гарантия.pdf"])


async def test_a_file_alone_is_found_again_by_its_name_and_size() -> None:
    async with open_stage() as stage:
        outgoing = stage.reply(await a_message(stage), "", files=(PDF,))
        stage.market.faults.lose_answers = 1
        with pytest.raises(ChannelUnclear):
            await stage.channel().send(outgoing)

        assert await stage.channel().find_sent(outgoing) is not None
        other = PDF.model_copy(update={"content": b"another"})
        assert await stage.channel().find_sent(outgoing.model_copy(update={"files": (other,)})) is None


@pytest.mark.parametrize(
    ("kind", "text", "files", "code"),
    [
        ("chat", "я" * 4097, (), "text_too_long"),
        ("question", "я" * 5001, (), "text_too_long"),
        ("review", "я" * 4097, (), "text_too_long"),
        ("chat", " ", (), "text_empty"),
        ("question", "Вот", (PDF,), "files_not_taken"),
        ("chat", "", (PDF.model_copy(update={"content": bytes(5 * 1024 * 1024 + 1)}),), "file_too_large"),
    ],
)
async def test_what_market_would_not_take_is_refused_before_it_leaves(
    kind: str, text: str, files: tuple[OutgoingFile, ...], code: str
) -> None:
    async with open_stage() as stage:
        arrival = Received(source_id="1", thread=f"{kind}:1", contact={"source_id": "1"}, text="", at=0, kind=kind)  # type: ignore[arg-type]

        with pytest.raises(ChannelRejected) as refused:
            await stage.channel(account="1234567").send(stage.reply(arrival, text, files=files))

        assert refused.value.code == code
        assert stage.tap.exchanges == []


async def test_texts_and_files_of_exactly_the_limit_are_sent() -> None:
    async with open_stage() as stage:
        arrival = await a_message(stage)
        whole = PDF.model_copy(update={"content": bytes(5 * 1024 * 1024)})

        await stage.channel().send(stage.reply(arrival, "я" * 4096))
        await stage.channel().send(stage.reply(arrival, "", files=(whole,)))

        assert len(stage.market.seen_by(SHOP, "Мария")) == 3


async def test_a_contact_in_a_message_is_refused_and_not_repeated_in_the_error() -> None:
    async with open_stage() as stage:
        arrival = await a_message(stage)

        for text in ("Звоните 8 (912) 345-67-89", "пишите shop@example.ru", "смотрите example.ru", "мы в WhatsApp"):
            with pytest.raises(ChannelRejected) as refused:
                await stage.channel().send(stage.reply(arrival, text))
            assert text not in str(refused.value)

        assert len(stage.market.seen_by(SHOP, "Мария")) == 1


@pytest.mark.parametrize("thread", ["", "chat:", "chat:999999", "question:1", "10203040", "chat:1?x", "chat:../1"])
async def test_a_message_into_an_unknown_chat_is_refused(thread: str) -> None:
    async with open_stage() as stage:
        arrival = (await a_message(stage)).model_copy(update={"thread": thread})

        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(stage.reply(arrival, "секретная скидка"))

        assert refused.value.code == "thread_unknown"
        assert "скидка" not in str(refused.value)


async def test_in_a_dispute_a_machine_is_silent_and_a_person_is_not() -> None:
    async with open_stage() as stage:
        await stage.market.write(SHOP, "Мария", "Открываю спор")
        stage.market.change_chat(SHOP, "Мария", type="ARBITRAGE")
        arrival = await a_message(stage, "Верните деньги")

        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(stage.reply(arrival, "Здравствуйте", is_automatic=True))
        await stage.channel().send(stage.reply(arrival, "Разберёмся"))

        assert refused.value.code == "dispute_open"
        assert arrival.facts["dispute"]
        assert stage.market.seen_by(SHOP, "Мария")[-1].text == "Разберёмся"


async def test_a_finished_chat_refuses_for_good() -> None:
    async with open_stage() as stage:
        arrival = await a_message(stage)
        stage.market.change_chat(SHOP, "Мария", status="FINISHED")

        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(stage.reply(arrival, "Сегодня"))

        assert refused.value.vendor_code == "400"


async def test_an_outage_surely_did_nothing() -> None:
    async with open_stage() as stage:
        arrival = await a_message(stage)
        stage.market.faults.outage = True

        with pytest.raises(ChannelUnavailable):
            await stage.channel(account="1234567").send(stage.reply(arrival, "Сегодня"))
        with pytest.raises(ChannelUnavailable):
            await stage.channel(account="1234567").pull(None)

        assert len(stage.market.seen_by(SHOP, "Мария")) == 1


async def test_a_limit_of_an_hour_says_how_long_to_wait() -> None:
    async with open_stage() as stage:
        arrival = await a_message(stage)
        stage.clock.advance(600)
        stage.market.faults.rate_limited = 1

        with pytest.raises(ChannelUnavailable) as refused:
            await stage.channel(account="1234567").send(stage.reply(arrival, "Сегодня"))

        assert refused.value.retry_after == timedelta(minutes=50)
        assert len(stage.market.seen_by(SHOP, "Мария")) == 1


async def test_a_limit_on_parallel_requests_is_waited_for_shortly() -> None:
    async with open_stage() as stage:
        arrival = await a_message(stage)
        stage.market.gate.at_once = 0

        with pytest.raises(ChannelUnavailable) as refused:
            await stage.channel(account="1234567").send(stage.reply(arrival, "Сегодня"))

        assert refused.value.retry_after == timedelta(seconds=2)


async def test_where_another_call_is_over_in_a_moment_a_message_leaves_in_a_moment() -> None:
    async with open_stage() as stage:
        arrival = await a_message(stage)
        stage.market.gate.at_once = 0

        async def others_are_done(seconds: float) -> None:
            stage.market.gate.at_once = 2

        stage.clock.sleep = others_are_done  # type: ignore[method-assign]
        await stage.channel(account="1234567").send(stage.reply(arrival, "Сегодня"))

        assert [seen.text for seen in stage.market.seen_by(SHOP, "Мария") if seen.sender == "shop"] == ["Сегодня"]


async def test_a_message_that_was_taken_is_never_called_unsent_because_its_id_could_not_be_read() -> None:
    async with open_stage() as stage:
        arrival = await a_message(stage)
        stage.market.gate.per_hour["getChatHistory"] = 0

        receipt = await stage.channel(account="1234567").send(stage.reply(arrival, "Сегодня"))

        assert receipt.source_id == ""
        assert stage.market.seen_by(SHOP, "Мария")[-1].text == "Сегодня"


async def test_market_and_its_support_are_shown_and_never_answered() -> None:
    async with open_stage() as stage:
        stage.market.speak(SHOP, "Мария", "MARKET", "Заказ передан в доставку")
        stage.market.speak(SHOP, "Мария", "SUPPORT", "Мы разбираемся")

        arrivals = (await pulled(stage.channel(), None)).arrivals

        assert texts(arrivals) == [
            ("Notice", "[Маркет] Заказ передан в доставку"),
            ("Notice", "[Поддержка Маркета] Мы разбираемся"),
        ]
