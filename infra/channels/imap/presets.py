"""Servers of large providers, so that an address and a password are enough there."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Security = Literal["ssl", "starttls", "none"]
PORTS: Final[dict[str, dict[Security, int]]] = {
    "imap": {"ssl": 993, "starttls": 143, "none": 143},
    "smtp": {"ssl": 465, "starttls": 587, "none": 587},
}


class Preset(NamedTuple):
    """A provider's servers."""

    imap_host: str
    smtp_host: str
    smtp_security: Security = "ssl"


_GMAIL = Preset("imap.gmail.com", "smtp.gmail.com")
_YANDEX = Preset("imap.yandex.ru", "smtp.yandex.ru")
_MAIL_RU = Preset("imap.mail.ru", "smtp.mail.ru")
_MICROSOFT = Preset("outlook.office365.com", "smtp.office365.com", "starttls")
PRESETS: Final[dict[str, Preset]] = {
    **dict.fromkeys(("gmail.com", "googlemail.com"), _GMAIL),
    **dict.fromkeys(("yandex.ru", "ya.ru", "yandex.com"), _YANDEX),
    **dict.fromkeys(("mail.ru", "inbox.ru", "list.ru", "bk.ru"), _MAIL_RU),
    **dict.fromkeys(("outlook.com", "hotmail.com", "live.com"), _MICROSOFT),
}
KEEPS_SENT: Final = frozenset({_GMAIL.smtp_host, _MICROSOFT.smtp_host})
"""Their servers put what they send into the Sent folder by themselves."""
