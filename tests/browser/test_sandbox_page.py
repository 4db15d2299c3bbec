"""The sandbox's page in a real browser: a person plays the customer and reads the answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.installed import Installed, installed

pytestmark = pytest.mark.browser
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
DESK, PHONE = {"width": 1200, "height": 800}, {"width": 390, "height": 800}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with installed("embedded", tmp_path_factory.mktemp("page") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, product: Installed) -> Iterator[Page]:
    page = browser.new_page(viewport=request.param, locale="ru-RU")
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(product.url)
    yield page
    page.close()
    assert problems == []


def test_a_customer_writes_and_reads_the_answer(page: Page) -> None:
    customer = f"Посетитель {page.viewport_size}"
    page.get_by_label("Меня зовут").fill(customer)
    page.get_by_role("button", name="Avito: demo shop").click()
    page.get_by_label("Сообщение").fill("Сколько стоит доставка?")
    page.get_by_role("button", name="Отправить").click()

    expect(page.locator("#messages li.shop")).to_contain_text("350", timeout=15_000)
    expect(page.locator("#messages li.customer")).to_have_count(1)


def test_nothing_is_wider_than_the_screen(page: Page) -> None:
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert overflow == 0


def test_the_page_speaks_both_languages(page: Page) -> None:
    expect(page.get_by_role("heading", name="Песочница")).to_be_visible()

    page.get_by_role("button", name="English").click()

    expect(page.get_by_role("heading", name="Sandbox")).to_be_visible()
    expect(page.get_by_role("button", name="Send")).to_be_visible()
