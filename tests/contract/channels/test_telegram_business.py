"""Connected accounts over real loopback HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from infra.channels.context import ChannelContext
from infra.channels.registry import channel_class, sandbox_class
from infra.channels.telegram_business.channel import TelegramBusiness
from infra.channels.telegram_business.sandbox import TelegramBusinessSandbox
from infra.sandbox.standin import CustomerFile
from infra.settings import VendorSettings
from infra.telegram.sandbox.business import OWNER
from shared.domain.arrivals import Arrival, Deleted, Echo, Edited, Outgoing, OutgoingFile, Received
from shared.domain.channels import ChannelKind
from shared.domain.cockpit import GroupMessage
from shared.errors import ChannelRejected, ChannelUnclear, CredentialsRejected, RecipientUnreachable
from tests.contract.channels.telegram_bot_rig import ACCOUNT, ANNA, Rig, error_of, running
from tests.support.clock import ManualClock
from tests.support.files import PDF
from tests.unit.infra.channels.telegram_bot.reading import SECRET

BORIS = "Борис Второй"
PARAMETERS = {
    "getMe": set[str](),
    "getUpdates": set[str](),
    "getWebhookInfo": set[str](),
    "setWebhook": {"url", "secret_token", "allowed_updates", "drop_pending_updates"},
    "deleteWebhook": set[str](),
    "getBusinessConnection": {"business_connection_id"},
    "readBusinessMessage": {"business_connection_id", "chat_id", "message_id"},
    "sendMessage": {"business_connection_id", "chat_id", "text", "link_preview_options"},
    "sendDocument": {"business_connection_id", "chat_id", "document", "caption"},
    "getFile": {"file_id"},
}
"""Names from Telegram's tables."""


class MemoryVault:
    """The vault of one inbox, in memory."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self._values: dict[str, tuple[str, datetime]] = {}

    async def get(self, name: str) -> str | None:
        value, expires_at = self._values.get(name, ("", self._clock.now()))
        return value if expires_at > self._clock.now() else None

    async def put(self, name: str, value: str, *, expires_at: datetime) -> None:
        self._values[name] = (value, expires_at)


class Stage:
    """A bot that one owner has connected."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.standin = rig.business
        self.token = self.standin.open_account(ACCOUNT)["token"]
        self.vault = MemoryVault(rig.clock)

    def channel(self) -> TelegramBusiness:
        """A new adapter on the same vault, as another worker has it."""
        return TelegramBusiness(
            ChannelContext(
                inbox_id="inbox1",
                account="",
                credentials={"token": self.token},
                webhook_secret=SECRET,
                vendors=VendorSettings(telegram_api_url=self.rig.url),
                http=self.rig.http,
                clock=self.rig.clock,
                vault=self.vault,
            )
        )

    async def arrivals(self) -> list[Arrival]:
        await self.rig.pusher.drained()
        channel = self.channel()
        return [arrival for delivery in self.rig.hooked for arrival in channel.read(delivery)]

    async def thread(self) -> str:
        """Of the newest message."""
        return next(
            arrival.thread for arrival in reversed(await self.arrivals()) if isinstance(arrival, Received | Echo)
        )

    async def outgoing(self, text: str = "Да, есть", **changes: Any) -> Outgoing:
        thread = await self.thread()
        return Outgoing(
            message_id="m1", **{"thread": thread, "text": text, "first_tried_at": self.rig.clock.now()} | changes
        )

    def texts(self, owner: str = OWNER) -> list[tuple[str, str]]:
        return [(seen.sender, seen.text) for seen in self.standin.seen_with(ACCOUNT, owner, ANNA)]


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    """Connected, and a customer has written."""
    async with running() as rig:
        stage = Stage(rig)
        await stage.channel().connect(rig.hook_url)
        await stage.standin.write(ACCOUNT, ANNA, "Есть в наличии?")
        await rig.pusher.drained()
        yield stage


def test_the_registry_finds_both_halves() -> None:
    assert channel_class(ChannelKind.TELEGRAM_BUSINESS) is TelegramBusiness
    assert sandbox_class(ChannelKind.TELEGRAM_BUSINESS) is TelegramBusinessSandbox


async def test_an_answer_reaches_the_customer_in_the_owners_name(stage: Stage) -> None:
    receipt = await stage.channel().send(await stage.outgoing("Да, <b>есть</b>"))

    assert stage.texts() == [("customer", "Есть в наличии?"), ("shop", "Да, <b>есть</b>")]
    number = stage.standin.seen_by(ACCOUNT, ANNA)[-1].extra["message_id"]
    assert receipt.source_id == f"{await stage.thread()}:{number}"


async def test_an_answer_typed_on_the_phone_is_an_echo_and_an_automatic_greeting_is_not(stage: Stage) -> None:
    await stage.standin.answer_as(ACCOUNT, OWNER, ANNA, "Мы скоро ответим", is_from_offline=True)
    await stage.standin.answer_in_vendor_app(ACCOUNT, ANNA, "Да, есть")

    received, echo = await stage.arrivals()

    assert isinstance(received, Received)
    assert isinstance(echo, Echo)
    assert (echo.text, echo.author_name, echo.thread, echo.marker) == ("Да, есть", OWNER, received.thread, "")
    assert echo.contact is not None
    assert echo.contact.source_id == received.contact.source_id


async def test_edits_and_deletions_arrive(stage: Stage) -> None:
    number = stage.standin.seen_by(ACCOUNT, ANNA)[0].extra["message_id"]
    await stage.standin.edit(ACCOUNT, ANNA, number, "Есть две?")
    await stage.standin.unsend(ACCOUNT, ANNA, number)

    received, edited, deleted = await stage.arrivals()

    assert isinstance(received, Received)
    assert isinstance(edited, Edited)
    assert isinstance(deleted, Deleted)
    assert received.source_id == edited.source_id == deleted.source_id
    assert edited.text == "Есть две?"


async def test_two_owners_have_a_conversation_each_with_the_same_customer(stage: Stage) -> None:
    first = await stage.outgoing("от первой")
    await stage.standin.connect_owner(ACCOUNT, BORIS)
    await stage.standin.write_to(ACCOUNT, BORIS, ANNA, "А у вас?")
    second = await stage.outgoing("от второго")

    await stage.channel().send(second)
    await stage.channel().send(first)

    assert first.thread != second.thread
    assert stage.texts() == [("customer", "Есть в наличии?"), ("shop", "от первой")]
    assert stage.texts(BORIS) == [("customer", "А у вас?"), ("shop", "от второго")]


async def test_an_answer_finds_its_way_after_the_owner_edited_the_settings(stage: Stage) -> None:
    before = await stage.outgoing("в прежнюю нить")
    stage.rig.clock.advance(60)
    connection = await stage.standin.connect_owner(ACCOUNT, OWNER)
    error = await error_of(stage.channel().send(before))
    assert (type(error), error.code) == (CredentialsRejected, "business_disconnected"), "nobody has told us the new id"

    await stage.standin.write(ACCOUNT, ANNA, "Ау?")
    await stage.channel().send(await stage.outgoing("в новую"))
    receipt = await stage.channel().send(before)

    assert receipt.thread == f"{connection}:{before.thread.partition(':')[2]}"
    assert receipt.source_id.startswith(receipt.thread)
    assert [text for sender, text in stage.texts() if sender == "shop"] == ["в новую", "в прежнюю нить"]


async def test_a_day_after_the_customers_last_message_nobody_can_answer(stage: Stage) -> None:
    late = await stage.outgoing("поздно")
    stage.rig.clock.advance(24 * 3600 + 1)

    error = await error_of(stage.channel().send(late))

    assert (type(error), error.code) == (RecipientUnreachable, "window_closed")
    assert stage.channel().capabilities.reply_window == timedelta(hours=24)


async def test_a_chat_is_marked_as_read(stage: Stage) -> None:
    (received,) = await stage.arrivals()
    assert isinstance(received, Received)
    assert not stage.standin.is_read(ACCOUNT, ANNA)

    await stage.channel().mark_read(received.thread, received.source_id)

    assert stage.standin.is_read(ACCOUNT, ANNA)


async def test_files_go_both_ways(stage: Stage) -> None:
    await stage.standin.write(ACCOUNT, ANNA, "чек", [CustomerFile("file", "чек.pdf", "application/pdf", PDF)])
    received = (await stage.arrivals())[-1]
    assert isinstance(received, Received)
    paper = OutgoingFile(kind="file", name="счёт.pdf", mime_type="application/pdf", content=PDF)

    await stage.channel().send(await stage.outgoing("вот", files=(paper,)))

    assert await stage.channel().fetch(received.attachments[0], received.source_id) == PDF
    answer = stage.standin.seen_by(ACCOUNT, ANNA)[-1]
    assert (answer.sender, answer.text, answer.files) == ("shop", "вот", ("счёт.pdf",))


async def test_a_lost_answer_is_unclear(stage: Stage) -> None:
    stage.standin.faults.lose_answers = 1
    outgoing = await stage.outgoing()

    assert type(await error_of(stage.channel().send(outgoing))) is ChannelUnclear
    assert stage.texts()[-1] == ("shop", outgoing.text)


@pytest.mark.parametrize(
    ("problem", "error"),
    [("rights_missing", CredentialsRejected), ("business_disconnected", CredentialsRejected)],
)
async def test_what_an_owner_took_away_is_the_inboxs_fault_until_it_is_given_back(
    stage: Stage, problem: str, error: type[Exception]
) -> None:
    outgoing = await stage.outgoing()
    stage.standin.afflict(ACCOUNT, problem)

    found = await error_of(stage.channel().send(outgoing))
    diagnosis = await stage.channel().test()
    refused = await error_of(stage.channel().connect(stage.rig.hook_url))

    assert (type(found), found.code) == (error, problem)
    assert diagnosis.problem == problem
    assert (type(refused), refused.code) == (ChannelRejected, problem)


async def test_one_owner_who_left_is_no_problem_while_another_stays(stage: Stage) -> None:
    await stage.standin.connect_owner(ACCOUNT, BORIS)
    await stage.standin.write_to(ACCOUNT, BORIS, ANNA, "А у вас?")
    await stage.channel().send(await stage.outgoing())
    both = await stage.channel().test()

    await stage.standin.disconnect_owner(ACCOUNT, OWNER)

    diagnosis = await stage.channel().test()
    assert diagnosis.problem is None
    assert (both.facts["accounts"], diagnosis.facts["accounts"]) == (f"{OWNER}, {BORIS}", BORIS)


async def test_a_bot_without_secretary_mode_says_so_and_still_hears_its_work_group(stage: Stage) -> None:
    stage.standin.afflict(ACCOUNT, "mode_off")
    group = await stage.standin.open_group(ACCOUNT, "Смена")

    error = await error_of(stage.channel().connect(stage.rig.hook_url))
    await stage.standin.staff_writes(ACCOUNT, group, "Олег", "Кто на смене?")

    assert (type(error), error.code) == (ChannelRejected, "mode_off")
    assert isinstance((await stage.arrivals())[-1], GroupMessage)


async def test_with_a_webhook_set_nothing_is_asked_that_telegram_would_refuse(stage: Stage) -> None:
    stage.rig.called.clear()

    await stage.channel().connect(stage.rig.hook_url)

    assert "getUpdates" not in {method for method, _ in stage.rig.called}


async def test_only_parameters_of_telegrams_tables_are_used(stage: Stage) -> None:
    await stage.standin.write(ACCOUNT, ANNA, "", [CustomerFile("file", "чек.pdf", "application/pdf", PDF)])
    received = (await stage.arrivals())[-1]
    assert isinstance(received, Received)
    channel = stage.channel()
    paper = OutgoingFile(kind="file", name="счёт.pdf", mime_type="application/pdf", content=PDF)
    await channel.send(await stage.outgoing())
    await channel.send(await stage.outgoing(files=(paper,)))
    await channel.mark_read(received.thread, received.source_id)
    await channel.fetch(received.attachments[0], "")
    await channel.test()
    await channel.disconnect()

    calls = [call for call in stage.rig.called if not call[0].startswith("file_")]
    assert {method for method, _ in calls} == set(PARAMETERS)
    for method, parameters in calls:
        assert parameters.keys() <= PARAMETERS[method]
