"""A letter handed to an SMTP server. Blocking: for worker threads."""

from __future__ import annotations

import smtplib
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event

from infra.channels.imap.account import MailAccount, Server
from infra.channels.imap.dialling import TIMEOUT_SECONDS, UNREACHABLE, dial, trust
from infra.channels.imap.logins import Login
from infra.channels.imap.refusals import TOO_LARGE, refused_letter, refused_smtp_login, smtp_words
from shared.errors import ChannelRejected, ChannelUnavailable, ChannelUnclear

_HELLO = "[127.0.0.1]"
"""Who we say we are: the usual word of a mail client. Looking up our own name may take seconds."""


class _Dialled(smtplib.SMTP):
    """Over a connection that was checked first; in clear, or until STARTTLS."""

    def __init__(self, server: Server, simulated: bool) -> None:
        self._server = server
        self._simulated = simulated
        super().__init__(server.host, server.port, local_hostname=_HELLO, timeout=TIMEOUT_SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        opened = dial(self._server, simulated=self._simulated)
        return trust().wrap_socket(opened, server_hostname=host) if self._server.security == "ssl" else opened


def submit(account: MailAccount, login: Login, raw: bytes, recipient: str, given_up: Event, *, simulated: bool) -> None:
    """Send a letter to one address, unless it is `given_up` meanwhile.

    Raises `ChannelUnavailable`, `ChannelRejected` and its kin (surely not taken), or `ChannelUnclear` (the connection
    broke when all was said and no answer had come).
    """
    with _logged_in(account, login, simulated) as smtp:
        limit = smtp.esmtp_features.get("size", "")
        if limit.isdecimal() and 0 < int(limit) < len(raw):
            raise ChannelRejected("the letter is larger than the server takes", code=TOO_LARGE)
        announced = [f"SIZE={len(raw)}"] if "size" in smtp.esmtp_features else []
        _say(lambda: smtp.mail(account.address, announced))
        _say(lambda: smtp.rcpt(recipient), is_recipient=True)
        if given_up.is_set():
            raise ChannelUnavailable("the mail server took too long")
        _hand_over(smtp, raw)


def check(account: MailAccount, login: Login, *, simulated: bool) -> None:
    """Log in, and no more. Raises the `ChannelError` family."""
    with _logged_in(account, login, simulated):
        pass


@contextmanager
def _logged_in(account: MailAccount, login: Login, simulated: bool) -> Iterator[smtplib.SMTP]:
    smtp = _connected(account.smtp, simulated)
    try:
        _log_in(smtp, account.user, login)
        yield smtp
    finally:
        with suppress(Exception):
            smtp.quit()


def _connected(server: Server, simulated: bool) -> smtplib.SMTP:
    try:
        smtp = _Dialled(server, simulated)
        if server.security == "starttls":
            smtp.starttls(context=trust())
        code, words = smtp.ehlo()
    except smtplib.SMTPResponseException as error:
        raise refused_letter(error.smtp_code, smtp_words(error)) from None
    except ssl.SSLError as error:
        raise ChannelUnavailable("no safe connection to the mail server", code=UNREACHABLE) from error
    except (OSError, smtplib.SMTPException) as error:
        raise ChannelUnavailable(f"no mail server answers: {type(error).__name__}", code=UNREACHABLE) from None
    if code != 250:
        raise refused_letter(code, words.decode("utf-8", "replace"))
    return smtp


def _log_in(smtp: smtplib.SMTP, user: str, login: Login) -> None:
    try:
        if login.token:
            words = f"user={user}\1auth=Bearer {login.token}\1\1"
            # A refusal comes as a challenge; an empty answer brings the error itself.
            smtp.auth("XOAUTH2", lambda challenge=None: words if challenge is None else "")
        elif user.isascii() and login.password.isascii():
            smtp.login(user, login.password)
        else:
            _log_in_with_utf8(smtp, user, login.password)
    except smtplib.SMTPResponseException as error:
        raise refused_smtp_login(error.smtp_code, smtp_words(error)) from None
    except smtplib.SMTPNotSupportedError as error:  # most servers offer it on encrypted connections only
        raise ChannelUnavailable("the mail server offers no login", code=UNREACHABLE) from error
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise ChannelUnavailable(f"no answer from the mail server: {type(error).__name__}") from None


def _log_in_with_utf8(smtp: smtplib.SMTP, user: str, password: str) -> None:
    """smtplib itself speaks ASCII only."""
    words = b64encode(f"\0{user}\0{password}".encode()).decode()
    code, answer = smtp.docmd("AUTH", f"PLAIN {words}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, answer)


def _say(command: Callable[[], tuple[int, bytes]], *, is_recipient: bool = False) -> None:
    """One command before the letter itself."""
    try:
        code, words = command()
    except (OSError, smtplib.SMTPException) as error:
        raise ChannelUnavailable(f"no answer from the mail server: {type(error).__name__}") from None
    if code not in (250, 251):
        raise refused_letter(code, words.decode("utf-8", "replace"), recipient=is_recipient)


def _hand_over(smtp: smtplib.SMTP, raw: bytes) -> None:
    try:
        code, words = smtp.data(raw)
    except smtplib.SMTPResponseException as error:  # refused before the first line of the letter
        raise refused_letter(error.smtp_code, smtp_words(error)) from None
    except (OSError, smtplib.SMTPException) as error:
        raise ChannelUnclear(f"no answer from the mail server: {type(error).__name__}") from None
    if code != 250:
        raise refused_letter(code, words.decode("utf-8", "replace"))
