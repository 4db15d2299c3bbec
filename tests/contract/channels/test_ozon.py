"""The Ozon adapter against its stand-in over real HTTP: what users would lose if it broke."""

from __future__ import annotations

from datetime import timedelta

import pytest

from infra.channels.ozon.remedies import REMEDIES
from infra.channels.ozon.sandbox_memory import FIRST_BUYER
from infra.channels.ozon.wire import CHAT_CLOSED
from infra.channels.remedies import EXPIRED, WEBHOOK_FAILING, WEBHOOK_MISSING
from infra.sandbox.standin import CustomerFile
from shared.domain.arrivals import Echo, Edited, Received
from shared.domain.messages import Attachment
from shared.errors import ChannelRejected, CredentialsRejected, UntrustedDelivery
from tests.contract.channels.ozon_stage import ANNA, INBOX, PNG, SHOP, open_stage, texts


async def test_connecting_registers_our_address_once_and_removes_older_ones_of_this_inbox_only() -> None:
    async with open_stage() as stage:
        strangers = {"https://crm.example/ozon", stage.webhook("theirs", inbox="inbox-two")}
        for url in (*strangers, stage.webhook("older"), stage.webhook("oldest")):
            await stage.api.add_endpoint(url)

        connection = await stage.channel().connect(stage.webhook())
        again = await stage.channel().connect(stage.webhook())

        assert connection == again
        assert connection.account == stage.context.credentials["client_id"]
        assert await stage.urls() == strangers | {stage.webhook()}


async def test_an_address_that_does_not_answer_as_ozon_wants_is_not_called_connected() -> None:
    async with open_stage() as stage:
        stage.answer = {"ok": True}

        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().connect(stage.webhook())

        assert refused.value.code == WEBHOOK_FAILING


async def test_disconnecting_takes_our_addresses_back_and_leaves_others() -> None:
    async with open_stage() as stage:
        await stage.api.add_endpoint("https://crm.example/ozon")
        await stage.channel().connect(stage.webhook())

        await stage.channel().disconnect()

        assert await stage.urls() == {"https://crm.example/ozon"}


async def test_a_ping_is_answered_with_a_greeting_and_everything_else_with_a_result() -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())
        await stage.ozon.write(SHOP, ANNA, "Подойдёт?")
        await stage.pusher.drained()

        assert stage.answers == [
            {"version": "1.0", "name": "parley", "time": "2026-11-20T12:00:00Z"},
            {"result": True},
        ]


async def test_a_customers_message_comes_by_push_although_its_type_has_a_cyrillic_letter() -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())
        message_id = await stage.ozon.write(SHOP, ANNA, "Подойдёт?")

        (arrival,) = await stage.arrivals()

        assert isinstance(arrival, Received)
        assert arrival.source_id == f"{arrival.thread}:{message_id}"
        assert (arrival.text, arrival.at) == ("Подойдёт?", stage.clock.now())
        assert arrival.contact.source_id == str(FIRST_BUYER)
        assert not arrival.is_automatic


async def test_a_push_with_another_secret_is_not_trusted() -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook("guessed"))
        await stage.ozon.write(SHOP, ANNA, "Подойдёт?")

        with pytest.raises(UntrustedDelivery):
            await stage.arrivals()


async def test_edits_readings_and_the_end_of_a_chat_come_by_push() -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())
        await stage.ozon.write(SHOP, ANNA, "Падойдёт?")
        stage.clock.advance(60)
        await stage.ozon.edit(SHOP, ANNA, "Подойдёт?")
        await stage.ozon.read_by_customer(SHOP, ANNA)
        await stage.ozon.close_chat(SHOP, ANNA)

        written, edited, closed = await stage.arrivals()

        assert isinstance(edited, Edited)
        assert isinstance(written, Received)
        assert isinstance(closed, Received)
        assert (edited.source_id, edited.text, edited.at) == (written.source_id, "Подойдёт?", stage.clock.now())
        assert (closed.text, closed.is_automatic, closed.thread) == (CHAT_CLOSED, True, written.thread)


async def test_ozons_own_words_are_shown_and_never_answered_by_a_machine() -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())
        await stage.ozon.notify(SHOP, "Ваше обращение решено")

        (pushed,) = await stage.arrivals()
        (pulled,) = (await stage.channel().pull("0")).arrivals

        assert isinstance(pushed, Received)
        assert isinstance(pulled, Received)
        assert pushed.is_automatic
        assert pushed.contact.name == "Ozon"
        assert pushed == pulled


async def test_support_can_be_answered_by_a_person_without_the_subscription() -> None:
    async with open_stage() as stage:
        await stage.ozon.notify(SHOP, "Уточните номер заказа")
        (asked,) = (await stage.channel().pull("0")).arrivals
        stage.ozon.afflict(SHOP, "tariff_missing")

        receipt = await stage.channel().send(stage.reply(asked.thread, "Заказ первый"))  # type: ignore[union-attr]

        assert receipt.source_id


@pytest.mark.parametrize(
    ("kind", "name", "mime_type", "seen"),
    [("image", "photo.png", "image/png", "image/png"), ("file", "Счёт (1).pdf", "application/pdf", "application/pdf")],
)
async def test_a_customers_file_is_fetched_with_the_keys(kind: str, name: str, mime_type: str, seen: str) -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())
        await stage.ozon.write(SHOP, ANNA, "Вот", [CustomerFile(kind, name, mime_type, PNG)])  # type: ignore[arg-type]

        (arrival,) = await stage.arrivals()

        assert isinstance(arrival, Received)
        (attachment,) = arrival.attachments
        assert (arrival.text, attachment.kind, attachment.mime_type) == ("Вот", kind, seen)
        assert await stage.channel().fetch(attachment, arrival.source_id) == PNG


async def test_a_file_of_another_host_never_gets_the_keys() -> None:
    async with open_stage() as stage:
        foreign = Attachment(kind="image", reference=f"{stage.address}/elsewhere/v2/chat/file/messenger/a.png")

        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().fetch(foreign, "m")

        assert refused.value.code == "attachment_refused"
        assert stage.tap.exchanges == []


async def test_a_chat_is_described_by_its_order_from_the_history() -> None:
    async with open_stage() as stage:
        thread = await stage.thread()
        await stage.ozon.write(SHOP, ANNA, "Алло?")

        facts = await stage.channel().describe(thread)

        assert facts is not None
        assert facts.contact.source_id == str(FIRST_BUYER)
        assert facts.contact.name == f"Покупатель {FIRST_BUYER}"
        assert set(facts.facts) == {"order", "product", "link"}
        assert facts.facts["order"].endswith("-0001")


async def test_a_colleagues_answer_in_the_cabinet_comes_as_an_echo_with_the_next_pull() -> None:
    async with open_stage() as stage:
        cursor = (await stage.channel().connect(stage.webhook())).cursor
        await stage.ozon.write(SHOP, ANNA, "Подойдёт?")
        await stage.ozon.answer_in_vendor_app(SHOP, ANNA, "Да, берите")

        page = await stage.channel().pull(cursor)

        assert texts(page.arrivals) == [("Received", "Подойдёт?"), ("Echo", "Да, берите")]
        echo = page.arrivals[1]
        assert isinstance(echo, Echo)
        assert echo.contact is not None
        assert echo.contact.source_id == str(FIRST_BUYER)


async def test_marking_as_read_stops_at_the_message_that_was_read() -> None:
    async with open_stage() as stage:
        first = await stage.ozon.write(SHOP, ANNA, "Подойдёт?")
        await stage.ozon.write(SHOP, ANNA, "Алло?")
        thread = (await stage.channel().pull(None)).arrivals[0].thread  # type: ignore[union-attr]

        await stage.channel().mark_read(thread, f"{thread}:{first}")
        (listed,) = (await stage.api.chats(limit=1)).chats
        await stage.channel().mark_read(thread, "")

        assert listed["unread_count"] == 1
        assert (await stage.channel().pull(None)).arrivals == ()


@pytest.mark.parametrize("problem", REMEDIES)
async def test_each_problem_of_the_table_is_told_apart(problem: str) -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())
        well = await stage.channel().test()

        stage.ozon.afflict(SHOP, problem)
        found = await stage.channel().test()
        code = None
        try:
            await stage.channel().connect(stage.webhook())
        except CredentialsRejected as error:
            code = error.code

        assert well.problem is None
        assert found.problem == problem
        if problem in (WEBHOOK_MISSING, WEBHOOK_FAILING):  # connecting again mends these
            assert (code, (await stage.channel().test()).problem) == (None, None)
        else:
            assert code == problem


async def test_a_new_key_works_and_the_one_before_no_more() -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())
        stage.ozon.afflict(SHOP, EXPIRED)

        fresh = stage.ozon.renew_credentials(SHOP)

        assert (await stage.channel(credentials=fresh).test()).problem is None
        assert (await stage.channel().test()).problem == "credentials_rejected"


async def test_a_key_ends_after_six_months_and_a_test_says_when() -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())
        facts = (await stage.channel().test()).facts
        stage.clock.advance(timedelta(days=182).total_seconds())

        assert facts["key_expires_on"] == "2027-05-21"
        assert (await stage.channel().test()).problem == EXPIRED


async def test_the_address_of_another_inbox_is_not_taken_for_ours() -> None:
    async with open_stage() as stage:
        other = stage.channel(inbox_id="inbox-two")
        await other.connect(stage.webhook(inbox="inbox-two"))

        assert await stage.urls() == {stage.webhook(inbox="inbox-two")}
        assert (await stage.channel(inbox_id=INBOX).test()).problem == WEBHOOK_MISSING
