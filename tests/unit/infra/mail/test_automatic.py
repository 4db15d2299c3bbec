"""Each sign that a machine wrote, alone."""

from __future__ import annotations

import pytest

from infra.mail.automatic import is_robot
from infra.mail.parsing import read_letter


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Auto-Submitted: auto-generated", "auto_submitted"),
        ("Auto-Submitted: auto-replied; owner-email=x", "auto_submitted"),
        ("Auto-Submitted: no", ""),
        ("Return-Path: <>", "bounce"),
        ("Return-Path: <anna@example.com>", ""),
        ("X-Auto-Response-Suppress: DR, OOF", "auto_reply"),
        ("X-Auto-Response-Suppress: None", ""),
        ("X-Autoreply: yes", "auto_reply"),
        ("X-Autorespond: 1", "auto_reply"),
        ("Precedence: bulk", "list"),
        ("X-Precedence: Auto_Reply", "list"),
        ("Precedence: first-class", ""),
        ("List-Id: <x.example>", "list"),
        ("List-Unsubscribe: <https://x.example>", "list"),
        ("Feedback-ID: 1", "list"),
        ("X-Failed-Recipients: a@b.example", "bounce"),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=b", "bounce"),
        ("X-Parley-Message-Id: m1", "own"),
        ("X-Loop: shop@shop.example", "loop"),
        ("Message-ID: <m1@parley>", "own"),
        ("Subject: Out of Office: Re: Invoice", "auto_reply"),
        ("Subject: =?utf-8?b?0JDQstGC0L7QvtGC0LLQtdGCOiDRgdGH0ZHRgg==?=", "auto_reply"),
        ("Subject: Is your office out of lids?", ""),
    ],
)
def test_a_header_alone_tells(header: str, reason: str) -> None:
    assert read_letter(f"From: anna@example.com\n{header}\n\nHello".encode()).automatic == reason


@pytest.mark.parametrize(
    ("address", "nobody_reads"),
    [
        ("no-reply@bank.example", True),
        ("noreply+123@bank.example", True),
        ("orders.noreply@bank.example", True),
        ("Do_Not_Reply@bank.example", True),
        ("MAILER-DAEMON@mx.example", True),
        ("bounce-77@news.example", True),
        ("postmaster@x.example", True),
        ("nora.reply@x.example", False),
        ("anna.bouncer@x.example", False),
    ],
)
def test_addresses_that_nobody_reads(address: str, nobody_reads: bool) -> None:
    assert is_robot(address) is nobody_reads


def test_a_letter_without_a_sender_is_no_persons() -> None:
    assert read_letter(b"Subject: x\n\nHello").automatic == "robot"
