"""The mail channel against Dovecot and an encrypted SMTP server: no stand-in of ours is asked."""

from __future__ import annotations

import imaplib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from infra.channels.imap.channel import Imap
from infra.channels.imap.dialling import trust
from infra.mail.conversing import UNREADABLE
from infra.mail.parsing import read_letter
from shared.domain.arrivals import Received
from shared.errors import ChannelRejected, ChannelUnavailable, ChannelUnclear, CredentialsRejected, RecipientUnreachable
from tests.contract.channels.imap_stage import (
    a_file,
    answer_to,
    channel_of,
    echoes,
    history_of,
    pull_all,
    received,
    texts,
)
from tests.support import dovecot
from tests.support.certificates import certificate_for
from tests.support.clock import ManualClock
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.smtp_server import SmtpServer, listening
from tests.unit.infra.mail.odd_letters import ODD_LETTERS

pytestmark = pytest.mark.dovecot
SENT = "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"
"""`Отправленные` as IMAP writes it."""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate_for("localhost", tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def server(certificates: tuple[Path, Path]) -> Iterator[Dovecot]:
    with dovecot.started(*certificates) as running:
        yield running


@pytest.fixture
def trusted(certificates: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine trusts the tests' authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates[0]))
    trust.cache_clear()
    yield
    trust.cache_clear()


@dataclass
class Rig:
    """A mailbox of its own at Dovecot, with a mail client of the owner's beside ours."""

    dovecot: Dovecot
    smtp: SmtpServer
    user: str
    clock: ManualClock
    http: httpx.AsyncClient
    owner: imaplib.IMAP4

    def channel(self, **changes: str) -> Imap:
        settings = {
            "user": self.user,
            "password": PASSWORD,
            "imap_host": "localhost",
            "imap_port": str(self.dovecot.tls_port),
            "smtp_host": "localhost",
            "smtp_port": str(self.smtp.port),
        }
        return channel_of(settings | changes, self.clock, self.http)

    def deliver(self, raw: bytes, folder: str = "INBOX", flags: str = "") -> None:
        date = imaplib.Time2Internaldate(self.clock.now())
        assert self.owner.append(folder, flags, date, raw)[0] == "OK"

    def letters(self, folder: str) -> list[bytes]:
        self.owner.select(folder, readonly=True)
        numbers = self.owner.search(None, "ALL")[1][0].split()
        fetched = [self.owner.fetch(number.decode(), "(FLAGS BODY.PEEK[])")[1][0] for number in numbers]
        return [piece[1] for piece in fetched if isinstance(piece, tuple)]

    def flags(self, folder: str) -> list[bytes]:
        self.owner.select(folder, readonly=True)
        return [line for line in self.owner.fetch("1:*", "(FLAGS)")[1] if isinstance(line, bytes)]


@pytest.fixture
async def rig(
    server: Dovecot, certificates: tuple[Path, Path], trusted: None, request: pytest.FixtureRequest
) -> AsyncIterator[Rig]:
    user = f"shop{abs(hash(request.node.nodeid))}@mail.example"
    owner = imaplib.IMAP4("127.0.0.1", server.port)
    owner.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
    async with httpx.AsyncClient() as http, listening(SmtpServer(user, PASSWORD), *certificates, "ssl") as smtp:
        yield Rig(server, smtp, user, ManualClock(), http, owner)
    owner.logout()


def a_letter(text: str, *, number: int = 1, sender: str = "anna@example.net", head: str = "") -> bytes:
    lines = [
        f"From: Anna <{sender}>",
        "To: shop@mail.example",
        f"Subject: {text}",
        f"Message-ID: <{number}@example.net>",
    ]
    return "\r\n".join([*lines, *([head] if head else []), "", text, ""]).encode()


async def a_question(rig: Rig) -> tuple[Received, str]:
    channel = rig.channel()
    cursor = (await channel.pull(None)).cursor
    rig.deliver(a_letter("Where is my order?"))
    page = await channel.pull(cursor)
    (letter,) = received(page)
    assert page.cursor is not None
    return letter, page.cursor


async def test_a_mailbox_is_connected_over_tls_and_its_letters_come(rig: Rig) -> None:
    rig.deliver(a_letter("before us"))
    channel = rig.channel()
    connection = await channel.connect("")
    rig.deliver(a_letter("new", number=2), flags="\\Seen")

    page = await channel.pull(connection.cursor)

    assert connection.account == rig.user
    assert texts(page) == ["new"]
    assert (await channel.pull(page.cursor)).cursor == page.cursor
    assert (await channel.test()).problem is None


async def test_starttls_serves_as_well(rig: Rig, certificates: tuple[Path, Path]) -> None:
    async with listening(SmtpServer(rig.user, PASSWORD), *certificates, "starttls") as smtp:
        settings = {"imap_port": str(rig.dovecot.port), "imap_security": "starttls", "smtp_security": "starttls"}
        channel = rig.channel(**settings, smtp_port=str(smtp.port))

        assert (await channel.test()).problem is None


async def test_a_certificate_of_another_name_or_of_a_strangers_making_is_not_trusted(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_name = (await rig.channel(imap_host="127.0.0.1").test()).problem
    other_side = (await rig.channel(smtp_host="127.0.0.1").test()).problem
    monkeypatch.delenv("SSL_CERT_FILE")
    trust.cache_clear()

    assert (other_name, other_side) == ("mail_server_unreachable",) * 2
    assert (await rig.channel().test()).problem == "mail_server_unreachable"


async def test_a_wrong_password_and_a_wrong_port_are_told_apart(rig: Rig) -> None:
    with pytest.raises(CredentialsRejected) as caught:
        await rig.channel(password="wrong").pull(None)
    assert caught.value.code == "credentials_rejected"
    assert (await rig.channel(imap_port="9").test()).problem == "mail_server_unreachable"
    assert (await rig.channel(imap_port=str(rig.dovecot.port)).test()).problem == "mail_server_unreachable"


async def test_an_answer_leaves_once_and_lies_once_in_the_folder_for_sent_letters(rig: Rig) -> None:
    letter, cursor = await a_question(rig)
    outgoing = answer_to(letter, rig.clock, "Завтра.", id="m1", files=(a_file(),), is_automatic=True)
    channel = rig.channel()

    receipt = await channel.send(outgoing)
    page = await channel.pull(cursor)

    (envelope,) = rig.smtp.taken
    (copy,) = rig.letters(SENT)
    (echo,) = echoes(page)
    assert (envelope.mail_from, envelope.rcpt_tos) == (rig.user, ["anna@example.net"])
    assert copy == envelope.original_content
    assert read_letter(copy).references == ("<1@example.net>",)
    assert (echo.marker, echo.source_id, echo.thread) == ("m1", receipt.source_id, letter.thread)
    assert rig.letters("Drafts") == []
    assert await channel.find_sent(outgoing) == receipt


async def test_an_answer_from_the_owners_own_client_counts(rig: Rig) -> None:
    letter, cursor = await a_question(rig)
    own = "From: shop@mail.example\r\nTo: anna@example.net\r\nMessage-ID: <own@phone>\r\nIn-Reply-To: <1@example.net>"

    rig.deliver(f"{own}\r\nSubject: Re\r\n\r\nTomorrow.".encode(), SENT, "\\Seen")
    (echo,) = echoes(await rig.channel().pull(cursor))

    assert (echo.text, echo.thread, echo.marker) == ("Tomorrow.", letter.thread, "")


async def test_drafts_of_the_owner_stay_untouched(rig: Rig) -> None:
    letter, _ = await a_question(rig)
    rig.deliver(a_letter("my own draft", number=7), "Drafts", "\\Draft")
    rig.deliver(a_letter("half deleted", number=8), "Drafts", "\\Deleted")

    await rig.channel().send(answer_to(letter, rig.clock))
    rig.smtp.says["RCPT"] = "550 5.1.1 nobody"
    with pytest.raises(RecipientUnreachable):
        await rig.channel().send(answer_to(letter, rig.clock, id="m2"))

    assert [read_letter(raw).subject for raw in rig.letters("Drafts")] == ["my own draft", "half deleted"]


@pytest.mark.parametrize(
    ("command", "answer", "error", "code"),
    [
        ("AUTH", "535 5.7.8 no", CredentialsRejected, "credentials_rejected"),
        ("AUTH", "534 5.7.9 Application-specific password required", CredentialsRejected, "credentials_wrong_type"),
        ("AUTH", "535 5.7.139 SmtpClientAuthentication is disabled", CredentialsRejected, "rights_missing"),
        ("AUTH", "454 4.7.0 later", ChannelUnavailable, "channel_unavailable"),
        ("MAIL", "452 4.3.1 no room", ChannelUnavailable, "channel_unavailable"),
        ("RCPT", "550 5.1.1 nobody here", RecipientUnreachable, "recipient_unreachable"),
        ("RCPT", "450 4.7.1 greylisted", ChannelUnavailable, "channel_unavailable"),
        ("DATA", "552 5.3.4 too big", ChannelRejected, "files_too_large"),
        ("DATA", "550 5.4.5 daily limit", ChannelUnavailable, "channel_unavailable"),
        ("DATA", "554 5.7.1 spam", ChannelRejected, "channel_rejected"),
        ("DATA", "451 4.3.0 later", ChannelUnavailable, "channel_unavailable"),
    ],
)
async def test_what_an_smtp_server_says_and_what_it_means(
    rig: Rig, command: str, answer: str, error: type[ChannelRejected], code: str
) -> None:
    letter, _ = await a_question(rig)
    rig.smtp.says[command] = answer

    with pytest.raises(error) as caught:
        await rig.channel().send(answer_to(letter, rig.clock))

    assert (type(caught.value), caught.value.code) == (error, code)
    assert (rig.smtp.taken, rig.letters("Drafts"), rig.letters(SENT)) == ([], [], [])


@pytest.mark.parametrize(("command", "error"), [("RCPT", ChannelUnavailable), ("DATA", ChannelUnclear)])
async def test_a_connection_that_breaks_is_a_doubt_only_when_all_was_said(
    rig: Rig, command: str, error: type[ChannelUnclear]
) -> None:
    letter, _ = await a_question(rig)
    rig.smtp.hangs_up_at = command
    outgoing = answer_to(letter, rig.clock)

    with pytest.raises(error):
        await rig.channel().send(outgoing)

    if error is ChannelUnclear:
        with pytest.raises(ChannelUnclear):
            await rig.channel().find_sent(outgoing)
    else:
        assert await rig.channel().find_sent(outgoing) is None


async def test_new_numbers_lose_nothing_and_bring_nothing_from_before_us(rig: Rig) -> None:
    rig.deliver(a_letter("before us", number=1))
    rig.clock.advance(600)
    channel = rig.channel()
    cursor = (await channel.pull(None)).cursor
    rig.deliver(a_letter("first", number=2))
    first = await channel.pull(cursor)
    rig.deliver(a_letter("meanwhile", number=3))
    rig.clock.advance(40 * 24 * 3600)

    rig.dovecot.forget_numbers(rig.user)
    pages = await pull_all(channel, first.cursor)

    known = {letter.source_id for letter in received(first)}
    assert [letter.text for letter in received(*pages) if letter.source_id not in known] == ["meanwhile"]
    assert "before us" not in texts(*pages)


async def test_letters_move_to_a_folder_with_a_russian_name(rig: Rig) -> None:
    rig.deliver(a_letter("before us", number=1))
    channel = rig.channel(processed_folder="Обработанные письма")
    cursor = (await channel.pull(None)).cursor
    rig.deliver(a_letter("new", number=2))
    page = await channel.pull(cursor)

    assert (await channel.pull(page.cursor)).cursor == page.cursor

    assert [read_letter(raw).subject for raw in rig.letters("INBOX")] == ["before us"]
    moved = received(*await history_of(channel, rig.clock.now() - timedelta(days=1)))
    assert [letter.text for letter in moved] == ["before us", "new"]
    assert moved[1].source_id == received(page)[0].source_id


async def test_files_are_fetched_and_letters_marked_as_read(rig: Rig) -> None:
    channel = rig.channel()
    cursor = (await channel.pull(None)).cursor
    head = 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"'
    body = "--b\r\n\r\nsee file\r\n--b\r\nContent-Disposition: attachment; filename=a.bin\r\n\r\nfile content\r\n--b--"
    rig.deliver(a_letter("without a file"))
    rig.deliver(f"From: a@b.example\r\nMessage-ID: <f@x>\r\n{head}\r\n\r\n{body}".encode())
    page = await channel.pull(cursor)
    letter = received(page)[-1]

    content = await channel.fetch(letter.attachments[0], letter.source_id)
    await channel.mark_read(letter.thread, letter.source_id)

    assert content.strip() == b"file content"
    assert [b"\\Seen" in line for line in rig.flags("INBOX")] == [False, True]


async def test_odd_letters_come_through_a_real_server_as_they_are(rig: Rig) -> None:
    channel = rig.channel()
    cursor = (await channel.pull(None)).cursor
    for odd in ODD_LETTERS:
        rig.clock.advance(1)
        rig.deliver(odd.raw)

    letters = received(*await pull_all(channel, cursor))

    assert len(letters) == len(ODD_LETTERS)
    for odd, letter in zip(ODD_LETTERS, letters, strict=True):
        seen = (odd.text, odd.subject) if odd.is_readable else (UNREADABLE, "")
        assert (letter.text, letter.subject) == seen, odd.name
        for file, (_, content) in zip(letter.attachments, odd.files, strict=True):
            assert (await channel.fetch(file, letter.source_id)).strip() == content.strip(), odd.name
