"""Odd letters: what is seen of each is what was meant."""

from __future__ import annotations

import pytest

from infra.mail.parsing import file_of, read_letter
from shared.errors import InvalidInput
from tests.unit.infra.mail.odd_letters import ODD_LETTERS, OddLetter

EVERY_LETTER = pytest.mark.parametrize("odd", ODD_LETTERS, ids=lambda odd: odd.name)


@EVERY_LETTER
def test_an_odd_letter_says_what_its_writer_meant(odd: OddLetter) -> None:
    if not odd.is_readable:
        with pytest.raises(InvalidInput):
            read_letter(odd.raw)
        return

    letter = read_letter(odd.raw)

    assert (letter.text, letter.subject) == (odd.text, odd.subject)
    assert letter.sender is not None
    assert (letter.sender.name, letter.sender.address) == ("Анна", "anna@example.net")


@EVERY_LETTER
def test_the_files_of_an_odd_letter_are_whole(odd: OddLetter) -> None:
    if odd.files:
        letter = read_letter(odd.raw)

        found = [(file.name, (file_of(odd.raw, file.part_id) or b"").rstrip()) for file in letter.files]
        assert found == list(odd.files)
