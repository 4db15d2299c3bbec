"""What a letter is known by, and what the desk is told of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.channels.context import ChannelContext
from infra.channels.imap.channel import Imap
from infra.channels.imap.wire import (
    Found,
    arrival_of,
    letter_in,
    message_id_in,
    read_reference,
    source_id_of,
)
from infra.mail.conversing import UNREADABLE
from infra.settings import VendorSettings
from shared.domain.arrivals import Echo, RawDelivery, Received
from shared.errors import ChannelRejected, UntrustedDelivery
from tests.support.clock import ManualClock

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEAD = (
    b"From: anna@example.net\r\nTo: shop@mail.example\r\nSubject: Hi\r\nMessage-ID: <1@x>\r\n"
    b"Date: Fri, 20 Nov 2026 12:00:00 +0300\r\n"
)


def found(raw: bytes, **more: bool) -> Found:
    return Found("INBOX", 7, 20, AT, raw, **({"is_sent": False} | more))  # type: ignore[arg-type]


def told(letter: Found) -> Received | Echo | None:
    return arrival_of(letter, letter_in(letter), "<root@x>", "shop@mail.example")


def test_what_servers_add_on_the_way_does_not_change_what_a_letter_is_known_by() -> None:
    plain = source_id_of(HEAD + b"\r\ntext", is_sent=False)

    assert source_id_of(b"Received: from a\r\nX-Spam: no\r\n" + HEAD + b"\r\ntext", is_sent=False) == plain
    assert source_id_of(HEAD.replace(b"\r\n", b"\n") + b"\ntext", is_sent=False) == plain
    assert message_id_in(plain) == "<1@x>"


@pytest.mark.parametrize("header", [b"anna@", b"Subject: Hi", b"<1@x>", b"12:00:00"])
def test_another_sender_subject_id_or_time_makes_it_another_letter(header: bytes) -> None:
    other = HEAD.replace(header, header[:-1] + b"Z@" if header.endswith(b"@") else header[:-1] + b"9")

    assert source_id_of(other, is_sent=False) != source_id_of(HEAD, is_sent=False)


def test_letters_without_an_id_differ_by_all_that_is_in_them() -> None:
    head = b"From: form@site.example\r\nSubject: Request\r\n\r\n"

    one, other = (source_id_of(head + body, is_sent=False) for body in (b"from Anna", b"from Boris"))

    assert one != other
    assert message_id_in(one) == ""


def test_only_a_sent_letter_is_believed_to_be_ours() -> None:
    forged = HEAD.replace(b"<1@x>", b"<m1@parley>")

    assert source_id_of(forged, is_sent=True) == "<m1@parley>"
    assert source_id_of(forged, is_sent=False) != "<m1@parley>"
    assert isinstance(told(found(forged, is_sent=True)), Echo)
    incoming = told(found(forged))
    assert isinstance(incoming, Received)
    assert incoming.is_automatic


def test_a_letter_from_the_mailbox_itself_is_never_answered() -> None:
    arrival = told(found(HEAD.replace(b"anna@example.net", b"Shop@mail.example")))

    assert isinstance(arrival, Received)
    assert arrival.is_automatic


def test_an_answer_of_the_owners_that_cannot_be_read_counts_all_the_same() -> None:
    big = told(found(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n", is_sent=True, is_cut=True))

    assert isinstance(big, Echo)
    assert (big.text, big.attachments) == (UNREADABLE, ())
    assert big.thread == "<root@x>/shop@mail.example"


def test_a_file_says_where_its_letter_was() -> None:
    raw = HEAD + b"Content-Disposition: attachment; filename=a.bin\r\n\r\nx"
    letter = Found("Разное/2.1", 7, 20, AT, raw, is_sent=False)

    arrival = told(letter)

    assert isinstance(arrival, Received)
    place = read_reference(arrival.attachments[0].reference)
    assert (place.folder, place.validity, place.uid, place.part_id) == ("Разное/2.1", 7, 20, "")


@pytest.mark.parametrize("reference", ["", "1.2", "1.2.INBOX", "a.b.INBOX:1", "1.2.INBOX:x"])
def test_a_foreign_reference_is_refused(reference: str) -> None:
    with pytest.raises(ChannelRejected):
        read_reference(reference)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda junk: HEAD + junk), st.booleans(), st.booleans())
def test_any_bytes_are_told_as_something(raw: bytes, is_sent: bool, is_cut: bool) -> None:
    letter = found(raw, is_sent=is_sent, is_cut=is_cut)

    arrival = told(letter)

    assert letter.source_id
    if arrival is None:
        assert is_sent
    else:
        assert arrival.source_id == letter.source_id


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=100), st.text(max_size=20))
def test_nobody_can_deliver_to_a_mailbox_by_http(body: bytes, secret: str) -> None:
    context = ChannelContext("i", "", {}, "secret", VendorSettings(), None, ManualClock(), None)  # type: ignore[arg-type]

    with pytest.raises(UntrustedDelivery):
        Imap(context).read(RawDelivery(body, {}, secret))
