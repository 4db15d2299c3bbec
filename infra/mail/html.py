"""HTML of letters: hidden text out, an allow-list of tags, and a plain text of what is left."""

from __future__ import annotations

import re
from html import unescape

import nh3
from inscriptis import Inscriptis  # type: ignore[import-untyped]
from inscriptis.css_profiles import CSS_PROFILES  # type: ignore[import-untyped]
from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]
from lxml import html as lxml_html  # type: ignore[import-untyped]
from lxml.etree import LxmlError  # type: ignore[import-untyped]
from lxml.html import HtmlElement  # type: ignore[import-untyped]

from infra.mail.charsets import visible
from shared.errors import InvalidInput

LONGEST = 1_000_000
_TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "center", "code", "del", "div", "em", "font", "hr", "i", "img", "ins"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "pre", "q", "s", "small", "span", "strike", "strong", "sub", "sup"),
    *("dd", "dl", "dt", "figcaption", "figure", "li", "ol", "tt", "u", "ul"),
    *("col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
}
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}
_DROPPED_WHOLE = {"script", "style", "title", "head", "template", "noscript", "svg", "math", "object", "iframe"}
_HIDDEN = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|opacity:0(?:\.0+)?(?:;|$)|max-height:0(?:px)?(?:;|!|$)"
    r"|font-size:(?:0(?:\.0+)?(?:px|pt|r?em|%)?|1(?:px|pt))(?:;|!|$)"
)
_WHITE = re.compile(r"(?:^|;)color:(?:#fff(?:fff)?|white|rgb\(255,255,255\))(?:;|!|$)")
_BACKGROUND = re.compile(r"background(?:-color|-image)?:(?!(?:#fff(?:fff)?|white|none|transparent)(?:;|!|$))")


def page_of(source: str) -> HtmlElement | None:
    """A tree of the first megabyte, or None where there is nothing to show. Raises `InvalidInput` for a page so deep
    that the parser would leave text out."""
    try:
        # Without huge_tree whatever stands deeper than 256 elements is silently lost.
        parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True)
        page = lxml_html.document_fromstring(visible(source[:LONGEST]).encode(), parser=parser)
    except (LxmlError, ValueError):
        return None
    if any("depth" in problem.message for problem in parser.error_log):
        raise InvalidInput("a page too deep", code="unreadable_letter")
    return page


def drop_hidden(page: HtmlElement) -> None:
    """Take out what no reader sees: it carries tracking, preheaders and instructions meant for the model."""
    for element in list(page.iter(tag=None)):
        if isinstance(element.tag, str) and element.getparent() is not None and _is_hidden(element):
            element.drop_tree()


def source_of(page: HtmlElement) -> str:
    """The tree as HTML again."""
    return str(lxml_html.tostring(page, encoding="unicode"))


def sanitised(source: str) -> str:
    """Only allowed tags, attributes and schemes; no remote images, which tell the sender who reads when."""
    return nh3.clean(
        source,
        tags=_TAGS,
        clean_content_tags=_DROPPED_WHOLE,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    ).strip()


def to_text(clean: str) -> str:
    """Plain text of sanitised HTML."""
    page = page_of(clean) if clean.strip() else None
    if page is None:
        return ""
    try:
        text = Inscriptis(page, ParserConfig(css=CSS_PROFILES["strict"])).get_text()
    except RecursionError:
        text = unescape(nh3.clean(clean, tags=set()))
    lines = (line.rstrip() for line in visible(text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _attribute(tag: str, name: str, value: str) -> str | None:
    if (tag, name) == ("img", "src") and not value.lower().startswith("cid:"):
        return None
    return value


def _is_hidden(element: HtmlElement) -> bool:
    style = re.sub(r"\s+", "", element.get("style", "")).lower()
    if "hidden" in element.attrib or _HIDDEN.search(style):
        return True
    if _WHITE.search(style) or element.get("color", "").lower() in {"white", "#fff", "#ffffff"}:
        return not any(_is_coloured(ancestor) for ancestor in (element, *element.iterancestors()))
    return False


def _is_coloured(element: HtmlElement) -> bool:
    style = re.sub(r"\s+", "", element.get("style", "")).lower()
    paper = element.get("bgcolor", "").lower()
    return bool(_BACKGROUND.search(style) or element.get("background") or paper not in {"", "white", "#fff", "#ffffff"})
