"""The channel linter: each rule alone, at its border, and on what harmless people write."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.channels import Capabilities, FileRules
from shared.domain.messages import Attachment
from shared.domain.texts import TEXTS
from shared.policy.contact_words import FINDERS, Contact
from shared.policy.linter import FORBIDDEN, length, lint

EVERYTHING: frozenset[Contact] = frozenset({"phone", "email", "link", "messenger"})
STRICT = Capabilities(text_limit=1000, forbids=EVERYTHING)


def files_up_to(**rules: Any) -> Capabilities:
    given = FileRules(**({"max_bytes": 100} | rules))
    return Capabilities(text_limit=10, sends=frozenset({"text", "image", "file"}), files=given)


def a_file(size: int = 10, mime_type: str = "image/png", kind: str = "image") -> Attachment:
    return Attachment(kind=kind, name="a", mime_type=mime_type, size=size)


def found(text: str) -> set[str]:
    return {contact for contact, names in FINDERS.items() if names(text)}


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("8 (900) 123-45-67", "phone"),
        ("+7.900.123.45.67 звоните", "phone"),
        ("тел:89001234567", "phone"),
        ("1234567890", "phone"),
        ("123456789012345", "phone"),
        ("ivan.petrov+shop@mail.example.ru", "email"),
        ("пишите: почта@пример.рф", "email"),
        ("https://shop.example/a?b", "link"),
        ("ftp://x", "link"),
        ("WWW.shop", "link"),
        ("у нас на shop.ru дешевле", "link"),
        ("(магазин.рф)", "link"),
        ("sub.my-shop.online", "link"),
        ("наш @my_shop", "messenger"),
        ("пишите в Telegram", "messenger"),
        ("есть ВАТСАП?", "messenger"),
        ("вайбер!", "messenger"),
    ],
)
def test_each_way_to_lead_a_customer_away_is_recognised(text: str, contact: Contact) -> None:
    assert found(text) == {contact}
    only_this = Capabilities(text_limit=1000, forbids=frozenset({contact}))
    assert lint(text, (), only_this, "chat") == FORBIDDEN[contact]
    assert lint(text, (), Capabilities(text_limit=1000), "chat") is None


@pytest.mark.parametrize(
    "text",
    [
        "Размер 42, рост 170-176, цена 12 500 рублей.",
        "123456789",
        "1234567890123456",
        "Доставка.Оплата.Возврат",
        "Вес 3.5kg, длина 1.20m",
        "телеграмма от телеграфиста",
        "скидка @4 штуки",
        "в 18:30 и т.д.",
        "👍 отлично :)",
        "и/или",
    ],
)
def test_what_honest_people_write_is_let_through(text: str) -> None:
    assert found(text) == set()
    assert lint(text, (), STRICT, "chat") is None


def test_a_short_link_of_a_messenger_is_both() -> None:
    assert found("t.me/my_shop") == {"link", "messenger"}


@pytest.mark.parametrize(("unit", "letters"), [("characters", 10), ("utf16", 5)])
def test_length_is_counted_in_the_vendors_own_units(unit: Any, letters: int) -> None:
    capabilities = Capabilities(text_limit=10, text_unit=unit)

    assert lint("😀" * letters, (), capabilities, "chat") is None
    assert lint("😀" * (letters + 1), (), capabilities, "chat") == "text_too_long"


def test_a_kind_of_thread_may_have_a_limit_of_its_own() -> None:
    capabilities = Capabilities(text_limit=10, text_limits={"review": 3})

    assert lint("abcd", (), capabilities, "chat") is None
    assert lint("abcd", (), capabilities, "review") == "text_too_long"


@pytest.mark.parametrize(
    ("files", "capabilities", "kind", "code"),
    [
        ((a_file(),), Capabilities(text_limit=10), "chat", "files_not_taken"),
        ((a_file(),), files_up_to(), "review", "files_not_taken"),
        ((a_file(), a_file()), files_up_to(), "chat", "too_many_files"),
        ((a_file(101),), files_up_to(), "chat", "file_too_large"),
        ((a_file(100),), files_up_to(), "chat", None),
        ((a_file(0),), files_up_to(), "chat", "file_empty"),
        ((a_file(60), a_file(60)), files_up_to(most=2, max_total_bytes=119), "chat", "files_too_large"),
        ((a_file(60), a_file(60)), files_up_to(most=2, max_total_bytes=120), "chat", None),
        (
            (a_file(mime_type="image/gif"),),
            files_up_to(mime_types=frozenset({"image/png"})),
            "chat",
            "file_type_refused",
        ),
        ((a_file(mime_type="Image/PNG; x=1"),), files_up_to(mime_types=frozenset({"image/png"})), "chat", None),
    ],
)
def test_each_rule_for_files(files: Any, capabilities: Capabilities, kind: Any, code: str | None) -> None:
    assert lint("", files, capabilities, kind) == code


def test_where_only_images_go_nothing_else_does() -> None:
    images = Capabilities(text_limit=10, sends=frozenset({"text", "image"}), files=FileRules(max_bytes=100))

    assert lint("", [a_file()], images, "chat") is None
    assert lint("", [a_file(kind="voice", mime_type="audio/ogg")], images, "chat") == "file_type_refused"
    assert lint("", [a_file(kind="file", mime_type="application/pdf")], images, "chat") == "file_type_refused"


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_an_empty_text_needs_a_file(text: str) -> None:
    assert lint(text, (), files_up_to(), "chat") == "text_empty"
    assert lint(text, [a_file()], files_up_to(), "chat") is None


def test_words_beside_a_file_are_held_to_the_same_rules() -> None:
    strict = files_up_to().model_copy(update={"forbids": EVERYTHING, "text_limit": 1000})

    assert lint("пишите в телеграм", [a_file()], strict, "chat") == "forbidden_messenger"


@settings(deadline=None)
@given(st.text(max_size=60), st.integers(0, 60))
def test_every_verdict_has_words_and_the_length_rule_is_exact(text: str, limit: int) -> None:
    capabilities = Capabilities(text_limit=limit, forbids=EVERYTHING)

    code = lint(text, (), capabilities, "chat")

    assert code is None or code in TEXTS
    assert (code == "text_too_long") == (bool(text.strip()) and length(text, capabilities) > limit)


@settings(deadline=None, max_examples=50)
@given(
    st.sampled_from(["a", "a.", "1 ", "@", "a@", "a-", "+", "://", "t.me", "телеграм", "рф."]), st.integers(1, 20_000)
)
def test_a_very_long_text_is_judged_quickly(piece: str, times: int) -> None:
    for names in FINDERS.values():
        names(piece * times)
