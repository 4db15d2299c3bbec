"""A letter found again by what the desk knows it by, wherever the owner has put it. Blocking: for worker threads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from infra.channels.imap.session import Session
from infra.channels.imap.wire import message_id_in, source_id_of


def locate(session: Session, source_id: str, folders: Sequence[str]) -> tuple[str, int] | None:
    """The folder and the id there; None: it is in none of them. The folder is open then."""
    for folder in folders:
        session.look_into(folder)
        for uid in session.with_id(message_id_in(source_id)):
            if source_id in _ids(session.head(uid) or b""):
                return folder, uid
    return None


def _ids(head: bytes) -> Iterator[str]:
    """What a letter with these headers is known by, on either side."""
    yield source_id_of(head, is_sent=False)
    yield source_id_of(head, is_sent=True)
