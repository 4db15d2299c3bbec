"""Letters out of a mailbox, one at a time, so that none of them holds back the others. Blocking: for worker threads."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from infra.channels.imap.roots import Roots
from infra.channels.imap.session import Listed, Visit
from infra.channels.imap.wire import Found, arrival_of, letter_in
from infra.mail.parsing import LARGEST
from shared.domain.arrivals import Echo, Received
from shared.errors import ChannelError

_LETTERS_A_PAGE = 50
_BYTES_A_PAGE = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Read:
    """Some letters in our words, by the server's clock; `problems`: ids of what could not be read."""

    arrivals: tuple[Received | Echo, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as it was when reading began."""

    name: str
    validity: int
    is_sent: bool


def first_page(letters: Sequence[Listed]) -> list[Listed]:
    """As many as one page may carry, and one at least."""
    page: list[Listed] = []
    size = 0
    for letter in letters[:_LETTERS_A_PAGE]:
        size += min(letter.size, LARGEST)
        if page and size > _BYTES_A_PAGE:
            break
        page.append(letter)
    return page


def read_letters(visit: Visit, folder: Folder, letters: Sequence[Listed]) -> list[Found]:
    """The letters with their content. Drafts and what has gone meanwhile are left out. Raises `ChannelUnavailable`."""
    wanted = (letter for letter in letters if "\\draft" not in letter.flags)
    found = (_read(visit, folder, letter) for letter in wanted)
    return [letter for letter in found if letter is not None]


def in_our_words(visit: Visit, found: Sequence[Found], roots: Roots, account: str) -> Read:
    """What the desk is told of them."""
    letters = [(place, letter_in(place)) for place in found]
    told = (arrival_of(place, letter, roots.of(visit.session, place, letter), account) for place, letter in letters)
    arrivals = sorted((arrival for arrival in told if arrival is not None), key=lambda arrival: arrival.at)
    return Read(tuple(arrivals), tuple(place.source_id for place, letter in letters if letter is None))


def _read(visit: Visit, folder: Folder, letter: Listed) -> Found | None:
    """What the server cannot hand out twice is read by its headers, or stands for itself: better a placeholder than a
    mailbox that stands still."""
    is_whole = letter.size <= LARGEST
    for is_retry in (False, True) if is_whole else ():
        with suppress(ChannelError):
            session = visit.again() if is_retry else visit.session
            session.look_into(folder.name)
            raw = session.raw(letter.uid)
            return None if raw is None else _found(folder, letter, raw)
    session = visit.again() if is_whole else visit.session
    session.look_into(folder.name)
    head: bytes | None = b""
    with suppress(ChannelError):
        head = session.head(letter.uid)
    if not head:
        visit.again()  # proof that it is the letter, not the server
    return None if head is None else _found(folder, letter, head, is_cut=True)


def _found(folder: Folder, letter: Listed, raw: bytes, *, is_cut: bool = False) -> Found:
    return Found(folder.name, folder.validity, letter.uid, letter.at, raw, folder.is_sent, is_cut)
