"""Files of letters. Blocking: for worker threads."""

from __future__ import annotations

from infra.channels.imap.locating import locate
from infra.channels.imap.session import Session
from infra.channels.imap.wire import FilePlace, read_reference, source_id_of
from infra.mail.parsing import file_of
from shared.errors import ChannelError, ChannelRejected, InvalidInput


def content_of(session: Session, reference: str, source_id: str) -> bytes:
    """A file of a letter, wherever the letter is by now. Raises `ChannelRejected` (`gone`), `ChannelUnavailable`."""
    place = read_reference(reference)
    raw = _where_it_was(session, place, source_id) or _where_it_is(session, source_id)
    try:
        content = file_of(raw, place.part_id) if raw else None
    except InvalidInput as error:
        raise ChannelRejected("the letter cannot be read", code="gone") from error
    if content is None:
        raise ChannelRejected("the letter or its file is gone", code="gone")
    return content


def _where_it_was(session: Session, place: FilePlace, source_id: str) -> bytes | None:
    try:
        is_same = session.mark(place.folder).validity == place.validity
    except ChannelError:  # the folder is gone
        return None
    if not is_same:
        return None
    session.look_into(place.folder)
    raw = session.raw(place.uid)
    is_it = raw and source_id in (source_id_of(raw, is_sent=False), source_id_of(raw, is_sent=True))
    return raw if is_it else None


def _where_it_is(session: Session, source_id: str) -> bytes | None:
    found = locate(session, source_id, session.folders().others)
    return session.raw(found[1]) if found else None
