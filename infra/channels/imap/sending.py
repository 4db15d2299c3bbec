"""Letters out of a mailbox, once each. Blocking: for worker threads.

SMTP keeps no record that could be asked later, so the mailbox itself keeps one, as mail clients do. A letter is put
among the drafts first, then handed to SMTP, then moved to the sent ones. A letter that is in neither folder was surely
never handed over; one that is still a draft may have been, and nobody can tell.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

from infra.channels.imap.account import MailAccount
from infra.channels.imap.folders import Folders
from infra.channels.imap.logins import Login
from infra.channels.imap.session import Session, Visit, on_day, quoted
from infra.channels.imap.submitting import submit
from infra.mail.building import own_message_id
from infra.mail.conversing import check_loop, partner_of, thread_of
from shared.domain.arrivals import Outgoing, Receipt
from shared.errors import ChannelError, ChannelUnclear

DRAFTS, SENT = "Drafts", "Sent"


@dataclass(frozen=True, slots=True)
class Post:
    """A letter that is ready to leave."""

    raw: bytes
    outgoing: Outgoing
    now: datetime
    given_up: Event = field(default_factory=Event)
    """Nobody waits for it any more: it must not leave now, or it would leave twice."""

    @property
    def message_id(self) -> str:
        """The id that it is found by."""
        return own_message_id(self.outgoing.message_id)

    @property
    def since(self) -> datetime:
        """It is in no folder from before this day."""
        return self.outgoing.first_tried_at - timedelta(days=2)

    def receipt(self) -> Receipt:
        """What the desk remembers of it."""
        started = thread_of(self.message_id, partner_of(self.outgoing))
        return Receipt(source_id=self.message_id, thread="" if self.outgoing.thread else started)


def send(visit: Visit, account: MailAccount, login: Login, post: Post, *, simulated: bool) -> Receipt:
    """Raises the `ChannelError` family; `ChannelUnclear` leaves the draft, which `find_sent` goes by."""
    session = visit.session
    folders = session.folders()
    if post.outgoing.is_automatic and folders.sent:
        check_loop(_automatic_answers(session, folders.sent, post))
    drafts = folders.drafts or _made(session, folders, DRAFTS)
    session.look_into(drafts, to_change=True)
    if not session.with_id(post.message_id, post.since):
        session.append(drafts, post.raw, post.now)
    try:
        submit(account, login, post.raw, partner_of(post.outgoing), post.given_up, simulated=simulated)
    except ChannelUnclear:
        raise
    except ChannelError:
        _tidy(session, drafts, post, None)
        raise
    # The letter has left: nothing that happens now makes it unsent.
    with suppress(ChannelError):
        is_copied = account.keeps_sent or _is_in(session, folders.sent, post)
        _tidy(session, drafts, post, None if is_copied else folders.sent or _made(session, folders, SENT))
    return post.receipt()


def find_sent(session: Session, post: Post) -> Receipt | None:
    """Whether a letter was sent. Raises `ChannelUnclear` where nobody can tell."""
    folders = session.folders()
    if _is_in(session, folders.sent, post):
        return post.receipt()
    if _is_in(session, folders.drafts, post):
        raise ChannelUnclear("the mail server may have taken it")
    return None


def _is_in(session: Session, folder: str | None, post: Post) -> bool:
    if folder is None:
        return False
    session.look_into(folder)
    return bool(session.with_id(post.message_id, post.since))


def _tidy(session: Session, drafts: str, post: Post, sent: str | None) -> None:
    """Move the draft to the sent letters, or away. Best effort: what is said of the letter does not hang on it."""
    with suppress(ChannelError):
        session.look_into(drafts, to_change=True)
        uids = session.with_id(post.message_id, post.since)
        if sent is not None:
            session.move(uids[:1], sent)
            uids = uids[1:]
        session.remove(uids)


def _automatic_answers(session: Session, sent: str, post: Post) -> int:
    """How many letters of machines this address got from us in the last day, or a little longer."""
    session.look_into(sent)
    day = on_day(post.now - timedelta(days=1))
    address = quoted(partner_of(post.outgoing))
    return len(session.search(f'SINCE {day} TO {address} HEADER AUTO-SUBMITTED "auto-replied"'))


def _made(session: Session, folders: Folders, name: str) -> str:
    folder = folders.prefix + name
    session.create(folder)
    return folder
