"""Reading letters that nobody wrote by the rules."""

from __future__ import annotations

from contextlib import suppress
from email.header import Header

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from infra.mail.charsets import decode, visible
from infra.mail.headers import words_decoded
from infra.mail.letter import Letter
from infra.mail.parsing import LARGEST, read_letter, sender_of
from infra.mail.tree import safe_name
from shared.errors import InvalidInput

_SNIPPETS = [
    b"From: ",
    b"Subject: =?utf-8?b?0J/RgNC4?=",
    b"=?x-none?q?=ff=00?=",
    b"Content-Type: multipart/mixed; boundary=b\n\n--b\n",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Type: text/html; charset=\xff\n\n<div class=gmail_quote><blockquote>",
    b"Content-Type: text/plain; charset=idna\n\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: x-uuencode\n",
    b"Content-Disposition: attachment; filename*0*=utf-8''%ff; filename*1=",
    b"References: <<<>> <a b@c>",
    b"Date: Mon, 99 Foo -1",
    b"\n\n",
    b'(((("<@>,;:',
    b"\xef\xf0\xe8\xe2\xe5\xf2",
    b"\x00\xd8\r\r\n",
]
anything = st.one_of(
    st.binary(max_size=400),
    st.lists(st.sampled_from(_SNIPPETS), max_size=12).map(b"".join),
    st.lists(st.one_of(st.sampled_from(_SNIPPETS), st.binary(max_size=20)), max_size=12).map(b"\n".join),
)


@settings(max_examples=400, deadline=None)
@given(anything)
@example(b"From: a@b.c\n" + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 500)
@example(b"From: " + b"(" * 5000 + b"a@b.c\n\n")
@example(b"From: a@b.c\nContent-Type: text/html\n\n" + b"<div>" * 5000 + b"x")
@example(b"From: a@b.c\nContent-Type: text/html\n\n<?xml version='1.0' encoding='utf-16'?><p>x")
def test_any_bytes_are_a_letter_or_a_typed_refusal(raw: bytes) -> None:
    sender_of(raw)
    with suppress(InvalidInput):
        letter = read_letter(raw)
        for text in (letter.text, letter.html, letter.subject, letter.quoted, letter.message_id):
            text.encode()
            assert "\x00" not in text


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_a_page_never_carries_scripts_handlers_or_remote_pictures(text: str) -> None:
    page = f"<p onclick='x()'>{text}<img src=x onerror=y><img src='https://t.example/p.gif'><svg/onload=z>"
    raw = b"From: a@b.c\nContent-Type: text/html; charset=utf-8\n\n" + page.encode("utf-8", "replace")

    html = read_letter(raw).html.lower()

    assert "<script" not in html
    assert "<svg" not in html
    assert "t.example" not in html.replace(text.lower(), "")


@pytest.mark.parametrize("charset", ["utf-8", "koi8-r", "cp1251", "iso-8859-5"])
@given(st.text(alphabet="абвгдежзиклмнопрстуфхцчшщыьэюяАБВ 0123456789№!", min_size=1, max_size=120).map(str.split))
@settings(max_examples=40, deadline=None)
def test_encoded_words_of_any_charset_are_read_back(charset: str, words: list[str]) -> None:
    text = " ".join(words).replace("№", "N")

    assert words_decoded(Header(text, charset).encode()) == text


def test_a_letter_cut_in_half_between_two_encoded_words_is_whole_again() -> None:
    assert words_decoded("=?utf-8?b?0J/R?= =?utf-8?b?gNC40LLQtdGC?=") == "Привет"


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        ("Здравствуйте, где мой заказ?".encode("cp1251"), None, "Здравствуйте, где мой заказ?"),
        ("Здравствуйте, где мой заказ?".encode("koi8-r"), "us-ascii", "Здравствуйте, где мой заказ?"),
        ("Привет".encode(), "no-such-charset", "Привет"),
        ("Une théière bleue, s'il vous plaît".encode("latin-1"), None, "Une théière bleue, s'il vous plaît"),
    ],
)
def test_a_missing_or_wrong_charset_is_guessed(data: bytes, declared: str | None, text: str) -> None:
    assert decode(data, declared) == text


def test_invisible_characters_go_and_joined_emoji_stay() -> None:
    assert visible("re\u200bfund\u202e \U000e0041now\x00") == "refund now"
    assert visible("👨\u200d👩\u200d👧") == "👨\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("C:\\Users\\x\\Счёт.pdf", "Счёт.pdf"),
        ("../../.htaccess", "htaccess"),
        ("a\r\nb\x00.txt", "ab.txt"),
        ("ж" * 300 + ".docx", "ж" * 145 + ".docx"),
        ("", ""),
    ],
)
def test_a_file_name_has_no_folders_no_controls_and_an_end(given_name: str, safe: str) -> None:
    assert safe_name(given_name) == safe


def _letter(head: str, body: str = "text") -> Letter:
    return read_letter(f"From: a@b.example\n{head}\n\n{body}".encode())


def test_broken_headers_lose_only_themselves() -> None:
    letter = _letter("Date: never\nMessage-ID: no id\nReferences: <a@b> junk <c d@e> <a@b>\nReply-To: nobody")

    assert (letter.date, letter.message_id, letter.reply_to) == (None, "", None)
    assert letter.references == ("<a@b>", "<cd@e>")
    assert letter.text == "text"


def test_in_reply_to_serves_where_references_are_missing() -> None:
    assert _letter("In-Reply-To: <a@b>").references == ("<a@b>",)


@pytest.mark.parametrize("raw", [b"", b"\n\nno headers", b"x" * (LARGEST + 1)])
def test_what_is_no_letter_or_too_big_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_letter(raw)


def test_a_letter_of_very_many_parts_is_refused_and_its_sender_still_known() -> None:
    raw = b"From: Eve <eve@x.example>\nContent-Type: multipart/mixed; boundary=b\n" + b"\n--b\n\nx" * 300

    with pytest.raises(InvalidInput):
        read_letter(raw)
    sender = sender_of(raw)
    assert sender is not None
    assert sender.address == "eve@x.example"


@pytest.mark.parametrize(
    ("style", "is_seen"),
    [
        ("display: none", False),
        ("visibility:hidden;color:red", False),
        ("font-size:0", False),
        ("font-size: 1px !important", False),
        ("opacity:0", False),
        ("max-height:0px;overflow:hidden", False),
        ("color:#fff", False),
        ("color:white;background-color:#cc0000", True),
        ("font-size:1em", True),
        ("font-size:1.2rem", True),
        ("opacity:0.9", True),
        ("background-color:#fff;color:#333", True),
    ],
)
def test_only_text_that_a_reader_sees_is_kept(style: str, is_seen: bool) -> None:
    raw = f'From: a@b.c\nContent-Type: text/html\n\n<p>before</p><p style="{style}">secret</p><p>after</p>'.encode()

    letter = read_letter(raw)

    assert ("secret" in letter.text) is is_seen
    assert ("secret" in letter.html) is is_seen
    assert "after" in letter.text


def test_deep_markup_keeps_its_text_or_is_refused_but_never_comes_out_empty() -> None:
    head = b"From: a@b.c\nContent-Type: text/html\n\n"

    assert read_letter(head + b"<div>" * 1000 + b"deep text").text == "deep text"
    with pytest.raises(InvalidInput):
        read_letter(head + b"<div>" * 4000 + b"deeper text")
