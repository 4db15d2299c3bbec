"""What mail servers' refusals mean for us. Their words stay out of our errors: they may hold addresses."""

from __future__ import annotations

import re
import smtplib
from datetime import timedelta
from typing import Final

from infra.channels.remedies import ACCOUNT_CLOSED, EXPIRED, MODE_OFF, RIGHTS, WRONG, WRONG_TYPE
from shared.errors import ChannelError, ChannelRejected, ChannelUnavailable, CredentialsRejected, RecipientUnreachable

MAILBOX_FULL = "mailbox_full"
TOO_LARGE = "files_too_large"
_LATER = ("[unavailable]", "[limit]", "[inuse]", "[serverbug]", "too many", "temporar", "try again", "rate limit")
_LOGIN_SIGNS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (EXPIRED, ("[expired]",)),
    (WRONG_TYPE, ("application-specific password", "application password", "app password", "parol prilozheniya")),
    # Yandex says both at once for every wrong password.
    (WRONG, ("invalid credentials or imap is disabled",)),
    (MODE_OFF, ("imap is disabled", "imap access is disabled", "not enabled for imap", "imap disabled")),
    (ACCOUNT_CLOSED, ("[contactadmin]", "account is disabled", "account is blocked", "account disabled", "suspended")),
)
_SMTP_OFF = ("5.7.139", "5.7.30", "smtpclientauthentication is disabled")
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_UNTIL_TOMORROW = timedelta(hours=6)
_NOBODY_THERE = re.compile(r"5\.(1\.[0-9]+|2\.[0-9]+)")


def refused_login(words: str) -> ChannelError:
    """An IMAP server did not let us in, in these words."""
    said = words.lower()
    if any(sign in said for sign in _LATER):
        return ChannelUnavailable("the mail server takes no more logins for now")
    code = next((code for code, signs in _LOGIN_SIGNS if any(sign in said for sign in signs)), WRONG)
    return CredentialsRejected("the mail server refused the login", code=code)


def refused_command(words: str) -> ChannelError:
    """An IMAP server answered NO or BAD to something that it should do."""
    if "[overquota]" in words.lower():
        return ChannelRejected("the mailbox is full", code=MAILBOX_FULL)
    return ChannelUnavailable("the mail server refused a command")


def refused_smtp_login(code: int, words: str) -> ChannelError:
    """An SMTP server did not let us in."""
    said, status = words.lower(), str(code)
    if 400 <= code < 500:
        return ChannelUnavailable(f"SMTP answered {code} to the login", vendor_code=status)
    detail = f"SMTP answered {code} to the login"
    if any(sign in said for sign in _SMTP_OFF):
        return CredentialsRejected(detail, code=RIGHTS, vendor_code=status)
    signs = dict(_LOGIN_SIGNS)[WRONG_TYPE]
    is_other_kind = code == 534 or any(sign in said for sign in signs)
    return CredentialsRejected(detail, code=WRONG_TYPE if is_other_kind else WRONG, vendor_code=status)


def refused_letter(code: int, words: str, *, recipient: bool = False) -> ChannelError:
    """An SMTP server did not take a letter, or its recipient."""
    match = _ENHANCED.search(words)
    status = match[1] if match else ""
    detail, vendor = f"SMTP answered {code} {status}".strip(), status or str(code)
    if status == "5.4.5":  # the provider's own limit of letters a day
        return ChannelUnavailable(detail, vendor_code=vendor, retry_after=_UNTIL_TOMORROW)
    if 400 <= code < 500:
        return ChannelUnavailable(detail, vendor_code=vendor)
    if code == 530 or any(sign in words.lower() for sign in _SMTP_OFF):
        return CredentialsRejected(detail, code=RIGHTS, vendor_code=vendor)
    if status == "5.3.4" or (code == 552 and not recipient and status != "5.2.2"):
        return ChannelRejected(detail, code=TOO_LARGE, vendor_code=vendor)
    if _NOBODY_THERE.fullmatch(status) or (recipient and not status):
        return RecipientUnreachable(detail, vendor_code=vendor)
    return ChannelRejected(detail, vendor_code=vendor)


def smtp_words(error: smtplib.SMTPResponseException) -> str:
    """What the server said."""
    said = error.smtp_error
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
