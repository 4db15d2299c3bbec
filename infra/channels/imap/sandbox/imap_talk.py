"""One conversation with the simulated IMAP server: who is logged in, which folder is open, what each command does."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable

from imap_tools.imap_utf7 import utf7_decode, utf7_encode

from infra.channels.imap.sandbox.accounts import Accounts
from infra.channels.imap.sandbox.searching import found
from infra.channels.imap.sandbox.shelf import Kept, Shelf
from infra.channels.imap.sandbox.words import (
    BadCommand,
    Refused,
    Word,
    atom,
    internal_date,
    moment_of,
    quoted,
    uids_of,
    words_of,
)

Said = tuple[list[bytes], str]
"""Untagged lines, and the result."""
_CAPABILITIES = b"CAPABILITY IMAP4rev1 UIDPLUS MOVE SPECIAL-USE AUTH=PLAIN AUTH=XOAUTH2"
_HEADERS_END = b"\r\n\r\n"


class HungUp(Exception):
    """The server ends the conversation without a word."""


class ImapTalk:
    """Hears one command after the other."""

    def __init__(self, accounts: Accounts, shelf_of: Callable[[str], Shelf]) -> None:
        self.is_over = False
        self._accounts = accounts
        self._shelf_of = shelf_of
        self._shelf: Shelf | None = None
        self._folder = ""
        self._is_readonly = True
        self._literals: list[bytes] = []

    def hear(self, command: bytes, literals: list[bytes]) -> Said:
        """Raises `BadCommand`, `Refused`, `HungUp`."""
        self._literals = literals
        words = words_of(command)
        verb = atom(words).upper()
        if verb == "UID":
            verb = f"UID {atom(words).upper()}"
        handler = {**self._everywhere(), **(self._inside() if self._shelf else {})}.get(verb)
        if handler is None:
            raise BadCommand("unknown here")
        return handler(words)

    def _everywhere(self) -> dict[str, Callable[[list[Word]], Said]]:
        return {
            "CAPABILITY": lambda _: ([_CAPABILITIES], "OK done"),
            "NOOP": lambda _: ([], "OK done"),
            "LOGOUT": self._logout,
            "LOGIN": self._login,
            "AUTHENTICATE": self._authenticate,
        }

    def _inside(self) -> dict[str, Callable[[list[Word]], Said]]:
        return {
            "LIST": self._list,
            "STATUS": self._status,
            "SELECT": lambda words: self._select(words, is_readonly=False),
            "EXAMINE": lambda words: self._select(words, is_readonly=True),
            "CREATE": self._create,
            "APPEND": self._append,
            "SUBSCRIBE": lambda _: ([], "OK done"),
            "UID SEARCH": self._search,
            "UID FETCH": self._fetch,
            "UID STORE": self._store,
            "UID MOVE": self._move,
            "UID EXPUNGE": self._expunge,
        }

    @property
    def _open_shelf(self) -> Shelf:
        if self._shelf is None:
            raise BadCommand("log in first")
        return self._shelf

    def _logout(self, words: list[Word]) -> Said:
        del words
        self.is_over = True
        return [b"BYE see you"], "OK done"

    def _login(self, words: list[Word]) -> Said:
        user, password = atom(words), atom(words)
        return self._admitted(user, self._accounts.imap_refusal(user, password=password))

    def _authenticate(self, words: list[Word]) -> Said:
        mechanism = atom(words).upper()
        try:
            said = b64decode(atom(words), validate=True).decode()
        except (NotBase64, UnicodeDecodeError) as error:
            raise BadCommand("not base64") from error
        if mechanism == "PLAIN":
            _, user, password = said.split("\0")
            return self._admitted(user, self._accounts.imap_refusal(user, password=password))
        if mechanism == "XOAUTH2":
            user, token = said.split("\1")[0].removeprefix("user="), said.split("\1")[1].removeprefix("auth=Bearer ")
            return self._admitted(user, self._accounts.imap_refusal(user, token=token))
        raise BadCommand("no such mechanism")

    def _admitted(self, user: str, refusal: str | None) -> Said:
        if refusal is not None:
            raise Refused(refusal)
        self._shelf = self._shelf_of(user)
        return [], "OK logged in"

    def _list(self, words: list[Word]) -> Said:
        del words
        lines = [
            f'LIST ({mark}) "/" {quoted(utf7_encode(name).decode())}'.encode()
            for name, mark in self._open_shelf.folders().items()
        ]
        return lines, "OK done"

    def _status(self, words: list[Word]) -> Said:
        folder = self._named(words)
        shelf = self._open_shelf
        state = f"UIDVALIDITY {shelf.validity(folder)} UIDNEXT {shelf.following(folder)}"
        return [f"STATUS {quoted(utf7_encode(folder).decode())} ({state})".encode()], "OK done"

    def _select(self, words: list[Word], *, is_readonly: bool) -> Said:
        self._folder, self._is_readonly = self._named(words), is_readonly
        letters = self._open_shelf.letters(self._folder)
        lines = [
            b"FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)",
            f"{len(letters)} EXISTS".encode(),
            f"OK [UIDVALIDITY {self._open_shelf.validity(self._folder)}] ids".encode(),
            f"OK [UIDNEXT {self._open_shelf.following(self._folder)}] next".encode(),
        ]
        return lines, f"OK [{'READ-ONLY' if is_readonly else 'READ-WRITE'}] opened"

    def _create(self, words: list[Word]) -> Said:
        folder = utf7_decode(atom(words).encode())
        if folder in self._open_shelf.folders():
            raise Refused("[ALREADYEXISTS] there is one")
        self._open_shelf.create(folder)
        return [], "OK done"

    def _append(self, words: list[Word]) -> Said:
        folder = self._named(words)
        flags = words.pop(0) if words and isinstance(words[0], list) else []
        at = moment_of(atom(words).strip()) if len(words) > 1 else None
        if len(self._literals) != 1:
            raise BadCommand("no letter")
        uid = self._open_shelf.add(folder, self._literals[0], [str(flag) for flag in flags], at)
        return [], f"OK [APPENDUID {self._open_shelf.validity(folder)} {uid}] done"

    def _search(self, words: list[Word]) -> Said:
        letters = self._opened()
        newest = max((letter.uid for letter in letters), default=0)
        uids = " ".join(str(letter.uid) for letter in found(letters, words, newest))
        return [f"SEARCH {uids}".rstrip().encode()], "OK done"

    def _fetch(self, words: list[Word]) -> Said:
        letters, items = self._opened(), words[1:] if len(words) > 1 else []
        wanted = [str(item).upper() for item in (items[0] if items and isinstance(items[0], list) else items)]
        lines = []
        for number, letter in enumerate(letters, start=1):
            if letter not in self._chosen(words, letters):
                continue
            if letter.breaks > 0 and any(item.startswith("BODY") for item in wanted):
                self._open_shelf.broken(letter)
                raise HungUp
            parts = b" ".join(_shown(letter, item) for item in wanted)
            lines.append(b"%d FETCH (%s)" % (number, parts))
        return lines, "OK done"

    def _store(self, words: list[Word]) -> Said:
        self._check_writable()
        letters = self._opened()
        chosen = self._chosen(words, letters)
        atom(words)
        how = atom(words).upper().removesuffix(".SILENT")
        flags = {str(flag) for flag in words[0]} if words and isinstance(words[0], list) else set()
        for letter in chosen:
            kept = set(letter.flags)
            self._open_shelf.flag(letter, kept | flags if how == "+FLAGS" else kept - flags)
        return [], "OK done"

    def _move(self, words: list[Word]) -> Said:
        self._check_writable()
        chosen = self._chosen(words, self._opened())
        atom(words)
        folder = self._named(words)
        for letter in chosen:
            self._open_shelf.add(folder, letter.raw, letter.flags, letter.at, breaks=letter.breaks)
            self._open_shelf.remove(letter)
        return [], "OK done"

    def _expunge(self, words: list[Word]) -> Said:
        self._check_writable()
        for letter in self._chosen(words, self._opened()):
            if "\\Deleted" in letter.flags:
                self._open_shelf.remove(letter)
        return [], "OK done"

    def _named(self, words: list[Word]) -> str:
        """A folder that is there. Raises `Refused`."""
        folder = utf7_decode(atom(words).encode())
        if folder not in self._open_shelf.folders():
            raise Refused("[NONEXISTENT] no such folder")
        return folder

    def _opened(self) -> list[Kept]:
        if not self._folder:
            raise BadCommand("open a folder first")
        return self._open_shelf.letters(self._folder)

    def _chosen(self, words: list[Word], letters: list[Kept]) -> list[Kept]:
        newest = max((letter.uid for letter in letters), default=0)
        ranges = uids_of(str(words[0]), newest) if words else []
        return [letter for letter in letters if any(letter.uid in ids for ids in ranges)]

    def _check_writable(self) -> None:
        if self._is_readonly:
            raise Refused("[READ-ONLY] opened for looking only")


def _shown(letter: Kept, item: str) -> bytes:
    match item:
        case "UID":
            return b"UID %d" % letter.uid
        case "FLAGS":
            return f"FLAGS ({' '.join(letter.flags)})".encode()
        case "RFC822.SIZE":
            return b"RFC822.SIZE %d" % len(letter.raw)
        case "INTERNALDATE":
            return f'INTERNALDATE "{internal_date(letter.at)}"'.encode()
        case "BODY.PEEK[]":
            return b"BODY[] {%d}\r\n%s" % (len(letter.raw), letter.raw)
        case "BODY.PEEK[HEADER]":
            head = letter.raw.partition(_HEADERS_END)[0] + _HEADERS_END
            return b"BODY[HEADER] {%d}\r\n%s" % (len(head), head)
        case _:
            raise BadCommand(f"unknown item {item}")
