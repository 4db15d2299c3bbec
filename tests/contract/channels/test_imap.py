"""The mail channel reading: over real connections to the stand-in's IMAP server."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from infra.mail.conversing import UNREADABLE
from infra.mail.parsing import LARGEST
from infra.sandbox.standin import CustomerFile
from infra.settings import Settings
from shared.domain.arrivals import Received
from shared.errors import ChannelRejected, ChannelUnavailable, CredentialsRejected
from tests.contract.channels.imap_stage import (
    ADDRESS,
    SHOP,
    Stage,
    echoes,
    history_of,
    open_stage,
    pull_all,
    received,
    texts,
)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_stage() as opened:
        yield opened


def a_letter(subject: str = "Привет", *, sender: str = "eve@example.net", head: str = "", body: str = "text") -> bytes:
    lines = [f"From: {sender}", f"To: {ADDRESS}", f"Subject: {subject}", *([head] if head else []), "", body]
    return "\r\n".join(lines).encode()


async def test_a_connected_mailbox_brings_new_letters_and_not_the_old_ones(stage: Stage) -> None:
    await stage.write("ещё до нас", "Борис")
    channel = stage.channel()
    connection = await channel.connect("")
    await stage.write("Есть ли синий чайник?")

    page = await channel.pull(connection.cursor)

    (letter,) = received(page)
    assert connection.account == ADDRESS
    assert (letter.text, letter.subject, letter.contact.name) == ("Есть ли синий чайник?",) * 2 + ("Анна",)
    assert (letter.at, letter.is_automatic, page.more) == (stage.clock.now(), False, False)


async def test_an_empty_pull_leaves_the_cursor_as_it_is(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    stage.clock.advance(3600)

    page = await channel.pull(cursor)

    assert (page.arrivals, page.cursor, page.more) == ((), cursor, False)


async def test_a_letter_that_somebody_has_read_already_comes_like_any_other_and_stays_as_it_was(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    await stage.write("прочитано на телефоне")
    await stage.write("не прочитано")
    shelf = stage.provider.shelf(SHOP)
    shelf.flag(shelf.letters("INBOX")[0], ["\\Seen"])

    assert texts(await channel.pull(cursor)) == ["прочитано на телефоне", "не прочитано"]
    assert [letter.flags for letter in shelf.letters("INBOX")] == [("\\Seen",), ()]


async def test_an_answer_from_the_owners_own_mail_client_is_an_echo_in_the_same_thread(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    await stage.write("Есть скидка?")
    stage.clock.advance(1)
    await stage.provider.answer_in_vendor_app(SHOP, "Анна", "Для вас бесплатно")

    page = await channel.pull(cursor)

    (letter,), (echo,) = received(page), echoes(page)
    assert (echo.text, echo.marker, echo.thread) == ("Для вас бесплатно", "", letter.thread)
    assert texts(page) == ["Есть скидка?", "Для вас бесплатно"]


async def test_new_numbers_for_all_letters_lose_none_and_double_none(stage: Stage) -> None:
    channel = stage.channel()
    await stage.write("стёрто")
    await stage.write("ещё до нас")
    stage.clock.advance(600)
    cursor = (await channel.pull(None)).cursor
    await stage.write("первое")
    first = await channel.pull(cursor)
    stage.clock.advance(30 * 24 * 3600)
    await stage.write("в промежутке")

    shelf = stage.provider.shelf(SHOP)
    shelf.remove(shelf.letters("INBOX")[0])
    shelf.renumber()
    second = await channel.pull(first.cursor)
    await stage.write("после")
    third = await channel.pull(second.cursor)

    known = {letter.source_id for letter in received(first)}
    news = [letter.text for letter in received(second) if letter.source_id not in known]
    assert "ещё до нас" not in texts(first, second, third)
    assert news == ["в промежутке"]
    assert texts(third) == ["после"]
    assert (await channel.pull(third.cursor)).cursor == third.cursor


async def test_a_mailbox_that_moved_to_another_server_with_the_same_numbers_is_read_again(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    for number in range(3):
        await stage.write(f"на старом сервере {number}")
    moved = (await channel.pull(cursor)).cursor
    elsewhere = stage.channel(imap_host="localhost")

    assert len(received(await elsewhere.pull(moved))) == 3


async def test_a_long_absence_is_read_in_pages_and_in_order(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    for number in range(60):
        await stage.write(f"письмо {number}", f"customer {number}")

    pages = await pull_all(channel, cursor)

    assert [page.more for page in pages] == [True, False]
    assert texts(*pages) == [f"письмо {number}" for number in range(60)]
    assert (await channel.pull(pages[-1].cursor)).cursor == pages[-1].cursor


async def test_reading_again_in_pages_ends_and_misses_nothing(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    for number in range(60):
        await stage.write(f"письмо {number}", f"customer {number}")
    stage.provider.shelf(SHOP).renumber()
    first = await channel.pull(cursor)
    await stage.write("пришло посередине")

    rest = await pull_all(channel, first.cursor)

    assert first.more
    assert texts(first, *rest) == [*(f"письмо {number}" for number in range(60)), "пришло посередине"]


async def test_one_broken_letter_stops_none_behind_it(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(60))
    stage.provider.put_raw(SHOP, b"From: Eve <eve@example.net>\r\nSubject: x\r\n" + nested)
    stage.provider.put_raw(SHOP, b"")
    stage.provider.put_raw(SHOP, b"From: big@example.net\r\n\r\n" + b"x" * LARGEST)
    await stage.write("со мной всё хорошо")

    page = await channel.pull(cursor)

    nested_one, empty, big, fine = received(page)
    assert [letter.text for letter in (nested_one, empty, big)] == [UNREADABLE] * 3
    assert all(letter.is_automatic for letter in (nested_one, empty, big))
    assert (nested_one.contact.source_id, big.contact.source_id) == ("eve@example.net", "big@example.net")
    assert fine.text == "со мной всё хорошо"
    assert page.problems == (nested_one.source_id, empty.source_id, big.source_id)


async def test_a_letter_that_breaks_the_server_itself_stops_none_behind_it(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    stage.provider.put_raw(SHOP, a_letter("яд"), breaks=1000)
    await stage.write("дальше")

    page = await channel.pull(cursor)

    assert texts(page) == [UNREADABLE, "дальше"]
    assert len(page.problems) == 1
    assert texts(await channel.pull(page.cursor)) == []


async def test_a_connection_that_breaks_once_is_no_placeholder(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    stage.provider.put_raw(SHOP, a_letter(body="целое"), breaks=1)

    page = await channel.pull(cursor)

    assert (texts(page), page.problems) == (["целое"], ())


async def test_a_letter_that_came_and_went_leaves_the_known_ones_alone(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    await stage.write("известное")
    known = await channel.pull(cursor)
    shelf = stage.provider.shelf(SHOP)
    await stage.write("стёрто раньше, чем прочли")
    shelf.remove(shelf.letters("INBOX")[-1])

    page = await channel.pull(known.cursor)

    assert page.arrivals == ()
    assert (await channel.pull(page.cursor)).cursor == page.cursor


async def test_an_outage_in_the_middle_is_no_placeholder(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    await stage.write("дождись меня")
    stage.provider.faults.outage = True

    with pytest.raises(ChannelUnavailable):
        await channel.pull(cursor)
    stage.provider.faults.outage = False

    assert texts(await channel.pull(cursor)) == ["дождись меня"]


async def test_a_stranger_who_cites_a_thread_does_not_join_the_conversation_of_another_client(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    await stage.write("Мой заказ 15?", "anna@example.net")
    page = await channel.pull(cursor)
    (anna,) = received(page)
    cited = anna.context["message_id"]

    stage.provider.put_raw(SHOP, a_letter(head=f"Message-ID: <e@x>\r\nReferences: {cited}\r\nIn-Reply-To: {cited}"))
    (eve,) = received(await channel.pull(page.cursor))

    assert eve.thread != anna.thread
    assert eve.thread.endswith("/eve@example.net")


async def test_a_client_that_names_only_the_letter_before_stays_in_its_thread(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    await stage.write("Вопрос", "eve@example.net")
    page = await channel.pull(cursor)
    (question,) = received(page)
    await channel.send(stage.answer_to(question, "Ответ"))
    page = await channel.pull(page.cursor)

    stage.provider.put_raw(SHOP, a_letter("Re: Вопрос", head="Message-ID: <e2@x>\r\nIn-Reply-To: <m1@parley>"))
    (again,) = received(await channel.pull(page.cursor))

    assert again.thread == question.thread


async def test_a_repeated_message_id_hides_no_other_letter_and_a_copy_is_known_as_one(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    same = "Message-ID: <form@site>\r\nDate: Fri, 20 Nov 2026 12:00:00 +0000"
    stage.provider.put_raw(SHOP, a_letter("Заявка 1", head=same))
    stage.provider.put_raw(SHOP, a_letter("Заявка 2", head=same))
    stage.provider.put_raw(SHOP, b"Received: by way of an alias\r\n" + a_letter("Заявка 1", head=same))

    first, second, copy = received(await channel.pull(cursor))

    assert first.source_id != second.source_id
    assert first.source_id == copy.source_id


async def test_letters_move_to_the_owners_folder_only_after_the_desk_has_them(stage: Stage) -> None:
    await stage.write("ещё до нас")
    channel = stage.channel(processed_folder="Обработано")
    cursor = (await channel.pull(None)).cursor
    await stage.write("новое")
    page = await channel.pull(cursor)
    assert len(stage.folder("INBOX")) == 2

    moving = await channel.pull(page.cursor)
    after = await channel.pull(page.cursor)

    assert [(empty.cursor, empty.arrivals) for empty in (moving, after)] == [(page.cursor, ())] * 2
    assert (len(stage.folder("INBOX")), len(stage.folder("Обработано"))) == (1, 1)
    assert texts(*await history_of(channel, stage.clock.now() - timedelta(days=1))) == ["ещё до нас", "новое"]


async def test_without_such_a_folder_the_mailbox_is_not_touched(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    await stage.write("новое")
    page = await channel.pull(cursor)
    await channel.pull(page.cursor)

    (kept,) = stage.provider.shelf(SHOP).letters("INBOX")
    assert kept.flags == ()


async def test_the_history_holds_everything_since_a_moment_under_the_same_ids(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    await stage.write("старое")
    stage.clock.advance(3 * 24 * 3600)
    since = stage.clock.now()
    for number in range(55):
        await stage.write(f"письмо {number}")
    await stage.provider.answer_in_vendor_app(SHOP, "Анна", "отвечено")
    shelf = stage.provider.shelf(SHOP)
    archived = shelf.letters("INBOX")[-1]
    pulled = await pull_all(channel, cursor)
    shelf.add("Archive", archived.raw, ["\\Seen"], archived.at)
    shelf.remove(archived)

    pages = await history_of(channel, since)

    assert sorted(texts(*pages)) == sorted([*(f"письмо {number}" for number in range(55)), "отвечено"])
    ids = {arrival.source_id for page in pages for arrival in page.arrivals if isinstance(arrival, Received)}
    assert ids == {letter.source_id for letter in received(*pulled) if letter.text != "старое"}


async def test_a_file_is_fetched_wherever_its_letter_is_by_now(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    photo = CustomerFile("image", "чайник.png", "image/png", bytes(range(256)) * 30)
    await stage.write("вот фото", files=[photo])
    (letter,) = received(await channel.pull(cursor))
    (file,) = letter.attachments
    where_it_was = await channel.fetch(file, letter.source_id)
    shelf = stage.provider.shelf(SHOP)
    (kept,) = shelf.letters("INBOX")
    shelf.create("Клиенты")
    shelf.add("Клиенты", kept.raw, [], kept.at)
    shelf.remove(kept)
    stage.provider.put_raw(SHOP, a_letter("другое письмо"))

    assert (file.name, file.kind, where_it_was) == ("чайник.png", "image", photo.data)
    assert await channel.fetch(file, letter.source_id) == photo.data
    for letter_now in shelf.letters("Клиенты"):
        shelf.remove(letter_now)
    with pytest.raises(ChannelRejected) as caught:
        await channel.fetch(file, letter.source_id)
    assert caught.value.code == "gone"


async def test_a_letter_is_marked_as_read_when_somebody_has_read_it(stage: Stage) -> None:
    channel = stage.channel()
    cursor = (await channel.pull(None)).cursor
    await stage.write("прочти меня")
    (letter,) = received(await channel.pull(cursor))

    await channel.mark_read(letter.thread, letter.source_id)
    await channel.mark_read(letter.thread, "#nothing")

    (kept,) = stage.provider.shelf(SHOP).letters("INBOX")
    assert kept.flags == ("\\Seen",)


async def test_refused_logins_and_too_many_of_them_are_told_apart(stage: Stage) -> None:
    channel = stage.channel()
    stage.provider.faults.rate_limited = 1
    with pytest.raises(ChannelUnavailable):
        await channel.pull(None)
    stage.provider.faults.reject_credentials = True
    with pytest.raises(CredentialsRejected) as caught:
        await channel.pull(None)

    assert caught.value.code == "credentials_rejected"
    assert "password" not in str(caught.value)


async def test_a_foreign_cursor_is_refused(stage: Stage) -> None:
    for text in ("", "1@2", "x y z 1 2", "0b5a960f.1.2 - 1 2"):
        with pytest.raises(ChannelRejected):
            await stage.channel().pull(text)


async def test_servers_of_our_own_network_are_not_called_for_real_inboxes(stage: Stage) -> None:
    real = Settings().vendors
    for host in ("127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1", "[::1]", "0.0.0.0"):
        channel = stage.channel(real, imap_host=host, imap_port="993", imap_security="ssl")
        with pytest.raises((ChannelUnavailable, CredentialsRejected)):
            await channel.pull(None)
    for unsafe in ({"imap_port": "6379"}, {"imap_security": "none"}):
        with pytest.raises(ChannelUnavailable) as caught:
            await stage.channel(real, **{"imap_host": "mail.example.com", **unsafe}).pull(None)
        assert caught.value.code == "mail_server_unreachable"


async def test_the_providers_doors_and_letters_outlive_a_restart(tmp_path: Path) -> None:
    async with open_stage(tmp_path / "world.db") as stage:
        credentials = stage.provider.open_account(SHOP)
        cursor = (await stage.channel().pull(None)).cursor
        await stage.write("до перезапуска")

    async with open_stage(tmp_path / "world.db") as again:
        page = await again.channel_with(credentials).pull(cursor)

        assert texts(page) == ["до перезапуска"]
        assert [seen.text for seen in again.provider.seen_by(SHOP, "Анна")] == ["до перезапуска"]


async def test_a_door_that_somebody_has_taken_opens_elsewhere(stage: Stage) -> None:
    before = stage.provider.open_account(SHOP)
    await stage.provider.close()
    with socket.create_server(("127.0.0.1", int(before["imap_port"]))):
        await stage.provider.start()

        assert stage.provider.open_account(SHOP)["imap_port"] != before["imap_port"]
        assert (await stage.channel().test()).problem is None
