"""Letters as real clients write them (names changed), and what a person should see of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.mail.letter import Letter
from infra.mail.parsing import read_letter

CORPUS = Path(__file__).parents[3] / "payloads" / "mail"


def letter(name: str) -> Letter:
    return read_letter((CORPUS / f"{name}.eml").read_bytes())


@pytest.mark.parametrize(
    ("name", "text", "folded"),
    [
        ("gmail_ru", "Да, беру синий.", "Есть синий и белый."),
        ("gmail_en", "Thanks, that works.\n\nOn Monday I wrote to you about the lid as well.", "We have both."),
        ("yandex", "Чек приложу вечером.", "Пришлите, пожалуйста, чек."),
        ("mail_ru", "Мне нужен размер на 2 литра.", "Какой размер вам нужен?"),
        ("outlook_en", "Please send the invoice again.", "Here is the invoice."),
        ("outlook_ru", "Счёт не открывается.", "Высылаем счёт."),
        ("outlook_web", "Does the lid fit?", "We have lids."),
        ("ios_ru", "А красный есть?", "Остались синие."),
    ],
)
def test_what_was_written_now_is_cut_from_what_is_quoted(name: str, text: str, folded: str) -> None:
    read = letter(name)

    assert read.text == text
    assert folded in read.quoted
    assert folded not in read.html
    assert read.automatic == ""


def test_answers_between_quoted_lines_stay_whole() -> None:
    read = letter("gmail_inline_answers")

    assert "> Which colour?\n\nBlue, please.\n\n> And which size?\n\nThe big one." in read.text
    assert "The big one." in read.html
    assert read.quoted == ""


def test_an_answer_below_the_quote_is_not_lost() -> None:
    assert "Yes, it is." in letter("thunderbird_below").text


@pytest.mark.parametrize("name", ["windows1251_without_charset", "koi8r_without_charset"])
def test_cyrillic_without_a_charset_is_guessed_in_headers_and_body(name: str) -> None:
    read = letter(name)

    assert read.sender is not None
    assert (read.sender.name, read.subject) == ("Игорь", "Заказ не пришёл")
    assert read.text == "Добрый день! Где мой заказ номер 15?"


@pytest.mark.parametrize(
    ("name", "reason"), [("bounce", "auto_submitted"), ("out_of_office", "auto_submitted"), ("mailing_list", "list")]
)
def test_letters_of_machines_are_known_as_such(name: str, reason: str) -> None:
    assert letter(name).automatic == reason


def test_a_page_is_shown_without_traps_when_the_text_only_points_to_it() -> None:
    read = letter("mailing_list")

    assert "Ten percent off everything this week" in read.text
    assert "Preheader" not in read.text + read.html
    assert "<img" not in read.html or "src" not in read.html
    assert "javascript:" not in read.html
    assert 'href="https://list.example/o"' in read.html


def test_file_names_are_decoded_and_made_harmless() -> None:
    names = [file.name for file in letter("attachment_rfc2231").files]

    assert names == ["Договор № 15.pdf", "passwd", "смета.txt"]


def test_parts_are_numbered_as_gmail_numbers_them() -> None:
    assert [file.part_id for file in letter("attachment_rfc2231").files] == ["1", "2", "3"]


def test_a_photo_in_the_text_is_a_file_and_the_text_around_it_stays() -> None:
    read = letter("ios_photo")

    assert [(file.kind, file.name) for file in read.files] == [("image", "IMG_1.jpeg")]
    assert read.text.split("\n\n") == ["It arrived like this:", "Can you replace it?"]


def test_a_logo_of_a_signature_is_no_file() -> None:
    assert letter("signature_logo").files == ()
    assert 'src="cid:logo1"' in letter("signature_logo").html


def test_invitations_and_outlook_containers_are_files() -> None:
    assert [(file.name, file.mime_type) for file in letter("calendar").files] == [("invite.ics", "text/calendar")]
    assert [file.name for file in letter("winmail").files] == ["winmail.dat"]


def test_a_letter_inside_a_letter_is_a_file_and_no_text() -> None:
    read = letter("bounce")

    assert read.text == "Address not found: nobody@example.com"
    assert "letter.eml" in [file.name for file in read.files]


def test_an_empty_letter_keeps_its_subject() -> None:
    read = letter("empty_body")

    assert (read.text, read.subject) == ("", "Where is my order?")


def test_text_that_no_reader_sees_reaches_nobody() -> None:
    read = letter("hidden_text")

    for seen in (read.text, read.html):
        assert "Do you ship to Perm?" in seen
        assert "Blue button" in seen
        assert "refund" not in seen
        assert "password" not in seen
        assert "alert" not in seen


def test_an_answer_knows_its_thread() -> None:
    read = letter("gmail_ru")

    assert read.references == ("<CAF1@mail.gmail.com>", "<m1@parley>")
    assert read.message_id == "<CAF2@mail.gmail.com>"
    assert read.sender is not None
    assert (read.sender.address, read.sender.name) == ("anna.petrova@gmail.example", "Анна Петрова")


def test_every_sample_is_read() -> None:
    samples = list(CORPUS.glob("*.eml"))

    assert len(samples) >= 20
    for sample in samples:
        assert read_letter(sample.read_bytes()).subject
