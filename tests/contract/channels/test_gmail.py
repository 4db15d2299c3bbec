"""Gmail's adapter against the stand-in, over real HTTP, each exchange checked against Gmail's discovery document."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from infra.mail.conversing import UNREADABLE
from infra.sandbox.standin import CustomerFile
from shared.domain.arrivals import Echo, PullHint, RawDelivery, Received
from shared.errors import (
    ChannelRejected,
    ChannelUnavailable,
    ChannelUnclear,
)
from tests.contract.channels.gmail_discovery import problems
from tests.contract.channels.gmail_world import (
    TOPIC,
    GmailWorld,
    echoes,
    gmail_world,
    pull_all,
    received,
    texts,
)


@pytest.fixture
async def gmail() -> AsyncIterator[GmailWorld]:
    async with gmail_world() as world:
        yield world
        assert world.witness.problems == []


async def test_a_connected_mailbox_is_watched_and_its_notification_leads_to_the_letter(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    connection = await channel.connect("")

    id = await gmail.sandbox.write("shop", "Анна Иванова", "Есть ли синий чайник?")
    topic, notice = gmail.notices[-1]
    hints = channel.read(RawDelivery(json.dumps(notice).encode()))
    page = await channel.pull(connection.cursor)

    assert (connection.account, topic, list(hints)) == ("shop@shop.example", TOPIC, [PullHint()])
    (letter,) = received(page)
    assert (letter.source_id, letter.text, letter.subject) == (id, "Есть ли синий чайник?", "Есть ли синий чайник?")
    assert (letter.contact.name, letter.is_automatic, letter.at) == ("Анна Иванова", False, gmail.clock.now())
    assert letter.contact.source_id.endswith("@example.net")
    assert not page.more


async def test_a_first_pull_starts_from_now(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    await gmail.sandbox.write("shop", "Anna", "before we came")

    first = await channel.pull(None)
    await gmail.sandbox.write("shop", "Boris", "after")

    assert first.arrivals == ()
    assert texts(await channel.pull(first.cursor)) == ["after"]


async def test_nothing_new_leaves_the_history_cursor_where_it_is(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor

    page = await channel.pull(cursor)

    assert (page.arrivals, page.cursor, page.more) == ((), cursor, False)


async def test_an_answer_typed_in_gmail_is_an_echo_without_our_mark(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    await gmail.sandbox.write("shop", "anna@example.com", "Hello?")

    await gmail.sandbox.answer_in_vendor_app("shop", "anna@example.com", "Owner here.")
    page = await channel.pull(cursor)
    (letter,), (echo,) = received(page), echoes(page)

    assert (echo.marker, echo.text, echo.thread) == ("", "Owner here.", letter.thread)
    assert echo.contact is not None
    assert echo.contact.source_id == "anna@example.com"


async def test_letters_behind_a_forgotten_history_are_found_by_a_full_sync(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    await gmail.sandbox.write("shop", "Anna", "in the gap")
    gmail.clock.advance(60)
    await gmail.sandbox.answer_in_vendor_app("shop", "Anna", "answered in the gap")
    gmail.sandbox.forget_history("shop")

    page = await channel.pull(cursor)
    gmail.clock.advance(60)
    await gmail.sandbox.write("shop", "Boris", "behind the gap")

    assert texts(page) == ["in the gap", "answered in the gap"]
    assert texts(await channel.pull(page.cursor)) == ["behind the gap"]


async def test_a_cursor_ahead_of_the_mailbox_loses_no_letter(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    assert cursor is not None
    await gmail.sandbox.write("shop", "Anna", "do not lose me")
    history_id, _, at = cursor.partition("@")

    page = await channel.pull(f"{int(history_id) + 1_000_000}@{at}")

    assert texts(page) == ["do not lose me"]
    assert page.cursor is not None
    assert int(page.cursor.partition("@")[0]) < int(history_id) + 1_000_000


@pytest.mark.parametrize("forgotten", [False, True])
async def test_a_long_absence_is_read_in_pages_and_in_order(gmail: GmailWorld, forgotten: bool) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    for number in range(104):
        gmail.clock.advance(5)
        await gmail.sandbox.write("shop", f"customer {number}", f"letter {number}")
    gmail.clock.advance(5)
    await gmail.sandbox.answer_in_vendor_app("shop", "customer 103", "the owner's answer")
    if forgotten:
        gmail.sandbox.forget_history("shop")

    pages = await pull_all(channel, cursor)

    assert [page.more for page in pages] == [True, False]
    assert list(dict.fromkeys(texts(*pages))) == [*(f"letter {number}" for number in range(104)), "the owner's answer"]
    assert (await channel.pull(pages[-1].cursor)).arrivals == ()


async def test_the_history_holds_everything_since_a_moment_under_the_ids_of_pulls(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    await gmail.sandbox.write("shop", "Anna", "too old")
    gmail.clock.advance(3600)
    since = gmail.clock.now()
    for number in range(101):
        gmail.clock.advance(5)
        await gmail.sandbox.write("shop", f"customer {number}", f"letter {number}")
    await gmail.sandbox.answer_in_vendor_app("shop", "customer 7", "the owner's answer")
    pulled = await pull_all(channel, cursor)
    gmail.sandbox.archive("shop", received(pulled[0])[20].source_id)

    pages = [await channel.history(since, None)]
    while pages[-1].more:
        pages.append(await channel.history(since, pages[-1].cursor))

    ids = {arrival.source_id for page in pages for arrival in page.arrivals if isinstance(arrival, Received | Echo)}
    assert len(pages) == 2
    assert set(texts(*pages)) == {*(f"letter {number}" for number in range(101)), "the owner's answer"}
    assert ids < {
        arrival.source_id for page in pulled for arrival in page.arrivals if isinstance(arrival, Received | Echo)
    }


async def test_one_broken_letter_stops_none_behind_it(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(60))
    broken = await gmail.sandbox.put_raw("shop", b"From: Eve <eve@example.com>\nSubject: x\n" + nested)
    empty = await gmail.sandbox.put_raw("shop", b"")
    await gmail.sandbox.write("shop", "Anna", "I am fine")

    page = await channel.pull(cursor)

    eve, nobody, fine = received(page)
    assert page.problems == (broken, empty)
    assert (eve.text, eve.is_automatic, eve.contact.source_id) == (UNREADABLE, True, "eve@example.com")
    assert (nobody.contact.source_id, fine.text) == ("unknown", "I am fine")


async def test_too_many_calls_ask_for_patience_until_the_moment_gmail_names(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    gmail.sandbox.faults.rate_limited = 1

    with pytest.raises(ChannelUnavailable) as caught:
        await channel.pull(cursor)

    assert caught.value.retry_after == timedelta(seconds=10)
    assert (await channel.pull(cursor)).cursor == cursor


async def test_an_outage_is_no_loss_for_reading_and_a_doubt_for_sending(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    await gmail.sandbox.write("shop", "Anna", "Hello")
    (letter,) = received(await channel.pull(cursor))
    by_person = gmail.answer_to(letter, "Hi", is_automatic=False)
    gmail.sandbox.faults.outage = True

    with pytest.raises(ChannelUnavailable):
        await channel.pull(cursor)
    with pytest.raises(ChannelUnclear):
        await channel.send(by_person)
    gmail.sandbox.faults.outage = False

    assert await channel.find_sent(by_person) is None
    assert len((await channel.pull(cursor)).arrivals) == 1


async def test_a_file_is_fetched_by_its_place_although_its_id_changes(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    cursor = (await channel.pull(None)).cursor
    photo = CustomerFile("image", "чайник.png", "image/png", bytes(range(256)) * 300)
    note = CustomerFile("file", "note.txt", "text/plain", b"small")
    await gmail.sandbox.write("shop", "Anna", "See the picture", [photo, note])
    (letter,) = received(await channel.pull(cursor))

    first, second = letter.attachments

    assert [(file.name, file.kind, file.size) for file in letter.attachments] == [
        ("чайник.png", "image", len(photo.data)),
        ("note.txt", "file", 5),
    ]
    assert await channel.fetch(first, letter.source_id) == photo.data
    assert await channel.fetch(second, letter.source_id) == note.data
    with pytest.raises(ChannelRejected):
        await channel.fetch(first.model_copy(update={"reference": "9.9"}), letter.source_id)


async def test_a_letter_marked_read_is_read_in_gmail(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    id = await gmail.sandbox.write("shop", "Anna", "Hello")

    await channel.mark_read("", id)
    await channel.mark_read("", "19affffffffffff0")

    assert gmail.sandbox.seen_by("shop", "Anna")[0].extra["labels"] == ["INBOX"]


async def test_a_watch_of_another_topic_is_displaced(gmail: GmailWorld) -> None:
    await gmail.channel(gmail_topic="projects/parley/topics/old").connect("")

    await gmail.channel().renew()
    await gmail.sandbox.write("shop", "Anna", "Hello")

    assert gmail.notices[-1][0] == TOPIC


async def test_disconnecting_stops_notifications_and_gives_the_grant_back(gmail: GmailWorld) -> None:
    channel = gmail.channel()
    await channel.connect("")
    before = len(gmail.notices)

    await channel.disconnect()
    await channel.disconnect()
    await gmail.sandbox.write("shop", "Anna", "Hello")

    assert len(gmail.notices) == before
    assert (await channel.test()).problem == "credentials_rejected"


async def test_a_diagnosis_says_what_the_owner_can_do(gmail: GmailWorld) -> None:
    assert (await gmail.channel().test()).problem is None
    assert (await gmail.channel(gmail_topic="").test()).problem == "watch_missing_topic"
    assert (await gmail.channel(gmail_topic="not a topic").test()).problem == "watch_refused"
    gmail.sandbox.faults.reject_credentials = True
    assert (await gmail.channel().test()).problem == "credentials_rejected"


async def test_notifications_may_be_lost_or_doubled_on_purpose(gmail: GmailWorld) -> None:
    await gmail.channel().connect("")
    gmail.sandbox.faults.lose_pushes = True
    await gmail.sandbox.write("shop", "Anna", "lost")
    lost = len(gmail.notices)
    gmail.sandbox.faults.lose_pushes, gmail.sandbox.faults.double_pushes = False, True
    await gmail.sandbox.write("shop", "Anna", "doubled")

    assert (lost, len(gmail.notices)) == (1, 3)


def test_the_check_against_gmails_document_sees_what_is_wrong() -> None:
    profile = {"emailAddress": "a@b.example", "historyId": "1"}

    assert problems("GET", "/gmail/v1/users/me/profile", {}, None, profile) == []
    assert problems("GET", "/gmail/v1/users/me/profile", {}, None, profile | {"extra": 1})
    assert problems("GET", "/gmail/v1/users/me/profile", {}, None, profile | {"historyId": 1})
    assert problems("GET", "/gmail/v1/users/me/profile", {"query": ["x"]}, None, profile)
    assert problems("GET", "/gmail/v1/users/me/messages", {"q": ["x", "y"]}, None, {})
    assert problems("POST", "/gmail/v1/users/me/messages/send", {}, {"body": "x"}, {"id": "1"})
    assert problems("GET", "/gmail/v1/users/me/nothing", {}, None, {})
