"""What the desk does in a mailbox, one open connection long. Blocking: for worker threads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

from imap_tools import BaseMailBox
from imap_tools.consts import MailMessageFlags
from imap_tools.errors import MailboxFetchError, MailboxFlagError
from imap_tools.utils import check_command_status

from infra.channels.imap.account import MailAccount
from infra.channels.imap.connecting import opened_mailbox, speaking
from infra.channels.imap.folders import Folders, find_folders
from infra.channels.imap.logins import Login
from shared.errors import ChannelUnavailable

_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')
_FLAGS = re.compile(rb"FLAGS \(([^)]*)\)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SEARCHABLE = re.compile(r"<[!#-\[\]-~]{1,250}>")


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a folder has come: ids are valid under one number, and the next letter gets `following`."""

    validity: int
    following: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A letter in the open folder, without its content."""

    uid: int
    size: int
    at: datetime
    flags: frozenset[str]


class Session:
    """A mailbox, logged in. Letters are only looked at: nothing is marked as read but by `mark_read`."""

    def __init__(self, box: BaseMailBox, account: MailAccount) -> None:
        self._box = box
        self._account = account
        self._open: tuple[str, bool] | None = None

    @speaking()
    def folders(self) -> Folders:
        """Which folder is which."""
        return find_folders(self._box.folder.list(), self._account)

    @speaking()
    def mark(self, folder: str) -> Mark:
        """Without opening it. Raises `ChannelUnavailable` where the server does not say."""
        status = self._box.folder.status(folder, ["UIDVALIDITY", "UIDNEXT"])
        if not {"UIDVALIDITY", "UIDNEXT"} <= status.keys():
            raise ChannelUnavailable("the mail server does not tell a folder's state")
        return Mark(status["UIDVALIDITY"], status["UIDNEXT"])

    @speaking()
    def look_into(self, folder: str, *, to_change: bool = False) -> None:
        """Open a folder; only where it is `to_change`, so that it can be changed."""
        if self._open != (folder, to_change):
            self._box.folder.set(folder, readonly=not to_change)
            self._open = (folder, to_change)

    @speaking()
    def search(self, criteria: str) -> list[int]:
        """Ids in the open folder, oldest first."""
        return sorted({int(uid) for uid in self._box.uids(criteria, charset=None)})

    def with_id(self, message_id: str, since: datetime | None = None) -> list[int]:
        """Ids of the letters in the open folder that carry a Message-ID; `since`: of these days only, where that is
        known, because large folders are slow to search."""
        days = "" if since is None else f"SINCE {on_day(since)} "
        known = _SEARCHABLE.fullmatch(message_id)
        return self.search(f'{days}HEADER MESSAGE-ID "{message_id}"') if known else []

    @speaking()
    def listed(self, uids: Sequence[int]) -> list[Listed]:
        """Letters that are still there, oldest first."""
        if not uids:
            return []
        lines = self._fetched(uids, "(UID RFC822.SIZE INTERNALDATE FLAGS)")
        heads = (line[0] if isinstance(line, tuple) else line for line in lines)
        found = {letter.uid: letter for head in heads if head and (letter := _listed(head))}
        return [found[uid] for uid in sorted(found) if uid in set(uids)]

    @speaking()
    def raw(self, uid: int) -> bytes | None:
        """A whole letter; None: it is gone."""
        return self._content(uid, "BODY.PEEK[]")

    @speaking()
    def head(self, uid: int) -> bytes | None:
        """Its headers only."""
        return self._content(uid, "BODY.PEEK[HEADER]")

    @speaking()
    def append(self, folder: str, raw: bytes, at: datetime) -> None:
        """Put a letter of ours into a folder, as one that was read."""
        self._box.append(raw, folder, dt=at, flag_set=[MailMessageFlags.SEEN])

    @speaking()
    def create(self, folder: str) -> None:
        """Make a folder and show it in mail clients."""
        self._box.folder.create(folder)
        self._box.folder.subscribe(folder, True)

    @speaking()
    def mark_read(self, uid: int) -> None:
        """In the open folder."""
        self._store([uid], MailMessageFlags.SEEN)

    @speaking()
    def move(self, uids: Sequence[int], folder: str) -> None:
        """Out of the open folder into another one."""
        if not uids or "MOVE" in self._box.client.capabilities:
            self._box.move([str(uid) for uid in uids], folder)
            return
        self._box.copy([str(uid) for uid in uids], folder)
        self.remove(uids)

    @speaking()
    def remove(self, uids: Sequence[int]) -> None:
        """Delete letters of the open folder: these, and nothing else that somebody has marked as deleted."""
        self._store(uids, MailMessageFlags.DELETED)
        if uids and "UIDPLUS" in self._box.client.capabilities:
            check_command_status(self._box.client.uid("EXPUNGE", _set_of(uids)), MailboxFlagError)

    def _store(self, uids: Sequence[int], flag: str) -> None:
        # imap-tools' own `flag` and `delete` expunge the whole folder.
        if uids:
            result = self._box.client.uid("STORE", _set_of(uids), "+FLAGS", f"({flag})")
            check_command_status(result, MailboxFlagError)

    def _content(self, uid: int, what: str) -> bytes | None:
        for piece in self._fetched([uid], f"(UID {what})"):
            if isinstance(piece, tuple) and b"BODY[" in piece[0]:
                return bytes(piece[1])
            if isinstance(piece, bytes) and b"BODY[" in piece:
                return b""  # an empty letter comes as a string or as NIL
        return None

    def _fetched(self, uids: Sequence[int], what: str) -> Iterable[tuple[bytes, bytes] | bytes | None]:
        result = self._box.client.uid("FETCH", _set_of(uids), what)
        check_command_status(result, MailboxFetchError)
        return list(result[1])


class Visit:
    """A session for as long as it lasts. `again` begins another one: a letter may have broken the connection."""

    def __init__(self, account: MailAccount, login: Login, *, simulated: bool) -> None:
        self._account = account
        self._login = login
        self._simulated = simulated
        self._stack = ExitStack()
        self.session = self._begun()

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *fault: object) -> None:
        self._stack.close()

    def again(self) -> Session:
        """Log out, as far as that is possible, and in again. Raises the `ChannelError` family."""
        self._stack.close()
        self.session = self._begun()
        return self.session

    def _begun(self) -> Session:
        opening = opened_mailbox(self._account, self._login, simulated=self._simulated)
        return Session(self._stack.enter_context(opening), self._account)


def on_day(moment: datetime) -> str:
    """A day as IMAP's searches want it, in English whatever this machine speaks."""
    return f"{moment.day}-{_MONTHS[moment.month - 1]}-{moment.year}"


def quoted(text: str) -> str:
    """A string for a search: without what could end it."""
    return '"' + re.sub(r"[^ !#-\[\]-~]", "", text) + '"'


def _set_of(uids: Iterable[int]) -> str:
    return ",".join(map(str, uids))


def _listed(line: bytes) -> Listed | None:
    uid, size, at = _UID.search(line), _SIZE.search(line), _DATE.search(line)
    if not (uid and size and at):
        return None
    flags = _FLAGS.search(line)
    words = flags[1].decode("ascii", "replace").lower().split() if flags else []
    return Listed(int(uid[1]), int(size[1]), _moment(at[1].decode("ascii", "replace")), frozenset(words))


def _moment(text: str) -> datetime:
    """`20-Nov-2026 12:00:00 +0300`. Raises `ValueError`."""
    day, time, zone = text.split()
    number, month, year = day.split("-")
    return datetime.strptime(
        f"{int(number)} {_MONTHS.index(month.capitalize()) + 1} {year} {time} {zone}", "%d %m %Y %H:%M:%S %z"
    ).astimezone(UTC)
