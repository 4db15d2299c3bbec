"""Which folder is which: by the server's own marks (RFC 6154), else by the names that servers and people use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imap_tools.folder import FolderInfo

from infra.channels.imap.account import MailAccount

INBOX = "INBOX"
_NAMES: dict[str, frozenset[str]] = {
    "\\sent": frozenset({"sent", "sent items", "sent messages", "sent mail", "отправленные"}),
    "\\drafts": frozenset({"drafts", "draft", "черновики"}),
    "\\archive": frozenset({"archive", "archives", "архив"}),
}


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders that the desk uses, by their names on the server; None: there is none."""

    sent: str | None
    drafts: str | None
    archive: str | None
    processed: str | None
    is_processed_there: bool
    prefix: str
    """What the server wants before the name of a new folder."""
    others: tuple[str, ...]
    """Every folder that can be opened, but not what was thrown away."""

    @property
    def incoming(self) -> tuple[str, ...]:
        """Where a customer's letter may lie: the owner may have archived it, or we moved it."""
        moved = (self.processed if self.is_processed_there else None, self.archive)
        return tuple(dict.fromkeys([INBOX, *(folder for folder in moved if folder)]))


def find_folders(listed: Sequence[FolderInfo], account: MailAccount) -> Folders:
    """Sort what a server lists."""
    usable = [folder for folder in listed if not _marks(folder) & {"\\noselect", "\\nonexistent"}]
    names = [folder.name for folder in usable]
    prefix = _prefix(usable)
    processed = _own(account.processed, names, prefix) or None
    thrown = {folder.name for folder in usable if _marks(folder) & {"\\trash", "\\junk"}}
    return Folders(
        sent=_own(account.sent, names, prefix) or _found("\\sent", usable),
        drafts=_own(account.drafts, names, prefix) or _found("\\drafts", usable),
        archive=_found("\\archive", usable),
        processed=processed,
        is_processed_there=processed in names,
        prefix=prefix,
        others=tuple(name for name in names if name not in thrown),
    )


def _own(named: str, names: Sequence[str], prefix: str) -> str:
    """A folder that the owner named: as it is, or below the server's prefix."""
    return named if not named or named in names or not prefix else f"{prefix}{named.removeprefix(prefix)}"


def _found(mark: str, folders: Sequence[FolderInfo]) -> str | None:
    marked = next((folder.name for folder in folders if mark in _marks(folder)), None)
    return marked or next((folder.name for folder in folders if _last(folder) in _NAMES[mark]), None)


def _marks(folder: FolderInfo) -> set[str]:
    return {flag.lower() for flag in folder.flags}


def _last(folder: FolderInfo) -> str:
    return (folder.name.rpartition(folder.delim)[2] if folder.delim else folder.name).lower()


def _prefix(folders: Sequence[FolderInfo]) -> str:
    """Some servers keep every folder below INBOX."""
    others = [folder for folder in folders if folder.name.upper() != INBOX]
    below = [folder.delim for folder in others if folder.delim and folder.name.upper().startswith(INBOX + folder.delim)]
    return f"{INBOX}{below[0]}" if others and len(below) == len(others) else ""
