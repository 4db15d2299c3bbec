"""A mailbox, opened: imap-tools over a connection that was checked first. Blocking: for worker threads."""

from __future__ import annotations

import imaplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, UnexpectedCommandStatusError

from infra.channels.imap.account import MailAccount, Server
from infra.channels.imap.dialling import TIMEOUT_SECONDS, UNREACHABLE, dial, trust
from infra.channels.imap.logins import Login
from infra.channels.imap.refusals import refused_command, refused_login
from shared.errors import ChannelUnavailable


class _Dialled(imaplib.IMAP4):
    """In clear, or until STARTTLS."""

    def __init__(self, server: Server, simulated: bool) -> None:
        self._server = server
        self._simulated = simulated
        super().__init__(server.host, server.port, timeout=TIMEOUT_SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return dial(self._server, simulated=self._simulated)


class _DialledTls(_Dialled):
    """Encrypted from the first byte."""

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return trust().wrap_socket(super()._create_socket(timeout), server_hostname=self._server.host)


class _MailBox(BaseMailBox):
    """imap-tools' mailbox over a connection that is open already."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._client = client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._client


@contextmanager
def opened_mailbox(account: MailAccount, login: Login, *, simulated: bool) -> Iterator[BaseMailBox]:
    """Connect, log in, and log out at the end. Raises the `ChannelError` family."""
    box = _MailBox(_connected(account.imap, simulated))
    try:
        _log_in(box, account.user, login)
        yield box
    finally:
        with suppress(Exception):
            box.client.logout()


@contextmanager
def speaking() -> Iterator[None]:
    """Faults of a conversation with the server as our errors. Nothing that is said here sends a letter."""
    try:
        yield
    except UnexpectedCommandStatusError as error:
        raise refused_command(str(error.command_result[1])) from None
    except imaplib.IMAP4.abort as error:
        raise ChannelUnavailable(f"the mail server hung up: {type(error).__name__}") from None
    except imaplib.IMAP4.error as error:
        raise refused_command(str(error)) from None
    except (OSError, EOFError, ImapToolsError, ValueError) as error:
        raise ChannelUnavailable(f"no answer from the mail server: {type(error).__name__}") from None


def _connected(server: Server, simulated: bool) -> imaplib.IMAP4:
    try:
        client = (_DialledTls if server.security == "ssl" else _Dialled)(server, simulated)
        if server.security == "starttls":
            client.starttls(trust())
    except ssl.SSLError as error:
        raise ChannelUnavailable("no safe connection to the mail server", code=UNREACHABLE) from error
    except (OSError, EOFError, imaplib.IMAP4.error) as error:
        raise ChannelUnavailable(f"no mail server answers: {type(error).__name__}", code=UNREACHABLE) from None
    return client


def _log_in(box: BaseMailBox, user: str, login: Login) -> None:
    try:
        if login.token:
            box.xoauth2(user, login.token, initial_folder=None)
        elif user.isascii() and login.password.isascii():
            box.login(user, login.password, initial_folder=None)
        else:
            box.login_utf8(user, login.password, initial_folder=None)
        # Many servers tell all that they can only now, and imaplib does not ask again.
        said = box.client.capability()[1]
        box.client.capabilities = tuple(b" ".join(said).decode("ascii", "replace").upper().split())
    except UnexpectedCommandStatusError as error:
        raise refused_login(str(error.command_result[1])) from None
    except imaplib.IMAP4.abort as error:
        raise ChannelUnavailable(f"the mail server hung up: {type(error).__name__}") from None
    except imaplib.IMAP4.error as error:
        raise refused_login(str(error)) from None
    except (OSError, EOFError) as error:
        raise ChannelUnavailable(f"no answer from the mail server: {type(error).__name__}") from None
