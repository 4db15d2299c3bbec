"""Whether a customer asks for a person. Such a wish goes before any answer."""

from __future__ import annotations

from infra.llm.stemming import words

_DESK_PEOPLE = ("оператор", "живой человек", "живого человека", "human")
"""Enough by themselves, whatever stands around."""
_PEOPLE = (
    *("человек", "людьм", "менеджер", "сотрудник", "консультант", "специалист", "администратор", "поддержк"),
    *("person", "agent", "manager", "someone", "somebody", "staff", "employee"),
    *("support", "advisor", "consultant", "representative", "people"),
)
_CALLS = (
    *("позов", "соедин", "переключ", "перевед", "поговор", "свяж", "связ", "пообщ", "пригласи"),
    *("talk", "speak", "chat", "connect", "transfer", "call"),
)
_WISHES = ("нуж", "хочу", "дайте", "живо", "живы", "настоящ", "need", "want", "real", "live", "actual", "get")
_CALL_REACH, _WISH_REACH = 5, 2
"""How many words from the verb the person may stand: a mere wish must be for nothing else than the person."""


def wants_human(text: str) -> bool:
    """A word for the desk's people, or a call for somebody: "позовите менеджера", "let me talk to a person"."""
    spoken = words(text)
    if any(name in " ".join(spoken) for name in _DESK_PEOPLE):
        return True
    people = _places(spoken, _PEOPLE)
    return _near(people, _places(spoken, _CALLS), _CALL_REACH) or _near(people, _places(spoken, _WISHES), _WISH_REACH)


def _places(spoken: list[str], beginnings: tuple[str, ...]) -> list[int]:
    return [at for at, word in enumerate(spoken) if word.startswith(beginnings)]


def _near(people: list[int], verbs: list[int], reach: int) -> bool:
    return any(0 < abs(person - verb) <= reach for person in people for verb in verbs)
