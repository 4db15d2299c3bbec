"""The Telegram bot against its stand-in, over real HTTP."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
import pytest_asyncio

from infra.channels.registry import channel_class, sandbox_class
from infra.channels.telegram_bot.channel import TelegramBot
from infra.channels.telegram_bot.sandbox import TelegramBotSandbox
from infra.sandbox.standin import CustomerFile
from infra.telegram.files import FETCH_LIMIT
from infra.telegram.wire import ALLOWED_UPDATES
from shared.domain.arrivals import Edited, OutgoingFile, Reachability, Received, ThreadMoved
from shared.domain.channels import ChannelKind
from shared.domain.messages import Attachment, AttachmentKind
from shared.errors import (
    ChannelRejected,
    ChannelUnavailable,
    ChannelUnclear,
    CredentialsRejected,
    RecipientUnreachable,
)
from shared.ports.channel import Channel
from tests.contract.channels.telegram_bot_rig import ACCOUNT, ANNA, Rig, error_of, running
from tests.unit.infra.channels.telegram_bot.reading import SECRET

PARAMETERS = {
    "getMe": set[str](),
    "setWebhook": {"url", "secret_token", "allowed_updates", "max_connections", "drop_pending_updates"},
    "deleteWebhook": {"drop_pending_updates"},
    "getWebhookInfo": set[str](),
    "sendMessage": {"chat_id", "text", "link_preview_options"},
    "getFile": {"file_id"},
    "sendPhoto": {"chat_id", "photo", "caption"},
    "sendVoice": {"chat_id", "voice", "caption"},
    "sendDocument": {"chat_id", "document", "caption"},
    "sendMediaGroup": {"chat_id", "media", "file0", "file1"},
}
"""Names from Telegram's tables, and none that we must not use, such as `parse_mode`."""


@pytest_asyncio.fixture
async def rig() -> AsyncIterator[Rig]:
    async with running() as rig:
        yield rig


@pytest_asyncio.fixture
async def bot(rig: Rig) -> Channel:
    """Connected, and a customer has written."""
    bot = await rig.connected()
    await rig.standin.write(ACCOUNT, ANNA, "Есть в наличии?")
    await rig.pusher.drained()
    return bot


def a_file(data: bytes = b"bytes", *, kind: str = "file", name: str = "счёт.pdf") -> CustomerFile:
    return CustomerFile(kind=kind, name=name, mime_type="application/pdf", data=data)  # type: ignore[arg-type]


async def attachments(rig: Rig) -> list[Attachment]:
    arrivals = await rig.arrivals()
    return [item for arrival in arrivals if isinstance(arrival, Received) for item in arrival.attachments]


def test_the_registry_finds_both_halves() -> None:
    assert channel_class(ChannelKind.TELEGRAM_BOT) is TelegramBot
    assert sandbox_class(ChannelKind.TELEGRAM_BOT) is TelegramBotSandbox


async def test_connecting_registers_our_address_with_the_secret_and_the_kinds_we_want(rig: Rig) -> None:
    connection = await rig.bot().connect(rig.hook_url)

    assert connection.account.startswith("@parley_")
    assert connection.webhook_url == rig.hook_url
    assert rig.called[-1] == (
        "setWebhook",
        {
            "url": rig.hook_url,
            "secret_token": SECRET,
            "allowed_updates": list(ALLOWED_UPDATES),
            "drop_pending_updates": False,
        },
    )


async def test_connecting_again_is_harmless(rig: Rig) -> None:
    assert await rig.bot().connect(rig.hook_url) == await rig.bot().connect(rig.hook_url)


async def test_an_address_that_telegram_will_not_call_is_rejected(rig: Rig) -> None:
    error = await error_of(rig.bot().connect("http://desk.example/hooks"))

    assert type(error) is ChannelRejected
    assert error.vendor_code == "bad webhook"


async def test_what_a_customer_writes_reaches_the_webhook_and_is_read(rig: Rig, bot: Channel) -> None:
    (arrival,) = await rig.arrivals()

    assert isinstance(arrival, Received)
    assert (arrival.text, arrival.contact.name, arrival.at) == ("Есть в наличии?", ANNA, rig.clock.now())
    assert arrival.thread == arrival.contact.source_id


async def test_what_came_before_connecting_comes_after_it(rig: Rig) -> None:
    await rig.standin.write(ACCOUNT, ANNA, "Алло?")

    await rig.connected()

    assert [arrival.text for arrival in await rig.arrivals() if isinstance(arrival, Received)] == ["Алло?"]


async def test_a_webhook_that_is_down_gets_everything_later_in_order(rig: Rig, bot: Channel) -> None:
    rig.hook_status = 503
    await rig.standin.write(ACCOUNT, ANNA, "второе")
    await rig.standin.write(ACCOUNT, ANNA, "третье")

    rig.hook_status = 200

    texts = [arrival.text for arrival in await rig.arrivals() if isinstance(arrival, Received)]
    assert texts == ["Есть в наличии?", "второе", "третье"]


async def test_a_delivery_that_comes_twice_has_one_id(rig: Rig, bot: Channel) -> None:
    rig.standin.faults.double_pushes = True
    await rig.standin.write(ACCOUNT, ANNA, "дважды")

    _, first, second = await rig.arrivals()

    assert first == second


async def test_an_edit_a_block_and_an_unblock_arrive(rig: Rig, bot: Channel) -> None:
    number = await rig.standin.write(ACCOUNT, ANNA, "Два")
    await rig.sandbox.edit(ACCOUNT, ANNA, number, "Три")
    await rig.sandbox.block(ACCOUNT, ANNA)
    await rig.sandbox.unblock(ACCOUNT, ANNA)

    _, written, edited, blocked, unblocked = await rig.arrivals()

    assert isinstance(written, Received)
    assert isinstance(edited, Edited)
    assert (edited.source_id, edited.text) == (written.source_id, "Три")
    assert isinstance(blocked, Reachability)
    assert isinstance(unblocked, Reachability)
    assert (blocked.is_blocked, unblocked.is_blocked) == (True, False)
    assert blocked.contact_source_id == written.contact.source_id


async def test_an_answer_arrives_at_the_customer_as_it_was_written(rig: Rig, bot: Channel) -> None:
    receipt = await bot.send(rig.outgoing("Да, <b>есть</b> & *ждёт*"))

    assert rig.texts() == [("customer", "Есть в наличии?"), ("shop", "Да, <b>есть</b> & *ждёт*")]
    number = rig.standin.seen_by(ACCOUNT, ANNA)[-1].extra["message_id"]
    assert receipt.source_id == f"{rig.thread}:{number}"
    assert (receipt.at, receipt.thread) == (rig.clock.now(), "")


async def test_a_text_is_measured_in_utf16_units_and_a_longer_one_is_not_sent(rig: Rig, bot: Channel) -> None:
    await bot.send(rig.outgoing("🙂" * 2048))
    calls = len(rig.called)

    error = await error_of(bot.send(rig.outgoing("🙂" * 2048 + "!")))

    assert (type(error), error.code) == (ChannelRejected, "text_too_long")
    assert len(rig.called) == calls


def outgoing_file(
    kind: AttachmentKind = "image", mime_type: str = "image/png", content: bytes = b"bytes", name: str = "фото.png"
) -> OutgoingFile:
    return OutgoingFile(kind=kind, name=name, mime_type=mime_type, content=content)


A_VOICE = outgoing_file("voice", "audio/ogg", name="v.ogg")
A_PAPER = outgoing_file("file", "application/pdf", name="счёт.pdf")


@pytest.mark.parametrize(
    ("file", "method", "seen"),
    [
        (outgoing_file(), "sendPhoto", "photo"),
        (outgoing_file(content=bytes(10 * 2**20 + 1)), "sendDocument", "фото.png"),
        (outgoing_file(mime_type="image/tiff"), "sendDocument", "фото.png"),
        (A_VOICE, "sendVoice", "voice"),
        (outgoing_file("voice", "audio/wav", name="v.wav"), "sendDocument", "v.wav"),
        (A_PAPER, "sendDocument", "счёт.pdf"),
    ],
    ids=["photo", "large photo", "odd photo", "voice", "odd voice", "paper"],
)
async def test_a_file_goes_as_what_telegram_takes_it_for_with_the_text_below(
    rig: Rig, bot: Channel, file: OutgoingFile, method: str, seen: str
) -> None:
    receipt = await bot.send(rig.outgoing("вот", files=(file,)))

    answer = rig.standin.seen_by(ACCOUNT, ANNA)[-1]
    assert (answer.sender, answer.text, answer.files) == ("shop", "вот", (seen,))
    assert receipt.source_id == f"{rig.thread}:{answer.extra['message_id']}"
    assert rig.called[-1][0] == method


async def test_neighbours_of_one_kind_make_an_album_and_voices_go_alone(rig: Rig, bot: Channel) -> None:
    photo = outgoing_file()

    receipt = await bot.send(rig.outgoing("всё здесь", files=(photo, photo, A_VOICE, A_VOICE, A_PAPER, A_PAPER)))

    answers = rig.standin.seen_by(ACCOUNT, ANNA)[1:]
    assert [answer.files for answer in answers] == [("photo",)] * 2 + [("voice",)] * 2 + [("счёт.pdf",)] * 2
    assert [answer.text for answer in answers] == ["всё здесь", "", "", "", "", ""]
    assert [method for method, _ in rig.called[-4:]] == ["sendMediaGroup", "sendVoice", "sendVoice", "sendMediaGroup"]
    assert receipt.source_id == f"{rig.thread}:{answers[0].extra['message_id']}"


async def test_a_text_too_long_for_a_caption_goes_before_the_file(rig: Rig, bot: Channel) -> None:
    await bot.send(rig.outgoing("🙂" * 512, files=(A_PAPER,)))
    await bot.send(rig.outgoing("🙂" * 513, files=(A_PAPER,)))

    answers = rig.standin.seen_by(ACCOUNT, ANNA)[1:]
    assert [(len(answer.text), answer.files) for answer in answers] == [
        (512, ("счёт.pdf",)),
        (513, ()),
        (0, ("счёт.pdf",)),
    ]


async def test_a_message_of_which_a_part_was_sent_is_never_sent_again(rig: Rig, bot: Channel) -> None:
    later_refused = rig.outgoing("вот", files=(A_VOICE, *(A_PAPER,) * 9))
    for _ in range(15):
        await bot.send(rig.outgoing("раз"))

    error = await error_of(bot.send(later_refused))

    assert type(error) is ChannelUnclear
    assert rig.standin.seen_by(ACCOUNT, ANNA)[-1].files == ("voice",)


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ((outgoing_file(content=b""),), "file_empty"),
        ((outgoing_file(content=bytes(50 * 2**20 + 1)),), "file_too_large"),
        ((A_PAPER,) * 11, "too_many_files"),
    ],
    ids=["empty", "too large", "too many"],
)
async def test_files_that_telegram_would_refuse_are_not_sent(
    rig: Rig, bot: Channel, files: tuple[OutgoingFile, ...], code: str
) -> None:
    calls = len(rig.called)

    error = await error_of(bot.send(rig.outgoing(files=files)))

    assert (type(error), error.code) == (ChannelRejected, code)
    assert len(rig.called) == calls


async def test_a_chat_that_does_not_exist_is_unreachable(rig: Rig, bot: Channel) -> None:
    error = await error_of(bot.send(rig.outgoing(thread="1234")))

    assert type(error) is RecipientUnreachable
    assert error.vendor_code == "chat not found"


async def test_a_customer_who_blocked_the_bot_is_unreachable_until_they_write_again(rig: Rig, bot: Channel) -> None:
    await rig.sandbox.block(ACCOUNT, ANNA)
    error = await error_of(bot.send(rig.outgoing()))
    assert type(error) is RecipientUnreachable

    await rig.standin.write(ACCOUNT, ANNA, "Я вернулась")

    await bot.send(rig.outgoing("Рады"))
    assert rig.texts()[-1] == ("shop", "Рады")


async def test_an_empty_text_is_rejected_for_good(rig: Rig, bot: Channel) -> None:
    error = await error_of(bot.send(rig.outgoing(" ")))

    assert type(error) is ChannelRejected
    assert error.vendor_code == "message text is empty"


async def test_a_revoked_token_is_the_inboxs_fault(rig: Rig, bot: Channel) -> None:
    rig.standin.faults.reject_credentials = True

    for call in (
        bot.send(rig.outgoing()),
        bot.connect(rig.hook_url),
        bot.fetch(Attachment(kind="file", reference="x"), ""),
    ):
        error = await error_of(call)
        assert (type(error), error.code) == (CredentialsRejected, "credentials_rejected")
    await bot.disconnect()


async def test_a_new_token_takes_the_place_of_the_old_one_and_nothing_is_lost(rig: Rig, bot: Channel) -> None:
    renewed = rig.sandbox.renew_credentials(ACCOUNT)["token"]
    await rig.standin.write(ACCOUNT, ANNA, "Вы тут?")

    assert type(await error_of(bot.send(rig.outgoing()))) is CredentialsRejected
    await rig.bot(token=renewed).connect(rig.hook_url)
    await rig.bot(token=renewed).send(rig.outgoing("Тут"))

    texts = [arrival.text for arrival in await rig.arrivals() if isinstance(arrival, Received)]
    assert texts == ["Есть в наличии?", "Вы тут?"]
    assert rig.texts()[-1] == ("shop", "Тут")


async def test_too_many_calls_are_told_when_to_come_back(rig: Rig, bot: Channel) -> None:
    rig.standin.faults.rate_limited = 1

    error = await error_of(bot.send(rig.outgoing()))

    assert isinstance(error, ChannelUnavailable)
    assert error.retry_after == timedelta(seconds=3)
    await bot.send(rig.outgoing())


async def test_an_outage_is_surely_not_done(rig: Rig, bot: Channel) -> None:
    rig.standin.faults.outage = True

    assert type(await error_of(bot.send(rig.outgoing()))) is ChannelUnavailable
    assert len(rig.texts()) == 1


async def test_an_address_where_nobody_listens_is_surely_not_done(rig: Rig, bot: Channel) -> None:
    error = await error_of(rig.bot(url="http://127.0.0.1:1").send(rig.outgoing()))

    assert type(error) is ChannelUnavailable


async def test_a_lost_answer_is_unclear_and_the_message_may_be_there(rig: Rig, bot: Channel) -> None:
    rig.standin.faults.lose_answers = 1
    outgoing = rig.outgoing()

    assert type(await error_of(bot.send(outgoing))) is ChannelUnclear
    assert rig.texts()[-1] == ("shop", outgoing.text)
    assert not bot.capabilities.history_readable
    assert type(await error_of(bot.find_sent(outgoing))) is ChannelUnclear


async def test_a_lost_answer_to_what_may_be_repeated_is_not_unclear(rig: Rig) -> None:
    rig.standin.faults.lose_answers = 1

    assert type(await error_of(rig.bot().connect(rig.hook_url))) is ChannelUnavailable


async def test_a_message_to_a_moved_group_is_sent_once_to_the_new_one(rig: Rig, bot: Channel) -> None:
    outgoing = rig.outgoing("Вам сюда")
    new_thread = await rig.sandbox.migrate(ACCOUNT, ANNA)

    receipt = await bot.send(outgoing)

    assert receipt.thread == new_thread
    assert receipt.source_id.startswith(f"{new_thread}:")
    assert rig.texts()[1:] == [("shop", "Вам сюда")]
    moves = [arrival for arrival in await rig.arrivals() if isinstance(arrival, ThreadMoved)]
    assert {(move.old_thread, move.new_thread) for move in moves} == {(outgoing.thread, new_thread)}
    assert len(moves) == 2


async def test_what_is_written_in_the_moved_group_comes_from_the_same_person(rig: Rig, bot: Channel) -> None:
    new_thread = await rig.sandbox.migrate(ACCOUNT, ANNA)
    await rig.standin.write(ACCOUNT, ANNA, "Я здесь")

    before, after = [arrival for arrival in await rig.arrivals() if isinstance(arrival, Received)]

    assert after.thread == new_thread
    assert after.contact.source_id == before.contact.source_id


@pytest.mark.parametrize(("kind", "name"), [("image", ""), ("voice", ""), ("file", "счёт.pdf")])
async def test_a_customers_file_can_be_fetched(rig: Rig, bot: Channel, kind: str, name: str) -> None:
    data = bytes(range(256)) * 40
    await rig.standin.write(ACCOUNT, ANNA, "вот", [a_file(data, kind=kind)])

    (attachment,) = await attachments(rig)

    assert (attachment.kind, attachment.name, attachment.size) == (kind, name, len(data))
    assert await bot.fetch(attachment, "") == data


async def test_several_photos_are_an_album_with_one_caption(rig: Rig, bot: Channel) -> None:
    await rig.standin.write(ACCOUNT, ANNA, "смотрите", [a_file(kind="image"), a_file(kind="image"), a_file()])

    _, first, second, other = [arrival for arrival in await rig.arrivals() if isinstance(arrival, Received)]

    assert first.group_id == second.group_id != ""
    assert other.group_id == ""
    assert (first.text, second.text) == ("смотрите", "")


async def test_a_file_over_the_limit_is_refused_whether_or_not_its_size_is_known(rig: Rig, bot: Channel) -> None:
    await rig.standin.write(ACCOUNT, ANNA, "", [a_file(bytes(FETCH_LIMIT)), a_file(bytes(FETCH_LIMIT + 1))])
    fits, too_big = await attachments(rig)

    assert len(await bot.fetch(fits, "")) == FETCH_LIMIT
    calls = len(rig.called)
    for attachment, asked in ((too_big, 0), (too_big.model_copy(update={"size": None}), 1)):
        error = await error_of(bot.fetch(attachment, ""))
        assert (type(error), error.code) == (ChannelRejected, "file_too_big")
        assert len(rig.called) == calls + asked


@pytest.mark.parametrize("reference", ["", "stale"])
async def test_a_file_that_telegram_does_not_hold_is_gone(rig: Rig, bot: Channel, reference: str) -> None:
    error = await error_of(bot.fetch(Attachment(kind="file", reference=reference), ""))

    assert (type(error), error.code) == (ChannelRejected, "file_gone")


async def test_an_inbox_that_works_has_no_problem(rig: Rig, bot: Channel) -> None:
    diagnosis = await bot.test()

    assert diagnosis.problem is None
    assert diagnosis.facts["account"].startswith("@parley_")
    assert diagnosis.facts["webhook_host"] == f"127.0.0.1:{rig.port}"


async def test_each_problem_is_diagnosed(rig: Rig, bot: Channel) -> None:
    rig.sandbox.fail_webhook(ACCOUNT, "Wrong response from the webhook: 503 Service Unavailable", pending=2)
    failing = await bot.test()
    assert failing.problem == "webhook_failing"
    assert failing.facts["pending_updates"] == "2"
    assert failing.facts["last_error"].startswith("Wrong response")

    rig.clock.advance(3600)
    assert (await bot.test()).problem is None, "Telegram never forgets an old error"

    rig.sandbox.afflict(ACCOUNT, "conflict")
    taken = await bot.test()
    assert (taken.problem, taken.facts["webhook_host"]) == ("conflict", "another-program.example")

    await bot.disconnect()
    assert (await bot.test()).problem == "webhook_not_set"

    rig.standin.faults.reject_credentials = True
    assert (await bot.test()).problem == "credentials_rejected"


async def test_after_disconnecting_nothing_comes(rig: Rig, bot: Channel) -> None:
    await bot.disconnect()
    await rig.standin.write(ACCOUNT, ANNA, "Вы тут?")

    assert len(await rig.arrivals()) == 1


async def test_what_a_bot_cannot_do_does_nothing(rig: Rig, bot: Channel) -> None:
    calls = len(rig.called)

    await bot.mark_read(rig.thread, "1:2")
    await bot.renew()

    assert (await bot.pull("x")).cursor == "x"
    assert len(rig.called) == calls


async def test_only_parameters_of_telegrams_tables_are_used(rig: Rig, bot: Channel) -> None:
    await rig.standin.write(ACCOUNT, ANNA, "", [a_file()])
    (attachment,) = await attachments(rig)
    await bot.send(rig.outgoing())
    await bot.send(rig.outgoing(files=(outgoing_file(), A_VOICE, A_PAPER)))
    await bot.send(rig.outgoing(files=(A_PAPER, A_PAPER)))
    await bot.fetch(attachment, "")
    await bot.test()
    await bot.disconnect()

    calls = [call for call in rig.called if not call[0].startswith("file_")]
    assert {method for method, _ in calls} == set(PARAMETERS)
    for method, parameters in calls:
        assert parameters.keys() <= PARAMETERS[method]


async def test_neither_log_nor_error_shows_the_token_or_a_customers_words(
    rig: Rig, bot: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await rig.standin.write(ACCOUNT, ANNA, "", [a_file()])
    (attachment,) = await attachments(rig)
    outgoing = rig.outgoing("тайна")
    faults: list[Callable[[], object]] = [
        lambda: setattr(rig.standin.faults, "lose_answers", 1),
        lambda: setattr(rig.standin.faults, "rate_limited", 1),
        lambda: setattr(rig.standin.faults, "reject_credentials", True),
        lambda: setattr(rig.standin.faults, "outage", True),
    ]

    await bot.fetch(attachment, "")
    shown = []
    for fault in faults:
        fault()
        shown += traceback.format_exception(await error_of(bot.send(outgoing)))
    shown += traceback.format_exception(await error_of(rig.bot(url="http://127.0.0.1:1").send(outgoing)))

    secret = rig.token.partition(":")[2]
    assert "/bot<token>/sendMessage" in caplog.text
    for words in ("".join(shown), caplog.text, repr(bot)):
        assert secret not in words
        assert "тайна" not in words
