"""Letters of simulated customers and of a shop's owner, written as mail clients write them: for the stand-ins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from hashlib import sha256
from html import escape

from infra.mail.letter import Letter
from infra.sandbox.standin import CustomerFile

_MONTHS = ["янв.", "февр.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сент.", "окт.", "нояб.", "дек."]
_WEEKDAYS = ["пн", "вт", "ср", "чт", "пт", "сб", "вс"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes."""

    address: str
    name: str = ""


def person(customer: str) -> Person:
    """A name or an address as a person: one without an address gets one at example.net."""
    if "@" in customer:
        return Person(customer.lower())
    local = re.sub(r"[^a-z0-9]+", ".", customer.lower()).strip(".")
    return Person(f"{local or 'c' + sha256(customer.encode()).hexdigest()[:10]}@example.net", customer)


def subject_of(text: str) -> str:
    """What a person would put above this letter."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "Вопрос")
    return first if len(first) <= 60 else f"{first[:57].rsplit(' ', 1)[0]}..."


def write_letter(
    sender: Person,
    recipient: str,
    text: str,
    *,
    id: str,
    at: datetime,
    subject: str,
    answers: Letter | None = None,
    files: Sequence[CustomerFile] = (),
) -> bytes:
    """A letter with text and HTML; an answer carries its thread's ids and quotes the letter before it."""
    message = EmailMessage(policy=SMTP.clone(max_line_length=998))
    message["From"] = formataddr((sender.name, sender.address))
    message["To"] = recipient
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = id
    if answers is not None:
        message["In-Reply-To"] = answers.message_id
        message["References"] = " ".join((*answers.references, answers.message_id))
    plain, page = _quoting(answers, at) if answers else ("", "")
    message.set_content(text + plain)
    message.add_alternative(f'<div dir="ltr">{escape(text).replace(chr(10), "<br>")}</div>{page}', subtype="html")
    for file in files:
        main, _, sub = file.mime_type.partition("/")
        message.add_attachment(file.data, maintype=main, subtype=sub or "octet-stream", filename=file.name)
    return message.as_bytes()


def _quoting(letter: Letter, at: datetime) -> tuple[str, str]:
    address = letter.sender.address if letter.sender else ""
    when = f"{_WEEKDAYS[at.weekday()]}, {at.day} {_MONTHS[at.month - 1]} {at.year} г. в {at:%H:%M}"
    quoted = "".join(f"> {line}\n" for line in letter.text.splitlines())
    page = (
        f'<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{when}, &lt;<a href="mailto:{address}">'
        f'{address}</a>&gt;:<br></div><blockquote class="gmail_quote">{escape(letter.text)}</blockquote></div>'
    )
    return f"\n\n{when}, <{address}>:\n\n{quoted}", page
