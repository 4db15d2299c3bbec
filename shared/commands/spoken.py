"""What people type in a work group instead of pressing buttons: `/take`, `/note call back at six`, `/взять`."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Spoken:
    """A command as it was typed. Without a verb it is none that we know."""

    verb: Verb | None
    argument: str = ""


def addressee(text: str) -> str:
    """The bot that a command names, as `/help@parley_bot` does; empty: none."""
    word = text.split(maxsplit=1)[0] if text.strip().startswith("/") and not is_aside(text) else ""
    return word.partition("@")[2].lower()


def is_aside(text: str) -> bool:
    """People talk among themselves: nobody else is to hear it."""
    return text.lstrip().startswith("//")


def spoken(text: str) -> Spoken | None:
    """The command that a message is; None: it is none."""
    typed = text.strip()
    if not typed.startswith("/") or is_aside(typed):
        return None
    word, *rest = typed.split(maxsplit=1)
    name = word[1:].partition("@")[0].lower()
    return Spoken(WORDS.get(name), rest[0].strip() if rest else "")


def labels_of(argument: str) -> tuple[str, ...]:
    """Labels between commas; a dash: none."""
    named = (label.strip()[:50] for label in argument.split(","))
    return () if argument == "-" else tuple(dict.fromkeys(label for label in named if label))[:20]
