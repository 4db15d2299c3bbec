"""A personal account's connection over the stand-in, and the stand-in beside Telethon's own client."""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import Any

import pytest
from telethon import TelegramClient
from telethon.tl.custom import QRLogin

from infra.channels.telegram_account import client as port
from infra.channels.telegram_account.remedies import API_ID, SESSION_DUPLICATED, SESSION_ENDED, SPAM_LIMITED
from infra.channels.telegram_account.sandbox_client import SimulatedClient, SimulatedCode
from infra.channels.telegram_account.session import open_session
from infra.channels.telegram_account.telethon_client import telethon_client
from infra.settings import VendorSettings
from infra.telegram.sandbox.people import person
from shared.domain.arrivals import Deleted, Echo, Edited, OutgoingFile, Received
from shared.domain.messages import Attachment
from shared.errors import (
    ChannelRejected,
    ChannelUnavailable,
    ChannelUnclear,
    CredentialsRejected,
    RecipientUnreachable,
)
from tests.contract.channels.telegram_account_stage import ACCOUNT, ANNA, Stage
from tests.support.files import PDF, PNG

CALLS = [name for name, call in vars(port.AccountClient).items() if inspect.isfunction(call) and name[0] != "_"]


@pytest.fixture
async def stage() -> Stage:
    stage = Stage()
    await stage.start()
    return stage


@pytest.mark.parametrize("name", CALLS)
def test_telethons_client_and_the_stand_in_take_each_call_of_the_port(name: str) -> None:
    wanted = inspect.signature(getattr(port.AccountClient, name)).parameters
    for client in (TelegramClient, SimulatedClient):
        taken = inspect.signature(getattr(client, name)).parameters
        assert set(wanted) <= set(taken), client
        for each, parameter in taken.items():
            assert each in wanted or parameter.default is not inspect.Parameter.empty or each in ("kwargs", "args")


def test_telethons_code_and_the_stand_ins_are_asked_for_the_same() -> None:
    for name in ("url", "expires"):
        assert isinstance(inspect.getattr_static(QRLogin, name), property)
    for name in ("wait", "recreate"):
        wanted = set(inspect.signature(getattr(port.QrCode, name)).parameters)
        for code in (QRLogin, SimulatedCode):
            assert wanted <= set(inspect.signature(getattr(code, name)).parameters)


async def test_telethons_client_is_made_over_a_kept_session_and_not_without_a_key_of_the_installation() -> None:
    session = open_session(Stage().key, None)
    made = telethon_client(VendorSettings(telegram_api_id=1, telegram_api_hash="hash"), session)  # type: ignore[arg-type]
    assert isinstance(made, TelegramClient)
    assert not made.is_connected()
    with pytest.raises(CredentialsRejected) as refused:
        telethon_client(VendorSettings(telegram_api_id=1), session)
    assert refused.value.code == API_ID


async def test_a_customers_message_is_heard_with_who_wrote_it(stage: Stage) -> None:
    id = await stage.anna_writes()

    (heard,) = stage.heard()
    assert isinstance(heard, Received)
    anna = str(person(ANNA)["id"])
    assert (heard.source_id, heard.thread, heard.text) == (id, anna, "Есть размер 38?")
    assert (heard.contact.source_id, heard.contact.name, heard.contact.language) == (anna, ANNA, "ru")


async def test_what_the_owner_types_on_the_phone_is_an_echo_and_what_we_send_is_not_heard_again(stage: Stage) -> None:
    await stage.anna_writes()
    stage.heard()
    await stage.telegram.answer_in_vendor_app(ACCOUNT, ANNA, "Отвечаю с телефона")
    receipt = await stage.line.send(stage.outgoing())

    (heard,) = stage.heard()
    assert isinstance(heard, Echo)
    assert (heard.text, heard.contact and heard.contact.name) == ("Отвечаю с телефона", ANNA)
    page = await stage.line.pull('{"id": 0}')
    pulled = [(type(arrival), arrival.source_id) for arrival in page.arrivals if isinstance(arrival, (Received, Echo))]
    assert pulled[-1] == (Echo, receipt.source_id)


async def test_edits_and_deletions_name_the_message_also_after_a_restart(stage: Stage) -> None:
    id = await stage.anna_writes()
    stage.heard()
    await stage.stop()
    await stage.telegram.edit(ACCOUNT, ANNA, id, "Есть размер 39?")
    await stage.telegram.unsend(ACCOUNT, ANNA, id)
    await stage.start()

    edited, deleted = stage.heard()
    assert isinstance(edited, Edited)
    assert isinstance(deleted, Deleted)
    assert (edited.source_id, edited.text) == (id, "Есть размер 39?")
    assert (deleted.source_id, deleted.thread) == (id, edited.thread)


async def test_service_chat_bots_own_notes_and_events_are_never_heard_nor_listed(stage: Stage) -> None:
    for foreign in ("777000", "weatherbot", ACCOUNT):
        await stage.telegram.write(ACCOUNT, foreign, "Login code: 12345")
    await stage.telegram.serve_notice(ACCOUNT, ANNA)

    assert stage.heard() == []
    assert (await stage.line.pull('{"id": 0}')).arrivals == ()
    assert (await stage.line.history(stage.clock.now() - timedelta(days=1), None)).arrivals == ()


async def test_a_connection_that_begins_anew_hears_what_came_meanwhile_and_can_still_write(stage: Stage) -> None:
    await stage.anna_writes("Первое")
    stage.heard()
    await stage.stop()
    await stage.anna_writes("Второе")
    await stage.start()

    assert [arrival.text for arrival in stage.heard() if isinstance(arrival, Received)] == ["Второе"]
    await stage.line.send(stage.outgoing())  # the access hash was kept
    assert stage.texts()[-1] == ("shop", "Да, есть")


async def test_somebody_whom_a_new_session_has_not_met_is_found_among_the_chats(stage: Stage) -> None:
    await stage.anna_writes()
    await stage.stop()
    stage.memory = ""
    await stage.start()

    await stage.line.send(stage.outgoing())

    assert stage.texts()[-1] == ("shop", "Да, есть")
    with pytest.raises(RecipientUnreachable) as unknown:
        await stage.line.send(stage.outgoing(thread="424242"))
    assert unknown.value.code == "thread_unknown"


async def test_pulls_bring_a_long_gap_page_by_page_in_order_and_end_with_an_unchanged_cursor(stage: Stage) -> None:
    cursor = (await stage.line.connect()).cursor
    stage.telegram.faults.lose_pushes = True
    written = []
    for number in range(250):
        written.append(f"сообщение {number}")
        stage.clock.advance(60)
        await stage.telegram.write(ACCOUNT, "Борис" if number % 7 == 0 else ANNA, written[-1])

    pulled: list[str] = []
    pages = 0
    while True:
        page = await stage.line.pull(cursor)
        pulled += [arrival.text for arrival in page.arrivals if isinstance(arrival, Received)]
        pages, cursor = pages + 1, page.cursor
        if not page.more:
            break

    assert pulled == written
    assert pages == 3
    assert await stage.line.pull(cursor) == page.model_copy(update={"arrivals": ()})


async def test_the_history_lists_everything_since_a_moment_chat_by_chat(stage: Stage) -> None:
    await stage.anna_writes("Слишком давно")
    stage.clock.advance(3600)
    since = stage.clock.now()
    for number in range(120):
        await stage.anna_writes(str(number))
    await stage.telegram.write(ACCOUNT, "Борис", "Я тоже")
    await stage.telegram.answer_in_vendor_app(ACCOUNT, "Борис", "Ответ")

    listed: list[str] = []
    cursor: str | None = None
    while True:
        page = await stage.line.history(since, cursor)
        listed += [arrival.text for arrival in page.arrivals if isinstance(arrival, (Received, Echo))]
        cursor = page.cursor
        if not page.more:
            break

    assert sorted(listed) == sorted([*map(str, range(120)), "Я тоже", "Ответ"])


async def test_a_machine_types_for_a_while_and_a_person_does_not(stage: Stage) -> None:
    await stage.anna_writes()
    before = stage.clock.now()
    await stage.line.send(stage.outgoing("От человека"))
    assert (stage.clock.now(), stage.telegram.seen_actions) == (before, [])

    await stage.line.send(stage.outgoing("Я" * 400, is_automatic=True))
    assert stage.clock.now() - before == timedelta(seconds=4)
    assert stage.telegram.seen_actions == [(person(ANNA)["id"], "typing")]


async def test_files_go_under_the_text_and_come_back_byte_for_byte(stage: Stage) -> None:
    await stage.anna_writes()
    files = (
        OutgoingFile(kind="image", name="photo.png", mime_type="image/png", content=PNG),
        OutgoingFile(kind="file", name="Счёт.pdf", mime_type="application/pdf", content=PDF),
    )
    receipt = await stage.line.send(stage.outgoing("Вот", files=files))

    seen = stage.telegram.seen_by(ACCOUNT, ANNA)
    assert [(message.text, message.files) for message in seen[1:]] == [("Вот", ("photo.png",)), ("", ("Счёт.pdf",))]
    assert [receipt.source_id, *receipt.also_ids] == [message.extra["message_id"] for message in seen[1:]]
    reference = f"{person(ANNA)['id']}:{receipt.also_ids[0]}"
    fetched = await stage.line.fetch(Attachment(kind="file", reference=reference), receipt.source_id)
    assert fetched == PDF
    assert await stage.line.find_sent(stage.outgoing("Вот", files=files)) == receipt


async def test_a_long_text_goes_before_its_file(stage: Stage) -> None:
    await stage.anna_writes()
    file = OutgoingFile(kind="file", name="a.pdf", mime_type="application/pdf", content=PDF)
    await stage.line.send(stage.outgoing("Я" * 1025, files=(file,)))

    assert [(len(seen.text), len(seen.files)) for seen in stage.telegram.seen_by(ACCOUNT, ANNA)[1:]] == [
        (1025, 0),
        (0, 1),
    ]


async def test_a_file_that_is_gone_or_too_big_is_said_so(stage: Stage) -> None:
    for attachment, code in (
        (Attachment(kind="file", reference=f"{person(ANNA)['id']}:999"), "file_gone"),
        (Attachment(kind="file", reference="1:1", size=51 * 2**20), "file_too_big"),
        (Attachment(kind="location"), "file_gone"),
    ):
        await stage.anna_writes()
        with pytest.raises(ChannelRejected) as refused:
            await stage.line.fetch(attachment, "1")
        assert refused.value.code == code


async def test_after_a_lost_answer_the_message_is_found_and_an_earlier_one_of_the_same_words_is_not(
    stage: Stage,
) -> None:
    await stage.anna_writes()
    await stage.line.send(stage.outgoing())
    stage.clock.advance(600)
    assert await stage.line.find_sent(stage.outgoing()) is None

    stage.telegram.faults.lose_answers = 1
    with pytest.raises(ChannelUnclear):
        await stage.line.send(stage.outgoing())
    assert not stage.line.is_connected()
    await stage.start()
    found = await stage.line.find_sent(stage.outgoing())

    assert found is not None
    assert found.source_id == stage.telegram.seen_by(ACCOUNT, ANNA)[-1].extra["message_id"]


async def test_a_flood_wait_says_how_long_and_nothing_was_sent(stage: Stage) -> None:
    await stage.anna_writes()
    stage.telegram.faults.rate_limited = 1

    with pytest.raises(ChannelUnavailable) as wait:
        await stage.line.send(stage.outgoing(is_automatic=True))

    assert wait.value.retry_after == timedelta(seconds=21)
    assert len(stage.texts()) == 1


async def test_after_being_called_a_spammer_nothing_is_tried_for_hours_but_customers_are_heard(stage: Stage) -> None:
    await stage.anna_writes()
    stage.telegram.afflict(ACCOUNT, SPAM_LIMITED)
    for _ in range(2):
        with pytest.raises(CredentialsRejected) as limited:
            await stage.line.send(stage.outgoing())
        assert limited.value.code == SPAM_LIMITED
        stage.telegram.afflict(ACCOUNT, "")  # the second time it is not even asked
    assert (await stage.line.test()).problem == SPAM_LIMITED
    stage.heard()
    await stage.anna_writes("Вы тут?")
    assert len(stage.heard()) == 1

    stage.clock.advance(6 * 3600)
    await stage.line.send(stage.outgoing())
    assert (await stage.line.test()).problem is None


async def test_who_has_blocked_us_cannot_be_written_to(stage: Stage) -> None:
    await stage.anna_writes()
    stage.telegram.block(ACCOUNT, ANNA)

    with pytest.raises(RecipientUnreachable):
        await stage.line.send(stage.outgoing())


@pytest.mark.parametrize(
    ("text", "code"), [("Я" * 4097, "text_too_long"), ("😀" * 2049, "text_too_long"), (" ", "text_empty")]
)
async def test_what_telegram_would_refuse_is_not_even_tried(stage: Stage, text: str, code: str) -> None:
    await stage.anna_writes()
    with pytest.raises(ChannelRejected) as refused:
        await stage.line.send(stage.outgoing(text))
    assert refused.value.code == code


async def test_one_session_in_two_places_is_destroyed_for_both(stage: Stage) -> None:
    first = stage.line
    with pytest.raises(CredentialsRejected) as destroyed:
        await stage.start()

    assert destroyed.value.code == SESSION_DUPLICATED
    with pytest.raises(CredentialsRejected):
        await first.test()


async def test_logging_out_ends_the_session(stage: Stage) -> None:
    await stage.line.disconnect()

    with pytest.raises(CredentialsRejected) as ended:
        await stage.start()
    assert ended.value.code == SESSION_ENDED


async def test_read_marks_reach_the_customer(stage: Stage) -> None:
    id = await stage.anna_writes()
    await stage.line.mark_read(str(person(ANNA)["id"]), id)

    assert stage.telegram.is_read(ACCOUNT, ANNA)


def test_what_is_no_session_is_refused() -> None:
    words: list[Any] = ["", "1", "1:wrong", "2abc", "1" + "A" * 352, "1" + "я" * 300]
    for word in words:
        with pytest.raises(CredentialsRejected):
            open_session(word, None)
