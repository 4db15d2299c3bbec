"""Which parts of a letter are its text, and which are files."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.mail.charsets import visible
from infra.mail.html import drop_hidden, page_of, sanitised, source_of, to_text
from infra.mail.html_quotes import cut_page
from infra.mail.letter import LetterFile
from infra.mail.quotes import Cut, cut_text
from infra.mail.tree import Part
from shared.domain.messages import AttachmentKind

_LONGEST_TEXT = 100_000
_TOO_SHORT = 20
_ORNAMENT_BYTES = 50_000
_BODY_TYPES = ("text/plain", "text/html")
_KINDS: dict[str, AttachmentKind] = {"image": "image", "audio": "audio", "video": "video"}
_EXTENSIONS = {"message/rfc822": "letter.eml", "text/calendar": "invite.ics"}


@dataclass(frozen=True, slots=True)
class Bodies:
    """The text, what was folded away, the sanitised HTML, the files."""

    text: str
    quoted: str
    html: str
    files: tuple[LetterFile, ...]


def read_bodies(parts: list[Part]) -> Bodies:
    """Sort the leaves of a letter and cut its text."""
    bodies = [part for part in parts if _is_body(part)]
    plain = visible("\n".join(part.text() for part in bodies if part.mime_type == "text/plain"))[:_LONGEST_TEXT]
    page, folded = _cut_html("\n".join(part.text() for part in bodies if part.mime_type == "text/html"))
    cut = cut_text(plain)
    from_page = to_text(page)[:_LONGEST_TEXT]
    # Some clients send an empty or "view in a browser" text beside the page; some quotes show only in the page.
    if from_page.strip() and (len(plain.strip()) < _TOO_SHORT or (folded and not cut.quoted)):
        cut = _joined(cut_text(from_page), to_text(folded)[:_LONGEST_TEXT])
    files = tuple(_file(part) for part in parts if part not in bodies and not _is_ornament(part))
    return Bodies(cut.visible, cut.quoted, page, files)


def _cut_html(source: str) -> tuple[str, str]:
    """Sanitised HTML of what was written now, and of what was quoted."""
    page = page_of(source) if source.strip() else None
    if page is None:
        return "", ""
    drop_hidden(page)
    folded = cut_page(page)
    return sanitised(source_of(page)), sanitised(folded)


def _joined(cut: Cut, folded: str) -> Cut:
    return Cut(cut.visible, "\n\n".join(part for part in (cut.quoted, folded) if part))


def _is_body(part: Part) -> bool:
    return part.mime_type in _BODY_TYPES and part.disposition != "attachment" and not part.name


def _is_ornament(part: Part) -> bool:
    """A logo of a signature or a tracking dot: a small image inside the text. And other forms of the same text."""
    if part.mime_type.startswith("image/"):
        is_inside = part.disposition == "inline" or (part.content_id and part.disposition != "attachment")
        return bool(is_inside) and len(part.data()) < _ORNAMENT_BYTES
    return part.is_alternative and not part.name and part.mime_type != "text/calendar"


def _file(part: Part) -> LetterFile:
    mime_type = re.sub(r"[^a-z0-9.+/-]", "", part.mime_type)[:100]
    return LetterFile(
        part_id=part.id,
        kind=_KINDS.get(mime_type.partition("/")[0], "file"),
        name=part.name or _EXTENSIONS.get(mime_type, "attachment"),
        mime_type=mime_type,
        size=None if mime_type.startswith("message/") else len(part.data()),
        content_id=part.content_id,
    )
