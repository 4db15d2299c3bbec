"""The first letter of a thread, which names the thread.

A client that writes References names it. One that writes only In-Reply-To names the letter before: that one is looked
up, or every answer would begin a conversation of its own.
"""

from __future__ import annotations

from infra.channels.imap.folders import Folders
from infra.channels.imap.session import Session
from infra.channels.imap.wire import Found, references_in
from infra.mail.letter import Letter
from shared.errors import ChannelError

_LONGEST_CHAIN = 10


class Roots:
    """Asks the mailbox, each id once. A server that cannot search is not asked again."""

    def __init__(self, folders: Folders) -> None:
        self._places = [*([folders.sent] if folders.sent else []), *folders.incoming]
        self._known: dict[str, str] = {}
        self._can_search = True

    def of(self, session: Session, found: Found, letter: Letter | None) -> str:
        """The id that stands for the letter's thread."""
        if letter is None or not letter.references:
            return (letter.message_id if letter else "") or found.source_id
        if len(letter.references) > 1:
            return letter.references[0]
        return self._above(session, letter.references[0])

    def _above(self, session: Session, id: str) -> str:
        if id not in self._known:
            self._known[id] = self._climb(session, id)
        return self._known[id]

    def _climb(self, session: Session, id: str) -> str:
        for _ in range(_LONGEST_CHAIN):
            above = self._references(session, id)
            if not above:
                return id
            if len(above) > 1:
                return above[0]
            id = above[0]
        return id

    def _references(self, session: Session, id: str) -> tuple[str, ...]:
        if not self._can_search:
            return ()
        try:
            for folder in self._places:
                session.look_into(folder)
                for uid in session.with_id(id)[:1]:
                    return references_in(session.head(uid) or b"")
        except ChannelError:
            self._can_search = False
        return ()
