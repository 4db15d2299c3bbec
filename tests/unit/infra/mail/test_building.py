"""Letters of ours, read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from infra.mail.building import NewLetter, as_html, build, marker_of, own_message_id, reply_subject, shortened
from infra.mail.charsets import visible
from infra.mail.parsing import file_of, read_letter
from infra.mail.tree import safe_name
from shared.domain.arrivals import OutgoingFile
from shared.errors import InvalidInput

LETTER = NewLetter(
    sender="shop@shop.example",
    recipient="anna@example.com",
    subject="Re: Чайник",
    text="Здравствуйте!",
    marker="m1",
    date=datetime(2026, 11, 20, 12, tzinfo=UTC),
)
words = st.text(alphabet="абвгдеёжзАБВabcXYZ0123456789№—!?,.=_ ", max_size=200).map(lambda text: " ".join(text.split()))
ids = st.text(alphabet="abcdefABCDEF0123456789.+=_-", min_size=1, max_size=120).map(lambda id: f"<{id}@mail.example>")


lines = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Cn"], include_characters="\n"), max_size=300)


def with_value(field: str, value: str) -> NewLetter:
    return replace(LETTER, **{field: value})  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None)
@example("Re: Вопрос про заказ №12345 и доставку в далёкий город на самом краю света, очень длинная тема", [], "<a@b>")
@given(words, st.lists(ids, max_size=45, unique=True), ids)
def test_subject_and_thread_are_read_back_as_they_were_given(subject: str, references: list[str], answers: str) -> None:
    raw = build(replace(LETTER, subject=subject, references=tuple(references), answers=answers))

    letter = read_letter(raw)
    assert letter.subject == subject
    assert letter.references == shortened((*references, answers))
    assert raw.isascii()
    assert str(message_from_bytes(raw, policy=default)["subject"]) == subject


@settings(max_examples=100, deadline=None)
@given(lines)
def test_the_text_is_read_back_as_it_was_given(text: str) -> None:
    part = message_from_bytes(build(replace(LETTER, text=text)), policy=default).get_body(("plain",))

    assert part is not None
    content = part.get_content().replace("\r\n", "\n")
    assert content.rstrip("\n") == text.rstrip("\n")


@pytest.mark.parametrize("field", ["sender", "recipient", "subject", "marker", "answers"])
@pytest.mark.parametrize("attack", ["x\r\nBcc: all@example.com", "x\nBcc: all@example.com", "x\rBcc: y", "x\x00"])
def test_nothing_breaks_out_of_its_header(field: str, attack: str) -> None:
    with pytest.raises(InvalidInput):
        build(with_value(field, attack))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["sender", "recipient", "subject", "marker", "answers"]))
def test_any_value_gives_the_known_headers_or_a_typed_refusal(value: str, field: str) -> None:
    try:
        raw = build(with_value(field, value))
    except InvalidInput:
        return
    names = {name.lower() for name in message_from_bytes(raw)}
    assert names <= {
        *("from", "to", "subject", "date", "message-id", "x-parley-message-id"),
        *("in-reply-to", "references", "mime-version", "content-type"),
    }


@pytest.mark.parametrize("recipient", ["a@b.example, c@d.example", "a b@c.example", "nobody", "", "имя@пример.рф"])
def test_a_letter_goes_to_one_plain_address(recipient: str) -> None:
    with pytest.raises(InvalidInput):
        build(replace(LETTER, recipient=recipient))


def test_only_a_machines_letter_says_that_it_is_one() -> None:
    by_person, by_machine = (message_from_bytes(build(replace(LETTER, is_automatic=auto))) for auto in (False, True))

    assert "auto-submitted" not in by_person
    assert (by_machine["auto-submitted"], by_machine["x-auto-response-suppress"]) == ("auto-replied", "All")
    assert (by_person["x-loop"], by_machine["x-loop"]) == (None, LETTER.sender)


names = st.text(min_size=1, max_size=60)


@settings(max_examples=150, deadline=None)
@example(
    "Счёт № 15 за ноябрь, очень длинное имя, которое не помещается в одну строку заголовка.pdf", "application/pdf", b"x"
)
@example("a.eml", "message/rfc822", b"Subject: x")
@example(". 0:x", "image/png", b"")
@given(
    names,
    st.sampled_from(["image/png", "", "text/html; charset=x", "multipart/mixed", "no type"]),
    st.binary(max_size=200),
)
def test_a_file_arrives_whole_under_its_name(name: str, mime_type: str, content: bytes) -> None:
    file = OutgoingFile(kind="file", name=name, mime_type=mime_type, content=content)

    raw = build(replace(LETTER, files=(file,)))

    (read,) = read_letter(raw).files
    assert raw.isascii()
    assert " ".join(read.name.split()) == " ".join((safe_name(visible(safe_name(name))) or "file").split())
    assert file_of(raw, read.part_id) == content


def test_a_shop_may_have_a_name() -> None:
    sender = read_letter(build(replace(LETTER, sender_name="Лавка, «Чайник»"))).sender

    assert sender is not None
    assert (sender.name, sender.address) == ("Лавка, «Чайник»", "shop@shop.example")


def test_text_stands_before_html_and_markup_in_it_stays_text() -> None:
    message = message_from_bytes(build(replace(LETTER, text="<b>5 < 6</b>\n\nnext")), policy=default)

    plain, html = message.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert "<b>" not in html.get_content()


class _Text(HTMLParser):
    text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(alphabet="<>&\"'abж \n/=", max_size=100))
@settings(max_examples=100, deadline=None)
def test_the_html_says_what_the_text_says(text: str) -> None:
    page = _Text()
    page.feed(as_html(text))
    page.close()

    assert "".join(page.text.split()) == "".join(text.split())


def test_our_own_id_names_our_message() -> None:
    assert marker_of(own_message_id("m-42")) == "m-42"
    assert marker_of("<m-42@elsewhere.example>") == ""


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("Чайник", "Re: Чайник"),
        ("RE: re: Fwd: Чайник", "Re: Чайник"),
        ("Re[2]: Отв: Ответ: Чайник", "Re: Чайник"),
        ("Ремонт: чайник", "Re: Ремонт: чайник"),
        ("", "Re:"),
    ],
)
def test_a_subject_gets_one_re(subject: str, answer: str) -> None:
    assert reply_subject(subject) == answer


def test_a_long_thread_keeps_its_beginning_and_its_end() -> None:
    ids = tuple(f"<{number}@x>" for number in range(100))

    assert shortened(ids) == ids[:20] + ids[-20:]
