"""Commands that people type in a work group."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.commands.spoken import Spoken, Verb, is_aside, labels_of, spoken


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/take", Spoken(Verb.TAKE)),
        ("  /TAKE  ", Spoken(Verb.TAKE)),
        ("/take@parley_bot", Spoken(Verb.TAKE)),
        ("/взять", Spoken(Verb.TAKE)),
        ("/note позвонить\nв шесть", Spoken(Verb.NOTE, "позвонить\nв шесть")),
        ("/note@parley_bot  позвонить", Spoken(Verb.NOTE, "позвонить")),
        ("/assign me", Spoken(Verb.ASSIGN, "me")),
        ("/start payload", Spoken(Verb.HELP, "payload")),
        ("/tak", Spoken(None)),
        ("/", Spoken(None)),
        ("/ 5", Spoken(None, "5")),
        ("/home/user/file", Spoken(None)),
    ],
)
def test_a_slash_begins_a_command_known_or_not(typed: str, meant: Spoken) -> None:
    assert spoken(typed) == meant


@pytest.mark.parametrize("typed", ["", "take", "нет/да", "// взять", "//", "5/7"])
def test_other_words_are_none(typed: str) -> None:
    assert spoken(typed) is None


@given(st.text())
def test_whatever_begins_with_a_slash_is_never_taken_for_an_answer(text: str) -> None:
    typed = f"/{text}"

    assert spoken(typed) is not None or is_aside(typed)


def test_labels_stand_between_commas() -> None:
    assert labels_of(" vip , опт,, vip ") == ("vip", "опт")
    assert labels_of("-") == ()
