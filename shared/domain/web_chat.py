"""The web chat: what its owner sets, and what its visitors may send."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from shared.domain.model import Noun
from shared.errors import InvalidInput

TEXT_LIMIT: Final = 4000
"""Characters of one message, either way."""
FILE_LIMIT: Final = 10 * 2**20
"""Bytes of one file, either way."""
ANYWHERE: Final = "*"
"""As an origin: the chat may stand on every site."""
_ACCENT: Final = "#1857c4"
_ADDRESS = re.compile(r"(https?)://([^/\s?#@:\\]+)(?::([0-9]{1,5}))?(?:[/?#].*)?", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_USUAL_PORT = {"http": "80", "https": "443"}


class WebChatSettings(Noun):
    """What an owner sets for one web chat. It always works on our own page."""

    origins: tuple[str, ...] = ()
    """Sites that may show it, as browsers name them: `https://shop.example`."""
    title: str = ""
    greeting: str = ""
    accent: str = _ACCENT
    quick_replies: tuple[str, ...] = ()
    """Questions that a visitor can ask with one press."""

    def admits(self, origin: str) -> bool:
        """Whether pages of this origin may show and call the chat."""
        return ANYWHERE in self.origins or origin in self.origins


def read_settings(credentials: Mapping[str, str]) -> WebChatSettings:
    """The settings as they are kept with an inbox: texts, lists with a line or a blank between their parts.

    Raises `InvalidInput` (`origins_wrong`) for an address that is none.
    """
    accent = credentials.get("accent", "").strip()
    addresses = [part for part in re.split(r"[\s,]+", credentials.get("origins", "")) if part]
    questions = [line.strip()[:200] for line in credentials.get("quick_replies", "").splitlines() if line.strip()]
    return WebChatSettings(
        origins=tuple(dict.fromkeys(map(origin_of, addresses))),
        title=credentials.get("title", "").strip()[:100],
        greeting=credentials.get("greeting", "").strip()[:500],
        accent=accent if _COLOUR.fullmatch(accent) else _ACCENT,
        quick_replies=tuple(questions[:6]),
    )


def origin_of(address: str) -> str:
    """The origin of a page's address, as browsers name it. Raises `InvalidInput` (`origins_wrong`)."""
    if address == ANYWHERE:
        return address
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise InvalidInput("an address of a site looks like https://shop.example", code="origins_wrong")
    scheme, host, port = found[1].lower(), _ascii(found[2]), found[3] or ""
    return f"{scheme}://{host}" + (f":{port}" if port and port != _USUAL_PORT[scheme] else "")


def page_of(address: str) -> str:
    """A page's address without what may be personal: no user, no query, no fragment. Empty for what is none."""
    try:
        origin = origin_of(address)
    except InvalidInput:
        return ""
    path = re.split(r"[?#]", address, maxsplit=1)[0].partition("://")[2].partition("/")[2]
    return f"{origin}/{path}"[:500]


def _ascii(host: str) -> str:
    """A host as it travels: punycode, lower case. Nothing in it can end a header or a policy."""
    try:
        name = host.encode("idna").decode().lower()
    except UnicodeError:
        name = ""
    if not _HOST.fullmatch(name):
        raise InvalidInput("an address of a site looks like https://shop.example", code="origins_wrong")
    return name
