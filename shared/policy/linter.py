"""What a channel will not take, known before it is asked: length, files, and what its vendor forbids to write.

`lint` answers a code of `shared.domain.texts`, or None for a message that the vendor should accept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from shared.domain.channels import Capabilities, FileRules, ThreadKind
from shared.domain.messages import Attachment
from shared.policy.contact_words import FINDERS, Contact

FORBIDDEN: Final[Mapping[Contact, str]] = {
    "phone": "forbidden_phone",
    "email": "forbidden_email",
    "link": "forbidden_link",
    "messenger": "forbidden_messenger",
}
"""Kinds of contact, in the order in which they are looked for, to codes."""


def lint(text: str, files: Sequence[Attachment], capabilities: Capabilities, kind: ThreadKind) -> str | None:
    """The first rule of the channel that a message breaks in a thread of this kind."""
    return lint_text(text, capabilities, kind, has_files=bool(files)) or lint_files(files, capabilities, kind)


def lint_text(text: str, capabilities: Capabilities, kind: ThreadKind, *, has_files: bool = False) -> str | None:
    """The first rule that the words break. Beside a file there may be none."""
    if not text.strip():
        return None if has_files else "text_empty"
    if length(text, capabilities) > capabilities.text_limit_in(kind):
        return "text_too_long"
    return next((code for contact, code in FORBIDDEN.items() if _is_named(contact, text, capabilities)), None)


def lint_files(files: Sequence[Attachment], capabilities: Capabilities, kind: ThreadKind) -> str | None:
    """The first rule that the files break."""
    if not files:
        return None
    rules = capabilities.files
    if rules is None or kind not in capabilities.sends_files_in:
        return "files_not_taken"
    if len(files) > rules.most:
        return "too_many_files"
    broken = next((code for file in files if (code := _lint_file(file, rules, capabilities))), None)
    total = sum(file.size or 0 for file in files)
    is_heavy = rules.max_total_bytes is not None and total > rules.max_total_bytes
    return broken or ("files_too_large" if is_heavy else None)


def length(text: str, capabilities: Capabilities) -> int:
    """How long a text is in the channel's own units."""
    if capabilities.text_unit == "utf16":
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text)


def _lint_file(file: Attachment, rules: FileRules, capabilities: Capabilities) -> str | None:
    if not file.size:
        return "file_empty"
    if not _is_sent(file, capabilities) or (rules.mime_types and mime_type_of(file) not in rules.mime_types):
        return "file_type_refused"
    return "file_too_large" if file.size > rules.max_bytes else None


def _is_sent(file: Attachment, capabilities: Capabilities) -> bool:
    """Where files of any kind go, an image or a voice can go as one of them."""
    return "file" in capabilities.sends or file.kind in capabilities.sends


def mime_type_of(file: Attachment) -> str:
    """The declared type without its parameters, lower-case."""
    return file.mime_type.partition(";")[0].strip().lower()


def _is_named(contact: Contact, text: str, capabilities: Capabilities) -> bool:
    return contact in capabilities.forbids and FINDERS[contact](text)
