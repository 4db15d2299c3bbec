"""A real SMTP server in tests: aiosmtpd, encrypted, with one account. What it takes it keeps."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class SmtpServer:
    """`says` answers commands of these names in its own words; `hangs_up_at` ends the connection there."""

    user: str
    password: str
    port: int = 0
    says: dict[str, str] = field(default_factory=dict)
    hangs_up_at: str = ""
    taken: list[Envelope] = field(default_factory=list)

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        if "AUTH" in self.says:
            return AuthResult(success=False, handled=False, message=self.says["AUTH"])
        is_right = isinstance(given, LoginPassword) and given == (self.user.encode(), self.password.encode())
        return AuthResult(success=is_right, handled=False)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._answer(server, "MAIL")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer(server, "RCPT")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self._answer(server, "DATA")
        if answer.startswith("250"):
            self.taken.append(envelope)
        return answer

    def _answer(self, server: SMTP, command: str) -> str:
        if self.hangs_up_at == command and server.transport is not None:
            server.transport.abort()  # type: ignore[attr-defined]
        return self.says.get(command, "250 2.0.0 OK")


@asynccontextmanager
async def listening(
    server: SmtpServer, certificate: Path, key: Path, security: Literal["ssl", "starttls"]
) -> AsyncIterator[SmtpServer]:
    """On a free port of this host."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        is_starttls = security == "starttls"
        return SMTP(
            server,
            hostname="localhost",
            tls_context=context if is_starttls else None,
            require_starttls=is_starttls,
            auth_require_tls=is_starttls,
            auth_required=is_starttls,
            authenticator=server.authenticate,
            loop=loop,
        )

    running = await loop.create_server(protocol, "127.0.0.1", 0, ssl=context if security == "ssl" else None)
    server.port = running.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        running.close()
