"""The text stage on its own: where it cuts, and above all where it must not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.mail.html import page_of, source_of, to_text
from infra.mail.html_quotes import cut_page
from infra.mail.quotes import cut_text, is_attribution


@pytest.mark.parametrize(
    "line",
    [
        "On Mon, Nov 16, 2026 at 10:12 AM X <x@y> wrote:",
        "пн, 16 нояб. 2026 г. в 10:12, Служба <x@y>:",
        '16.11.2026, 10:12, "Служба" <x@y>:',
        "16 ноября 2026 г., в 10:12, Служба <x@y> написал(а):",
        "Понедельник, 16 ноября 2026, 10:12 +03:00 от Служба <x@y>:",
        "-----Original Message-----",
        "-------- Пересылаемое сообщение --------",
    ],
)
def test_attributions_of_known_clients_are_cut(line: str) -> None:
    cut = cut_text(f"Ответ.\n\n{line}\n> старое")

    assert cut.visible == "Ответ."
    assert "старое" in cut.quoted


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote to you:\nno answer came.",
        "Пишу вам снова, как и 16 ноября:\nгде заказ?",
        "От: двери до двери?\nСколько стоит?",
        "Мой адрес <a@b.example>: туда и пришлите.",
        "С уважением,\nАнна",
        "Нужно:\n- чайник\n- крышка",
    ],
)
def test_the_writers_own_lines_stay(text: str) -> None:
    assert cut_text(text).visible == text


def test_answers_point_by_point_below_a_greeting_stay_whole() -> None:
    text = "See below.\n\nOn Mon, Nov 16, 2026 at 10:12 AM X <x@y> wrote:\n\n> Colour?\n\nBlue.\n\n> Size?\n\nBig."

    assert cut_text(text).visible == text


def test_answers_point_by_point_on_a_page_stay_whole() -> None:
    page = page_of(
        "<div>See below.</div><div class='gmail_quote'><div class='gmail_attr'>On Mon X &lt;x@y&gt; wrote:</div>"
        "<blockquote>Colour?</blockquote><div>Blue.</div><blockquote>Size?</blockquote><div>Big.</div></div>"
    )

    assert page is not None
    assert cut_page(page) == ""
    assert "Blue." in source_of(page)


@pytest.mark.parametrize(
    "quote",
    [
        "<blockquote type='cite'>old<div>older</div></blockquote>",
        "<div class='moz-cite-prefix'>Am 16.11.26 schrieb X:</div><blockquote>old</blockquote>",
        "<div id='ydp1yahoo_quoted_1'><div>On Mon X wrote:</div><div>old</div></div>",
        "<div>16.11.2026, 10:12, \"X\" &lt;<a href='mailto:x@y'>x@y</a>&gt;:</div><blockquote>old</blockquote>",
        "<div id='appendonsend'></div><div>From: X</div><p>old</p>",
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt'><b>From:</b> X</div><p>old</p>",
    ],
)
def test_the_marks_that_clients_leave_on_a_page_are_known(quote: str) -> None:
    page = page_of(f"<html><body><div><p>New.</p>{quote}</div></body></html>")

    assert page is not None
    folded = cut_page(page)
    assert "old" in folded
    assert to_text(source_of(page)).strip() == "New."


def test_a_page_of_nothing_but_a_quote_is_shown() -> None:
    page = page_of("<blockquote type='cite'>old</blockquote>")

    assert page is not None
    assert cut_page(page) == ""


def test_an_attribution_wrapped_over_two_lines_is_one() -> None:
    cut = cut_text("Беру.\nпн, 16 нояб. 2026 г. в 10:12, Очень длинное имя службы\n<shop@shop.example>:\n> старое")

    assert cut.visible == "Беру."


def test_the_line_above_an_attribution_is_not_taken_for_a_part_of_it() -> None:
    cut = cut_text("пн мне неудобно\nпн, 16 нояб. 2026 г. в 10:12, Служба <x@y>:\n> старое")

    assert cut.visible == "пн мне неудобно"


def test_a_letter_of_nothing_but_a_quote_is_shown() -> None:
    text = "On Mon, Nov 16, 2026 at 10:12 AM X <x@y> wrote:\n> old"

    assert cut_text(text).visible == text


@pytest.mark.parametrize("end", ["-- \nAnna, Corp", "Sent from my iPhone", "Отправлено с iPhone", "> old\n> older"])
def test_signatures_and_trailing_quotes_are_folded(end: str) -> None:
    cut = cut_text(f"Yes.\n\n{end}")

    assert (cut.visible, cut.quoted) == ("Yes.", end.strip())


def test_an_attribution_is_one_line_of_one_kind() -> None:
    assert not is_attribution("On the shelf")
    assert is_attribution("  On Mon, Nov 16, 2026\n at 10:12 AM X <x@y> wrote:  ")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="abж> \n-:<@._", max_size=200))
def test_nothing_is_dropped_only_folded(text: str) -> None:
    cut = cut_text(text)

    kept = "".join((cut.visible + cut.quoted).split())
    assert kept == "".join(text.split())
    assert bool(cut.visible) == bool(text.strip())
