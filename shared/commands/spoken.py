"""What people type in a work group instead of pressing buttons: `/take`, `/note call back at six`, `/взять`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Verb(StrEnum):
    """What can be asked for."""

    TAKE = "take"
    GIVE = "give"
    CLOSE = "close"
    REOPEN = "reopen"
    NOTE = "note"
    LABEL = "label"
    ASSIGN = "assign"
    READ = "read"
    DRAFT = "draft"
    APPROVE = "approve"
    EDIT = "edit"
    DISCARD = "discard"
    REGENERATE = "regenerate"
    CANCEL = "cancel"
    CARD = "card"
    STATUS = "status"
    HELP = "help"
    ID = "id"


WORDS: Final[dict[str, Verb]] = {
    **{verb.value: verb for verb in Verb},
    "getid": Verb.ID,
    "start": Verb.HELP,
    "labels": Verb.LABEL,
    "взять": Verb.TAKE,
    "отдать": Verb.GIVE,
    "закрыть": Verb.CLOSE,
    "открыть": Verb.REOPEN,
    "заметка": Verb.NOTE,
    "метка": Verb.LABEL,
    "метки": Verb.LABEL,
    "назначить": Verb.ASSIGN,
    "прочитано": Verb.READ,
    "черновик": Verb.DRAFT,
    "отправить": Verb.APPROVE,
    "исправить": Verb.EDIT,
    "отклонить": Verb.DISCARD,
    "заново": Verb.REGENERATE,
    "отмена": Verb.CANCEL,
    "карточка": Verb.CARD,
    "статус": Verb.STATUS,
    "помощь": Verb.HELP,
    "номер": Verb.ID,
}
"""Words behind the slash to what they mean."""
_FORM: Final = re.compile(r"/([^\s@]*)(?:@\S+)?(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A command as it was typed. Without a verb it is none that we know."""

    verb: Verb | None
    argument: str = ""


def is_aside(text: str) -> bool:
    """People talk among themselves: nobody else is to hear it."""
    return text.lstrip().startswith("//")


def spoken(text: str) -> Spoken | None:
    """The command that a message is; None: it is none."""
    found = _FORM.fullmatch(text.strip())
    if found is None or is_aside(text):
        return None
    return Spoken(WORDS.get(found[1].lower()), (found[2] or "").strip())


def labels_of(argument: str) -> tuple[str, ...]:
    """Labels between commas; a dash: none."""
    named = (label.strip()[:50] for label in argument.split(","))
    return () if argument == "-" else tuple(dict.fromkeys(label for label in named if label))[:20]
