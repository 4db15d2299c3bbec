"""What is new in a mailbox, and all that it holds since a moment. Blocking: for worker threads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from infra.channels.imap.account import MailAccount
from infra.channels.imap.cursor import Cursor, Place, key_of, read_place
from infra.channels.imap.folders import INBOX, Folders
from infra.channels.imap.reading import Folder, Read, first_page, in_our_words, read_letters
from infra.channels.imap.roots import Roots
from infra.channels.imap.session import Mark, Session, Visit
from infra.channels.imap.wire import Found
from shared.domain.arrivals import Page

_NOWHERE = Place("", 0, 0)
_LISTED = 200
"""Letters that are looked at for one page: after a long absence there may be many more."""


@dataclass(frozen=True, slots=True)
class _Progress:
    """One folder after one page."""

    place: Place
    found: list[Found]
    has_more: bool = False


def beginning(visit: Visit, account: MailAccount, now: datetime) -> Cursor:
    """A cursor from now on."""
    session, seconds = visit.session, int(now.timestamp())
    folders = session.folders()
    inbox = _end_of(session, account, INBOX)
    sent = _end_of(session, account, folders.sent) if folders.sent else None
    return Cursor(inbox, sent, first=inbox.uid, began=seconds, at=seconds)


def pull(visit: Visit, account: MailAccount, cursor: Cursor, now: datetime) -> Page:
    """A page of what came into the inbox, and of what the owner has sent. What the page before brought has been
    stored: only then a cursor comes back; it may be moved away now. Raises the `ChannelError` family."""
    folders = visit.session.folders()
    _put_away(visit.session, account, folders, cursor)
    inbox = _onward(visit, account, Target(INBOX, is_sent=False), cursor.inbox, cursor.reaches)
    sent = _Progress(cursor.sent, []) if cursor.sent else None
    if folders.sent:
        target = Target(folders.sent, is_sent=True)
        sent = _onward(visit, account, target, cursor.sent or _NOWHERE, cursor.reaches)
    found = [*inbox.found, *(sent.found if sent else [])]
    read = in_our_words(visit, found, Roots(folders), account.address)
    moved = replace(cursor, inbox=inbox.place, sent=sent.place if sent else None)
    if inbox.place.since is not None:  # the ids have changed: nobody knows any more which letters were there before us
        moved = replace(moved, first=inbox.place.until)
    # While nothing happens the cursor stays as it is, so that an empty pull has nothing to store.
    is_quiet = moved == cursor and not found
    return _page(
        read,
        str(cursor if is_quiet else replace(moved, at=int(now.timestamp()))),
        more=inbox.has_more or bool(sent and sent.has_more),
    )


def history(visit: Visit, account: MailAccount, since: datetime, cursor: str | None) -> Page:
    """A page of all letters since a moment: folder by folder, what was archived or moved by us among them."""
    folders = visit.session.folders()
    targets = [Target(name, is_sent=False) for name in folders.incoming]
    targets += [Target(folders.sent, is_sent=True)] if folders.sent else []
    number, _, written = (cursor or "0").partition(" ")
    index = min(int(number), len(targets) - 1) if number.isdecimal() else 0
    start = read_place(written) if written else _NOWHERE
    reached = _onward(visit, account, targets[index], start, int(since.timestamp()))
    read = in_our_words(visit, reached.found, Roots(folders), account.address)
    onward = f"{index} {reached.place}" if reached.has_more else str(index + 1)
    return _page(read, onward, more=reached.has_more or index + 1 < len(targets))


@dataclass(frozen=True, slots=True)
class Target:
    """A folder to be read."""

    name: str
    is_sent: bool


def _onward(visit: Visit, account: MailAccount, target: Target, start: Place, since: int) -> _Progress:
    """One page further in a folder; where its ids have changed, from the letters since that second on."""
    mark = visit.session.mark(target.name)
    place = start.facing(key_of(account, target.name), mark, since)
    criteria = place.criteria(mark)
    if criteria is None:
        return _Progress(place, [])
    visit.session.look_into(target.name)
    # `n:*` holds the newest letter even where n is above it.
    uids = [uid for uid in visit.session.search(criteria) if uid > place.uid]
    letters = [
        letter for letter in visit.session.listed(uids[:_LISTED]) if int(letter.at.timestamp()) >= (place.since or 0)
    ]
    page = first_page(letters)
    found = read_letters(visit, Folder(target.name, mark.validity, target.is_sent), page)
    if len(page) < len(letters):
        return _Progress(place.read_until(page[-1].uid), found, has_more=True)
    if len(uids) > _LISTED:
        return _Progress(place.read_until(uids[_LISTED - 1]), found, has_more=True)
    came_meanwhile = place.since is not None and mark.following - 1 > place.until
    return _Progress(place.finished(mark, max(uids, default=0)), found, has_more=came_meanwhile)


def _put_away(session: Session, account: MailAccount, folders: Folders, cursor: Cursor) -> None:
    """Move what the desk has into the owner's folder for it."""
    is_known = cursor.inbox.validity == session.mark(INBOX).validity if folders.processed else False
    if not folders.processed or not is_known or cursor.inbox.since is not None or cursor.inbox.uid <= cursor.first:
        return
    session.look_into(INBOX, to_change=True)
    uids = session.search(f"UID {cursor.first + 1}:{cursor.inbox.uid}")
    if uids and not folders.is_processed_there:
        session.create(folders.processed)
    session.move(uids, folders.processed)


def _end_of(session: Session, account: MailAccount, folder: str) -> Place:
    mark: Mark = session.mark(folder)
    return Place(key_of(account, folder), mark.validity, mark.following - 1)


def _page(read: Read, cursor: str, *, more: bool) -> Page:
    return Page(arrivals=read.arrivals, cursor=cursor, more=more, problems=read.problems)
