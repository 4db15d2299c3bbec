"""The HTML stage of finding what a writer wrote now: the marks that mail clients leave around a quote."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement  # type: ignore[import-untyped]

from infra.mail.html import source_of
from infra.mail.quotes import is_attribution

_EVERYTHING_AFTER = (
    "//*[@id='appendonsend' or @id='divRplyFwdMsg' or @id='mail-editor-reference-message-container']"
    "|//div[contains(translate(translate(@style,' ',''),'E','e'),'border-top:solid#e1e1e11.0pt')]"
)
_CLASSES = ("gmail_quote", "gmail_quote_container", "gmail_attr", "moz-cite-prefix")
_QUOTES = "|".join(
    [f"//*[contains(concat(' ',normalize-space(@class),' '),' {name} ')]" for name in _CLASSES]
    + ["//blockquote", "//div[contains(@id,'yahoo_quoted')]"]
)
_ATTRIBUTION_CLASSES = {"gmail_attr", "moz-cite-prefix"}


def cut_page(page: HtmlElement) -> str:
    """Take the quote off the page, in place; answers the HTML that was taken, or nothing.

    Where the writer's own text follows (answers point by point, or below the quote) all stays.
    """
    for xpath, even_before_text in ((_EVERYTHING_AFTER, True), (_QUOTES, False)):
        for mark in page.xpath(xpath)[:1]:
            start = _with_attribution(mark)
            if _text_before(page, start) and (even_before_text or not any(_own_text_from(start))):
                return _cut_from(start)
    return ""


def _with_attribution(mark: HtmlElement) -> HtmlElement:
    """Yandex and others put "16.11.2026, 10:12, Anna:" in an element of its own before the quote."""
    before = mark.getprevious()
    while before is not None and not _words(before) and not (before.tail or "").strip():
        before = before.getprevious()
    if before is not None and not (before.tail or "").strip() and is_attribution(_words(before)):
        return before
    return mark


def _text_before(page: HtmlElement, start: HtmlElement) -> bool:
    for event, element in _walk(page):
        if element is start:
            return False
        is_shown = isinstance(element.tag, str) and element.tag not in {"style", "script", "title"}
        text = element.tail if event == "end" else element.text if is_shown else None
        if text and text.strip():
            return True
    return False


def _walk(root: HtmlElement) -> Iterator[tuple[str, HtmlElement]]:
    """Start and end of each element in the order of the page, without recursion."""
    stack: list[tuple[str, HtmlElement]] = [("start", root)]
    while stack:
        event, element = stack.pop()
        yield event, element
        if event == "start":
            stack.append(("end", element))
            stack.extend(("start", child) for child in reversed(element))


def _own_text_from(start: HtmlElement) -> Iterator[str]:
    """What the writer wrote behind the start of a quote: text in no quote and in no attribution."""
    quoted = 0
    page = start.getroottree().getroot()
    reached = False
    for event, element in _walk(page):
        reached = reached or element is start
        if not reached:
            continue
        if _is_quoting(element):
            quoted += 1 if event == "start" else -1
        text = element.text if event == "start" else element.tail
        if quoted <= 0 and text and text.strip() and not is_attribution(_line_around(element, event)):
            yield text


def _is_quoting(element: HtmlElement) -> bool:
    classes = set(str(element.get("class", "")).split())
    return (
        element.tag == "blockquote"
        or bool(classes & _ATTRIBUTION_CLASSES)
        or "yahoo_quoted" in str(element.get("id", ""))
    )


def _line_around(element: HtmlElement, event: str) -> str:
    """The whole line that a piece of text belongs to: an attribution is broken up by its link."""
    holder = element if event == "start" else element.getparent()
    while holder is not None and holder.tag in {"a", "span", "b", "i", "font", "strong"}:
        holder = holder.getparent()
    return "" if holder is None else _words(holder)


def _words(element: HtmlElement) -> str:
    if len(text := str(element.text_content())) > 2000:
        return ""
    return re.sub(r"\s+", " ", text).strip()


def _cut_from(start: HtmlElement) -> str:
    """Remove an element and all that follows it on the page."""
    taken: list[HtmlElement] = []
    element: HtmlElement | None = start
    while element is not None and (parent := element.getparent()) is not None:
        first = element if element is start else element.getnext()
        if element is not start:
            element.tail = None
        following = [] if first is None else [first, *first.itersiblings()]
        for sibling in following:
            parent.remove(sibling)
            taken.append(sibling)
        element = parent
    return "".join(source_of(part) for part in taken)
