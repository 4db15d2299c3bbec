"""Letters and the desk's words, the same for every channel that carries letters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from infra.mail.automatic import is_robot
from infra.mail.building import NewLetter, build, reply_subject, shortened
from infra.mail.letter import Letter, LetterFile, Mailbox
from shared.domain.arrivals import Echo, Outgoing, Received
from shared.domain.channels import FileRules
from shared.domain.contacts import ContactRef
from shared.domain.messages import Attachment
from shared.errors import ChannelRejected, InvalidInput, RecipientUnreachable

UNREADABLE = "[This letter could not be read here. Open it in your mail.]"
MOST_AUTOMATIC_A_DAY = 20
"""Automatic answers to one address: beyond that two machines may be talking to each other."""

LARGEST_FILES = 17 * 1024 * 1024
LETTER_FILES = FileRules(most=100, max_bytes=LARGEST_FILES, max_total_bytes=LARGEST_FILES)
"""Files grow by more than a third in a letter, and many servers take no letter over 25 MB."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a letter lies, as its channel knows it."""

    source_id: str
    thread: str
    """The channel's part of the thread."""
    at: datetime
    """By the mail server's clock."""
    place: str = ""
    """What a file's reference begins with: where the channel finds the letter again."""
    context: dict[str, str] = field(default_factory=dict)


def thread_of(root: str, partner: str) -> str:
    """Our thread: the channel's, with the one partner of it. A stranger's letter that cites a thread's ids belongs
    to it at most mail services; here the stranger gets a conversation of their own and never sees the other one's."""
    return f"{root}/{partner}"


def received(letter: Letter, origin: Origin, account: str) -> Received:
    """A letter that came in. Raises `InvalidInput` where nobody wrote it."""
    if letter.sender is None:
        raise InvalidInput("a letter from nobody", code="unreadable_letter")
    partner = letter.reply_to or letter.sender
    return Received(
        source_id=origin.source_id,
        thread=thread_of(origin.thread, partner.address),
        contact=_contact(Mailbox(partner.address, partner.name or letter.sender.name)),
        text=letter.text,
        html=letter.html,
        quoted=letter.quoted,
        subject=letter.subject,
        attachments=_attachments(letter, origin),
        at=origin.at,
        context=_context(letter, partner, origin),
        is_automatic=bool(letter.automatic) or letter.sender.address == account,
        facts=_facts(letter),
    )


def echo(letter: Letter, origin: Origin) -> Echo:
    """A letter of our side. Only for what the mail service says was sent from the mailbox."""
    recipient = next(iter(letter.recipients), None)
    return Echo(
        source_id=origin.source_id,
        thread=thread_of(origin.thread, "" if recipient is None else recipient.address),
        contact=None if recipient is None else _contact(recipient),
        text=letter.text,
        html=letter.html,
        quoted=letter.quoted,
        subject=letter.subject,
        attachments=_attachments(letter, origin),
        at=origin.at,
        marker=letter.marker,
        author_name="" if letter.sender is None else letter.sender.name,
        context={} if recipient is None else _context(letter, recipient, origin),
    )


def placeholder(sender: Mailbox | None, origin: Origin) -> Received:
    """What stands in for a letter that cannot be read: visible to people, never answered by a machine."""
    partner = sender or Mailbox("unknown")
    return Received(
        source_id=origin.source_id,
        thread=thread_of(origin.thread, partner.address),
        contact=_contact(partner),
        text=UNREADABLE,
        at=origin.at,
        context={"thread_id": origin.thread, "reply_to": sender.address if sender else ""},
        is_automatic=True,
    )


def partner_of(outgoing: Outgoing) -> str:
    """The address that an answer goes to."""
    return outgoing.context.get("reply_to") or outgoing.contact_source_id


def answer(outgoing: Outgoing, account: str, now: datetime, *, sender_name: str = "") -> bytes:
    """Our answer as a letter in its thread. Raises `RecipientUnreachable`, `ChannelRejected`."""
    recipient, context = partner_of(outgoing), outgoing.context
    if "@" not in recipient or is_robot(recipient):
        raise RecipientUnreachable("nobody reads this address", code="no_reply_address")
    if not outgoing.text.strip() and not outgoing.files:
        raise ChannelRejected("an empty letter says nothing", code="text_empty")
    letter = NewLetter(
        sender=account,
        sender_name=sender_name,
        recipient=recipient,
        subject=_subject(outgoing),
        text=outgoing.text,
        marker=outgoing.message_id,
        date=now,
        answers=context.get("message_id", ""),
        references=tuple(context.get("references", "").split()),
        files=outgoing.files,
        is_automatic=outgoing.is_automatic,
    )
    try:
        return build(letter)
    except InvalidInput as error:
        raise ChannelRejected("the letter cannot be built", code=error.code) from error


def check_loop(automatic_answers: int) -> None:
    """Raises `ChannelRejected` where so many automatic answers of the last day stop the next one: a person is
    called. Machines that do not say what they are would go on for ever."""
    if automatic_answers >= MOST_AUTOMATIC_A_DAY:
        raise ChannelRejected("too many automatic answers to one address in a day", code="mail_loop")


def _subject(outgoing: Outgoing) -> str:
    subject = outgoing.subject or outgoing.context.get("subject", "")
    return reply_subject(subject) if outgoing.context.get("message_id") else subject


def _contact(mailbox: Mailbox) -> ContactRef:
    email = mailbox.address if "@" in mailbox.address else ""
    return ContactRef(source_id=mailbox.address, name=mailbox.name, email=email)


def _attachments(letter: Letter, origin: Origin) -> tuple[Attachment, ...]:
    return tuple(_attachment(file, origin.place) for file in letter.files)


def _attachment(file: LetterFile, place: str) -> Attachment:
    return Attachment(
        kind=file.kind,
        name=file.name,
        mime_type=file.mime_type,
        size=file.size,
        reference=place + (file.part_id or "root"),
    )


def _context(letter: Letter, partner: Mailbox, origin: Origin) -> dict[str, str]:
    return {
        "message_id": letter.message_id,
        "references": " ".join(shortened(letter.references)),
        "subject": letter.subject,
        "reply_to": partner.address,
        "thread_id": origin.thread,
        **origin.context,
    }


def _facts(letter: Letter) -> dict[str, str]:
    if letter.bounce is None:
        return {}
    return {"undelivered_to": letter.bounce.recipient, "undelivered_status": letter.bounce.status}
