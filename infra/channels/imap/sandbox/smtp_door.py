"""The simulated SMTP server: aiosmtpd with the provider's accounts, limits and refusals."""

from __future__ import annotations

import logging
from asyncio import AbstractEventLoop, BaseProtocol, BaseTransport, Protocol, Transport
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from infra.channels.imap.sandbox.accounts import Accounts
from infra.channels.imap.sandbox.shelf import Shelf
from infra.sandbox.faults import Faults

LARGEST = 25 * 1024 * 1024
NOWHERE = "nowhere.example"
"""Addresses here do not exist."""
FULL = "full@example.net"
"""This customer's mailbox is full."""


class SmtpDoor:
    """aiosmtpd's handler. A letter goes to the customer's mailbox; this provider keeps a copy where it is told to."""

    def __init__(
        self, accounts: Accounts, faults: Faults, shelf_of: Callable[[str], Shelf], keeps_sent: Callable[[str], bool]
    ) -> None:
        self._accounts = accounts
        self._faults = faults
        self._shelf_of = shelf_of
        self._keeps_sent = keeps_sent
        self.largest = LARGEST
        """Bytes of a letter."""
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of its own attributes

    def protocol(self, loop: AbstractEventLoop) -> BaseProtocol:
        """For one connection. Only this machine can reach it, hence in clear."""
        if self._faults.outage:
            return _Closed()
        return SMTP(
            self,
            data_size_limit=self.largest,
            hostname="smtp.shop.example",
            ident="ready",
            auth_require_tls=False,
            auth_exclude_mechanism=["LOGIN"],
            authenticator=self._authenticate,
            loop=loop,
        )

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        """A user and an access token."""
        try:
            said = b64decode(args[1], validate=True).decode() if len(args) > 1 else ""
            user, token = said.split("\1")[0].removeprefix("user="), said.split("\1")[1].removeprefix("auth=Bearer ")
        except (NotBase64, UnicodeDecodeError, IndexError):
            return AuthResult(success=False, handled=False)
        return _decided(user, self._accounts.smtp_refusal(user, token=token))

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Who sends?"""
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self._faults.rate_limited > 0:
            self._faults.rate_limited -= 1
            return "450 4.2.1 Too many messages, slow down"
        if address.lower() != str(session.auth_data).lower():
            return "553 5.7.1 Sender address rejected: not owned by user"
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Who is to get it?"""
        if address.lower().endswith(f"@{NOWHERE}"):
            return "550 5.1.1 No such user here"
        if address.lower() == FULL:
            return "452 4.2.2 The recipient's mailbox is full"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The letter. With a lost answer it is delivered, and the connection breaks."""
        raw = envelope.original_content or b""
        shelf = self._shelf_of(str(envelope.mail_from).lower())
        for recipient in envelope.rcpt_tos:
            shelf.post(recipient.lower(), "shop", raw)
        if self._keeps_sent(shelf.address):
            shelf.add("Sent", raw, ["\\Seen"])
        if self._faults.lose_answers > 0:
            self._faults.lose_answers -= 1
            if isinstance(server.transport, Transport):
                server.transport.abort()
        return "250 2.0.0 OK queued"

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        if not isinstance(given, LoginPassword):
            return AuthResult(success=False, handled=False)
        user = given.login.decode("utf-8", "replace")
        return _decided(user, self._accounts.smtp_refusal(user, password=given.password.decode("utf-8", "replace")))


def _decided(user: str, refusal: str | None) -> AuthResult:
    return AuthResult(success=refusal is None, handled=False, message=refusal, auth_data=user)


class _Closed(Protocol):
    """What callers get during an outage."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Say no."""
        assert isinstance(transport, Transport)
        transport.write(b"421 4.3.2 Service not available, try again later\r\n")
        transport.close()
