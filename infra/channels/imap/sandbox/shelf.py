"""What the simulated provider holds for one address: folders, letters with their ids, and what went out."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from infra.sandbox.world import World
from shared.ports.clock import Clock

_LETTERS, _POST = "imap", "imap-post"
_FIRST_VALIDITY = 1_700_000_000
_FOLDERS = {
    "INBOX": "",
    "Sent": "\\Sent",
    "Drafts": "\\Drafts",
    "Archive": "\\Archive",
    "Junk": "\\Junk",
    "Trash": "\\Trash",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter in a folder."""

    seq: int
    uid: int
    raw: bytes
    flags: tuple[str, ...]
    at: datetime
    breaks: int
    """So many times more the server breaks when it is asked for it."""


class Shelf:
    """One mailbox of the provider, and the letters that its customers have in theirs."""

    def __init__(self, world: World, clock: Clock, address: str) -> None:
        self.address = address
        self._world = world
        self._clock = clock

    def folders(self) -> dict[str, str]:
        """Names to marks."""
        return dict(self._world.fact(self._key("folders")) or _FOLDERS)

    def create(self, folder: str) -> None:
        """A new folder without a mark."""
        self._world.learn(self._key("folders"), self.folders() | {folder: ""})

    def validity(self, folder: str) -> int:
        """The number under which the folder's ids hold."""
        del folder
        return int(self._world.fact(self._key("validity")) or _FIRST_VALIDITY)

    def following(self, folder: str) -> int:
        """The id of the next letter."""
        return int(self._world.fact(self._key(f"next:{folder}")) or 1)

    def letters(self, folder: str) -> list[Kept]:
        """Oldest first."""
        kept = []
        for record in self._world.records(_LETTERS, self.address, folder):
            data = record.data
            if not data["gone"]:
                raw, at = b64decode(data["raw"]), datetime.fromisoformat(data["at"])
                kept.append(Kept(record.seq, data["uid"], raw, tuple(data["flags"]), at, data["breaks"]))
        return sorted(kept, key=lambda letter: letter.uid)

    def add(
        self, folder: str, raw: bytes, flags: Iterable[str] = (), at: datetime | None = None, *, breaks: int = 0
    ) -> int:
        """A letter comes into a folder; answers its id."""
        uid = self.following(folder)
        self._world.learn(self._key(f"next:{folder}"), uid + 1)
        data = {"uid": uid, "raw": b64encode(raw).decode(), "flags": list(flags), "gone": False, "breaks": breaks}
        self._world.append(_LETTERS, self.address, folder, data | {"at": (at or self._clock.now()).isoformat()})
        return uid

    def flag(self, letter: Kept, flags: Iterable[str]) -> None:
        """Change a letter's flags."""
        self._replace(letter, flags=sorted(set(flags)))

    def broken(self, letter: Kept) -> None:
        """It has broken the server once more."""
        self._replace(letter, breaks=letter.breaks - 1)

    def remove(self, letter: Kept) -> None:
        """For good."""
        self._replace(letter, gone=True)

    def renumber(self) -> None:
        """Every letter gets another id, as after a restored backup."""
        self._world.learn(self._key("validity"), self.validity("") + 1)
        for folder in self.folders():
            letters = self.letters(folder)
            self._world.learn(self._key(f"next:{folder}"), len(letters) + 1)
            for uid, letter in enumerate(letters, start=1):
                self._replace(letter, uid=uid)

    def post(self, partner: str, sender: str, raw: bytes) -> None:
        """A letter between the shop and a customer, as the customer has it. `sender`: who wrote it."""
        data = {"sender": sender, "raw": b64encode(raw).decode(), "at": self._clock.now().isoformat()}
        self._world.append(_POST, self.address, partner, data)

    def posted(self, partner: str) -> list[tuple[str, bytes, datetime]]:
        """Sender, letter and time, oldest first."""
        records = self._world.records(_POST, self.address, partner)
        return [
            (record.data["sender"], b64decode(record.data["raw"]), datetime.fromisoformat(record.data["at"]))
            for record in records
        ]

    def _replace(self, letter: Kept, **changes: object) -> None:
        data = {"uid": letter.uid, "raw": b64encode(letter.raw).decode(), "flags": list(letter.flags), "gone": False}
        data |= {"at": letter.at.isoformat(), "breaks": letter.breaks}
        self._world.replace(letter.seq, data | changes)

    def _key(self, name: str) -> str:
        return f"imap:{self.address}:{name}"
