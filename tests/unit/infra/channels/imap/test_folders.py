"""Which folder is which, at different servers."""

from __future__ import annotations

import pytest
from imap_tools.folder import FolderInfo

from infra.channels.imap.account import read_account
from infra.channels.imap.folders import INBOX, Folders, find_folders


def found(*folders: tuple[str, str], delimiter: str = "/", **settings: str) -> Folders:
    listed = [FolderInfo(name, delimiter, tuple(flags.split())) for name, flags in folders]
    servers = {"user": "a@b.example", "imap_host": "i.example", "smtp_host": "s.example"}
    return find_folders(listed, read_account(servers | settings))


@pytest.mark.parametrize(
    ("folders", "delimiter", "sent", "drafts"),
    [
        ([("INBOX", ""), ("Sent", ""), ("Drafts", "")], "/", "Sent", "Drafts"),
        ([("INBOX", ""), ("Отправленные", "\\Sent"), ("Черновики", "\\Drafts")], "|", "Отправленные", "Черновики"),
        ([("INBOX", ""), ("Sent", ""), ("Gesendet", "\\HasNoChildren \\sent")], "/", "Gesendet", None),
        ([("INBOX", ""), ("INBOX.Sent Items", ""), ("INBOX.drafts", "")], ".", "INBOX.Sent Items", "INBOX.drafts"),
        ([("INBOX", ""), ("[Gmail]", "\\Noselect"), ("[Gmail]/Sent Mail", "\\Sent")], "/", "[Gmail]/Sent Mail", None),
        ([("INBOX", ""), ("Sent", "\\NonExistent"), ("Presents", "")], "/", None, None),
    ],
)
def test_sent_letters_and_drafts_are_found_by_mark_then_by_name(
    folders: list[tuple[str, str]], delimiter: str, sent: str | None, drafts: str | None
) -> None:
    known = found(*folders, delimiter=delimiter)

    assert (known.sent, known.drafts) == (sent, drafts)


def test_the_owners_own_names_go_first() -> None:
    known = found(("INBOX", ""), ("Sent", "\\Sent"), ("Mine", ""), sent_folder="Mine", processed_folder="Done")

    assert (known.sent, known.processed, known.is_processed_there) == ("Mine", "Done", False)


def test_a_server_that_keeps_all_below_the_inbox_gets_new_folders_there() -> None:
    known = found(("INBOX", ""), ("INBOX.Sent", ""), delimiter=".", processed_folder="Done")

    assert (known.prefix, known.processed) == ("INBOX.", "INBOX.Done")


def test_letters_are_looked_for_where_they_were_put_but_not_among_what_was_thrown_away() -> None:
    known = found(
        ("INBOX", ""),
        ("Done", ""),
        ("Old", "\\Archive"),
        ("Trash", "\\Trash"),
        ("Spam", "\\Junk"),
        processed_folder="Done",
    )

    assert known.incoming == (INBOX, "Done", "Old")
    assert known.others == (INBOX, "Done", "Old")
