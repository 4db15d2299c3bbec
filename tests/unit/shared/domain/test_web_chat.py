"""Settings of a web chat, as people write them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.web_chat import origin_of, page_of, read_settings
from shared.errors import InvalidInput


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://shop.example", "https://shop.example"),
        ("HTTPS://Shop.Example:443/", "https://shop.example"),
        ("http://localhost:3000/page?x=1", "http://localhost:3000"),
        ("https://магазин.рф", "https://xn--80aairftm.xn--p1ai"),
        ("*", "*"),
    ],
)
def test_an_address_of_a_site_becomes_the_origin_that_browsers_send(written: str, origin: str) -> None:
    assert origin_of(written) == origin


@pytest.mark.parametrize(
    "written",
    [
        *("shop.example", "1:wrong", "javascript:alert(1)", "https://", "https://a b", "https://*.shop.example"),
        *("null", "https://shop.example;script-src", "https://user@shop.example", "https://shop.example:99999999"),
    ],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        origin_of(written)

    assert refused.value.code == "origins_wrong"


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text(max_size=30).map("https://{}".format)))
def test_nothing_that_is_taken_can_end_a_header_or_a_policy(written: str) -> None:
    try:
        origin = origin_of(written)
    except InvalidInput:
        return
    assert origin == "*" or re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]+)?", origin)
    assert origin_of(origin) == origin


def test_lists_have_a_line_or_a_blank_between_their_parts() -> None:
    found = read_settings(
        {"origins": " https://a.example\nhttps://b.example,https://a.example/x ", "quick_replies": "Цена?\n\nРазмер?"}
    )

    assert found.origins == ("https://a.example", "https://b.example")
    assert found.quick_replies == ("Цена?", "Размер?")
    assert found.admits("https://a.example")
    assert not found.admits("https://c.example")
    assert not read_settings({}).admits("https://a.example")


def test_a_colour_that_is_none_is_the_usual_one() -> None:
    assert read_settings({"accent": "red;}"}).accent == read_settings({}).accent
    assert read_settings({"accent": "#AB12cd"}).accent == "#AB12cd"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.text(max_size=20))
def test_a_page_is_told_without_what_may_be_personal(path: str, query: str) -> None:
    page = page_of(f"https://shop.example/{path}?{query}")

    assert not page or page.startswith("https://shop.example/")
    assert "?" not in page
    assert "#" not in page
