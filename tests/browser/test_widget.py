"""The web chat in a real browser: on a page of its own, and as a widget on a site of another origin."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect, sync_playwright

from tests.browser.widget_stage import Stage, site_with
from tests.support.installed import installed

pytestmark = pytest.mark.browser
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
DESK, PHONE = {"width": 1200, "height": 800}, {"width": 390, "height": 800}
SOON = 15_000
WIDGET = Path(__file__).parents[2] / "api" / "widget"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with installed("embedded", tmp_path_factory.mktemp("widget") / "data") as desk:
        script = desk.call("GET", f"{desk.workspace}/embed")["items"][0]["script"]
        with site_with(desk, script) as site:
            stage = Stage(desk, site)
            stage.allow(site, quick_replies="Сколько стоит доставка?\nКак вернуть товар?")
            yield stage


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=request.param, locale="ru-RU", has_touch=request.param == PHONE)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    page.set_default_timeout(SOON)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text))
    yield page
    assert said == []
    assert context.cookies() == []


def opened(page: Page, address: str) -> FrameLocator:
    """The widget, opened on a site."""
    page.goto(address)
    page.get_by_role("button", name="Открыть чат").click()
    chat = page.frame_locator("iframe")
    expect(chat.get_by_role("heading", name="Лавка")).to_be_visible()
    return chat


def say(chat: Any, text: str) -> None:
    chat.get_by_label("Сообщение").fill(text)
    chat.get_by_role("button", name="Отправить").click()
    expect(chat.locator("li.visitor:not(.pending)", has_text=text)).to_be_visible(timeout=SOON)


def test_a_question_on_a_foreign_site_is_answered_and_stands_there_after_a_reload(stage: Stage, page: Page) -> None:
    chat = opened(page, stage.site)
    expect(chat.get_by_text("Здравствуйте! Спросите нас.")).to_be_visible()
    chat.get_by_role("button", name="Сколько стоит доставка?").click()
    expect(chat.locator("li.shop", has_text="350")).to_be_visible(timeout=SOON)

    page.reload()
    again = opened(page, stage.site)

    expect(again.locator("li.visitor")).to_have_count(1)
    expect(again.locator("li.shop", has_text="350")).to_be_visible()
    assert stage.conversation("350")["channel"] == "web_chat"


def test_a_hand_off_is_seen_contacts_can_be_left_and_a_managers_answer_appears(stage: Stage, page: Page) -> None:
    question = f"Какая столица у Австралии? {page.viewport_size}"
    chat = opened(page, stage.site)
    say(chat, question)
    expect(chat.get_by_role("status")).to_contain_text("Ответит человек", timeout=SOON)

    stage.answer("Канберра", to=question)
    expect(chat.locator("li.shop", has_text="Канберра")).to_be_visible(timeout=SOON)
    say(chat, f"А у Новой Зеландии? {page.viewport_size}")
    chat.get_by_role("button", name="Оставить контакты").click()
    chat.get_by_label("Имя").fill("Анна")
    chat.get_by_role("button", name="Оставить", exact=True).click()
    expect(chat.get_by_role("alert")).to_contain_text("почту или телефон")
    chat.get_by_label("Почта").fill(f"anna{page.viewport_size['width'] if page.viewport_size else 0}@mail.example")
    chat.get_by_role("button", name="Оставить", exact=True).click()
    expect(chat.get_by_role("status")).to_contain_text("Спасибо")

    leads = stage.desk.call("GET", f"{stage.desk.workspace}/leads")["items"]
    assert leads[0]["name"] == "Анна"
    assert leads[0]["page"] == f"{stage.site}/"


def test_an_answer_to_a_closed_widget_is_counted_on_its_button(stage: Stage, page: Page) -> None:
    question = f"Перезвоните мне, пожалуйста, человеком {page.viewport_size}"
    chat = opened(page, stage.site)
    say(chat, question)
    chat.get_by_label("Сообщение").press("Escape")
    button = page.get_by_role("button", name="Открыть чат")
    expect(button).to_be_focused()

    stage.answer("Уже звоню", to=question)

    expect(button).to_contain_text("1", timeout=SOON)
    button.click()
    expect(chat.locator("li.shop", has_text="Уже звоню")).to_be_visible()


def test_markup_and_files_are_shown_as_what_they_are(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.desk.url}/demo/chat")
    markup = '<img src=x onerror="document.title=1"><b>жирно</b>'
    say(page, markup)
    expect(page.locator("li.visitor .text")).to_have_text(markup)

    page.locator("#file").set_input_files({"name": "Стол.png", "mimeType": "image/png", "buffer": PNG})

    expect(page.get_by_role("img", name="Стол.png")).to_be_visible(timeout=SOON)
    assert page.title() == "Лавка"


def test_the_page_works_by_keyboard_and_fits_the_screen(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.desk.url}/demo/chat")
    expect(page.get_by_label("Сообщение")).to_be_visible()
    page.get_by_label("Сообщение").focus()
    page.keyboard.type("Сколько стоит доставка?")
    page.keyboard.press("Enter")

    expect(page.locator("li.shop", has_text="350")).to_be_visible(timeout=SOON)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert page.evaluate("document.documentElement.scrollHeight - document.documentElement.clientHeight") == 0


def test_a_site_that_is_not_on_the_list_cannot_frame_the_chat(stage: Stage, context: BrowserContext) -> None:
    script = stage.desk.call("GET", f"{stage.desk.workspace}/embed")["items"][0]["script"]
    with site_with(stage.desk, script) as stranger:
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(stranger)
        page.get_by_role("button", name="Открыть чат").click()
        page.wait_for_timeout(1000)

        assert any("frame-ancestors" in text for text in said)
        assert page.frame_locator("iframe").get_by_label("Сообщение").count() == 0


def test_the_chat_speaks_english_to_who_reads_it(stage: Stage, browser: Browser) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{stage.desk.url}/demo/chat")

    expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    context.close()


def test_the_bundle_stays_small() -> None:
    sizes = {file.name: len(file.read_bytes()) for file in WIDGET.iterdir()}
    everything = gzip.compress(b"".join(file.read_bytes() for file in WIDGET.iterdir()))

    assert sizes["widget.js"] < 5_000, "this is what every page of a shop loads"
    assert sum(sizes.values()) < 30_000
    assert len(everything) < 12_000
