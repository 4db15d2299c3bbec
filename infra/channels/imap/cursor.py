"""How far a mailbox was read. Ids of letters grow inside a folder as long as its validity number stays; never is
anything decided by whether a letter is unread."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from infra.channels.imap.account import MailAccount
from infra.channels.imap.session import Mark, on_day
from shared.errors import ChannelRejected

OVERLAP = timedelta(days=2)
"""Read again when ids have changed: letters may have come late into their folder."""
SKEW = timedelta(minutes=1)
"""The server's clock and ours differ by less."""
_PLACE = re.compile(r"([0-9a-f]{8})\.(\d{1,10})\.(\d{1,10})(?:\.(\d{1,12})\.(\d{1,10}))?")


@dataclass(frozen=True, slots=True)
class Place:
    """Letters of a folder up to `uid` are known, while the folder is `key` and its ids are `validity`'s."""

    key: str
    """Stands for the server and the folder: elsewhere the same numbers mean other letters."""
    validity: int
    uid: int
    since: int | None = None
    """The ids have changed: letters from this second on, up to `until`, are read again; their own ids tell which of
    them are known."""
    until: int = 0

    def facing(self, key: str, mark: Mark, since: int) -> Place:
        """The same folder as the server has it now; where it is another one, the beginning of reading it again."""
        if (key, mark.validity) == (self.key, self.validity) and mark.following > self.uid:
            return self
        return Place(key, mark.validity, 0, since if self.since is None else self.since, mark.following - 1)

    def criteria(self, mark: Mark) -> str | None:
        """What to search for; None: there is nothing new."""
        if self.since is not None:
            # Searches know days only, by the server's own clock.
            day = on_day(datetime.fromtimestamp(self.since, UTC) - timedelta(days=1))
            return f"UID {self.uid + 1}:{max(self.until, 1)} SINCE {day}"
        return f"UID {self.uid + 1}:*" if mark.following - 1 > self.uid else None

    def read_until(self, uid: int) -> Place:
        """Some letters further, with more behind them."""
        return replace(self, uid=uid)

    def finished(self, mark: Mark, newest: int) -> Place:
        """All that the search found is read."""
        end = self.until if self.since is not None else max(mark.following - 1, newest)
        return Place(self.key, self.validity, end)

    def __str__(self) -> str:
        again = "" if self.since is None else f".{self.since}.{self.until}"
        return f"{self.key}.{self.validity}.{self.uid}{again}"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next pull starts. Stored as `inbox sent first began at`, the places as they write themselves."""

    inbox: Place
    sent: Place | None
    first: int
    """Letters of the inbox up to this id were there before us: they are never moved."""
    began: int
    """When we came, seconds since 1970: older letters are no concern of ours, whatever ids they get."""
    at: int
    """When all up to here was known."""

    @property
    def reaches(self) -> int:
        """From when on a folder is read again whose ids have changed."""
        return max(self.at - int(OVERLAP.total_seconds()), self.began - int(SKEW.total_seconds()))

    def __str__(self) -> str:
        return f"{self.inbox} {self.sent or '-'} {self.first} {self.began} {self.at}"


def read_cursor(text: str) -> Cursor:
    """The inverse of `str(cursor)`. Raises `ChannelRejected`."""
    words = text.split(" ")
    if len(words) != 5 or not re.fullmatch(r"\d{1,12} \d{1,12} \d{1,12}", " ".join(words[2:])):
        raise ChannelRejected("not a cursor of ours", code="bad_cursor")
    sent = None if words[1] == "-" else read_place(words[1])
    return Cursor(read_place(words[0]), sent, *map(int, words[2:]))


def read_place(text: str) -> Place:
    """The inverse of `str(place)`. Raises `ChannelRejected`."""
    match = _PLACE.fullmatch(text)
    if match is None:
        raise ChannelRejected("not a cursor of ours", code="bad_cursor")
    key, validity, uid, since, until = match.groups()
    again = (None, 0) if since is None else (int(since), int(until))
    return Place(key, int(validity), int(uid), *again)


def key_of(account: MailAccount, folder: str) -> str:
    """What a place remembers its folder by."""
    return sha256(f"{account.imap.host}\n{account.user}\n{folder}".encode()).hexdigest()[:8]
