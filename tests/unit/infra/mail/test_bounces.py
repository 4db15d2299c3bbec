"""Reports of letters that did not arrive."""

from __future__ import annotations

import pytest

from infra.mail.letter import Bounce, Letter
from infra.mail.parsing import read_letter

RETURNED = b"From: shop@shop.example\nTo: nobody@example.net\nMessage-ID: <m1@parley>\nSubject: Re: x\n\nour own words"
FAILED = b"Final-Recipient: rfc822; Nobody@Example.net\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no"
DELAYED = FAILED.replace(b"failed", b"delayed").replace(b"5.1.1", b"4.4.1")


def report(*blocks: bytes, returned: bytes = b"message/rfc822", kind: bytes = b"delivery-status") -> Letter:
    parts = [
        b"Content-Type: text/plain\n\nYour letter did not arrive.",
        b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
        + b"\n\n".join(blocks)
        + b"\n",
        b"Content-Type: " + returned + b"\n\n" + RETURNED + b"\n",
    ]
    head = b"From: MAILER-DAEMON@mx.example.net\nReturn-Path: <>\nSubject: Undelivered\n"
    head += b"Content-Type: multipart/report; report-type=" + kind + b"; boundary=b\n\n"
    return read_letter(head + b"".join(b"--b\n" + part + b"\n" for part in parts) + b"--b--\n")


@pytest.mark.parametrize("returned", [b"message/rfc822", b"text/rfc822-headers"])
def test_a_report_names_the_recipient_the_reason_and_the_letter(returned: bytes) -> None:
    letter = report(FAILED, returned=returned)

    assert letter.bounce == Bounce("nobody@example.net", "5.1.1", "<m1@parley>")
    assert letter.automatic == "bounce"


def test_a_delay_is_no_failure_and_the_failure_among_several_is_found() -> None:
    assert report(DELAYED).bounce is None
    several = report(DELAYED, FAILED).bounce
    assert several is not None
    assert several.status == "5.1.1"


def test_other_reports_and_letters_that_only_look_alike_are_no_bounces() -> None:
    assert report(FAILED, kind=b"disposition-notification").bounce is None
    assert read_letter(b"From: a@b.example\nSubject: Undelivered\n\n" + FAILED).bounce is None


@pytest.mark.parametrize(
    "block", [b"Action: failed", b"Action: failed\nFinal-Recipient: x\nStatus: never", b"\xff\xfe"]
)
def test_a_report_without_sense_breaks_nothing(block: bytes) -> None:
    bounce = report(block).bounce

    assert bounce is None or (bounce.recipient, bounce.status) == ("", "")
