"""The stand-in for a mail provider: accounts, customers, the owner's own mail client."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from infra.channels.imap.dialling import UNREACHABLE
from infra.channels.imap.sandbox.accounts import Accounts
from infra.channels.imap.sandbox.imap_door import LINE_LIMIT, ImapDoor
from infra.channels.imap.sandbox.shelf import Shelf
from infra.channels.imap.sandbox.smtp_door import SmtpDoor
from infra.channels.remedies import WRONG
from infra.mail.building import reply_subject
from infra.mail.correspondence import Person, person, subject_of, write_letter
from infra.mail.letter import Letter
from infra.mail.parsing import read_letter
from infra.sandbox.faults import Faults
from infra.sandbox.standin import CustomerFile, SandboxContext, Seen
from shared.domain.messages import AttachmentKind
from shared.errors import InvalidInput

_HOST = "127.0.0.1"
_DOORS = ("imap", "smtp")


class ImapSandbox:
    """Implements `infra.sandbox.standin.Standin`. The mailbox of account `a` is `a@mail.example`."""

    sendable: ClassVar[frozenset[AttachmentKind]] = frozenset({"image", "audio", "video", "file"})
    has_vendor_app: ClassVar[bool] = True

    def __init__(self, context: SandboxContext) -> None:
        self.faults = Faults()
        self._context = context
        self._accounts = Accounts(context.world, context.clock, self.faults)
        self._imap = ImapDoor(self._accounts, self.faults, self._shelf)
        self._smtp = SmtpDoor(self._accounts, self.faults, self._shelf, self._keeps_sent)
        self._servers: list[asyncio.Server] = []

    @property
    def app(self) -> ASGIApp:
        """The provider's token endpoint at `/token`."""
        return Starlette(routes=[Route("/token", self._accounts.token, methods=["POST"])])

    async def start(self) -> None:
        """Open both doors, where they were before if nobody else stands there."""
        if self._servers:
            return
        loop = asyncio.get_running_loop()
        imap, smtp = (self._listening(door) for door in _DOORS)
        self._servers = [
            await asyncio.start_server(self._imap.serve, sock=imap, limit=LINE_LIMIT),
            await loop.create_server(lambda: self._smtp.protocol(loop), sock=smtp),
        ]

    async def close(self) -> None:
        """Close them, and hang up on who is inside."""
        for server in self._servers:
            server.close()
        self._servers = []

    def open_account(self, account: str) -> Mapping[str, str]:
        """Settings and password, as from the provider's help page."""
        return self._servers_of() | {
            "user": self._address(account),
            "password": self._accounts.password(self._address(account)),
        }

    def open_with_token(self, account: str, token_url: str) -> Mapping[str, str]:
        """The same with a lasting permission instead of a password."""
        address = self._address(account)
        given = {"user": address, "client_id": address, "refresh_token": self._accounts.refresh_token(address)}
        return self._servers_of() | given | {"token_url": token_url}

    async def write(self, account: str, customer: str, text: str, files: Sequence[CustomerFile] = ()) -> str:
        """The first letter starts a thread, later ones answer in it; a subject comes from the text."""
        shelf, writer = self._shelf(self._address(account)), person(customer)
        raw = self._letter(writer, shelf.address, text, self._latest(shelf, writer.address), files)
        shelf.post(writer.address, "customer", raw)
        return str(shelf.add("INBOX", raw))

    async def answer_in_vendor_app(self, account: str, customer: str, text: str) -> str:
        """The owner answers in a mail client of their own. Raises `InvalidInput` where the customer has not written."""
        shelf, reader = self._shelf(self._address(account)), person(customer)
        before = self._latest(shelf, reader.address)
        if before is None:
            raise InvalidInput("nothing to answer")
        raw = self._letter(Person(shelf.address), reader.address, text, before)
        shelf.post(reader.address, "shop", raw)
        return str(shelf.add("Sent", raw, ["\\Seen"]))

    def renew_credentials(self, account: str) -> Mapping[str, str]:
        """A new password; the old one works no more."""
        self._accounts.renew(self._address(account))
        return self.open_account(account)

    def afflict(self, account: str, problem: str) -> None:
        """As the provider words it. Where the server is away it is away for everybody."""
        if problem == UNREACHABLE:
            for server in self._servers:
                server.close()
            self._servers = []
        elif problem == WRONG:
            self._accounts.renew(self._address(account))
        else:
            self._accounts.afflict(self._address(account), problem)

    def seen_by(self, account: str, customer: str) -> list[Seen]:
        """Letters of both sides, as text without what they quote; headers stand in `extra`."""
        shelf = self._shelf(self._address(account))
        return [_seen(*posted) for posted in shelf.posted(person(customer).address)]

    def put_raw(self, account: str, raw: bytes, *, folder: str = "INBOX", breaks: int = 0) -> int:
        """A letter of any bytes lies in a folder. `breaks`: so many times the server breaks when asked for it."""
        return self._shelf(self._address(account)).add(folder, raw, breaks=breaks)

    def shelf(self, account: str) -> Shelf:
        """What the provider holds for an account."""
        return self._shelf(self._address(account))

    def keep_sent(self, account: str, keeps: bool) -> None:
        """Whether this provider puts what it sends into the Sent folder by itself; at first it does."""
        self._context.world.learn(f"imap:{self._address(account)}:forgets-sent", not keeps)

    def limit_letters(self, largest: int) -> None:
        """How many bytes of a letter the provider takes from now on."""
        self._smtp.largest = largest

    def _keeps_sent(self, address: str) -> bool:
        return not self._context.world.fact(f"imap:{address}:forgets-sent")

    def _address(self, account: str) -> str:
        return (account if "@" in account else f"{account}@mail.example").lower()

    def _shelf(self, address: str) -> Shelf:
        return Shelf(self._context.world, self._context.clock, address)

    def _latest(self, shelf: Shelf, customer: str) -> Letter | None:
        posted = shelf.posted(customer)
        return read_letter(posted[-1][1]) if posted else None

    def _letter(
        self, sender: Person, recipient: str, text: str, before: Letter | None, files: Sequence[CustomerFile] = ()
    ) -> bytes:
        number = self._context.world.next_number("imap:letter")
        return write_letter(
            sender,
            recipient,
            text,
            id=f"<{number:08x}.sandbox@{sender.address.partition('@')[2]}>",
            at=self._context.clock.now(),
            subject=reply_subject(before.subject) if before else subject_of(text),
            answers=before,
            files=files,
        )

    def _servers_of(self) -> dict[str, str]:
        settings: dict[str, str] = {}
        for door in _DOORS:
            port = str(self._port(door))
            settings |= {f"{door}_host": _HOST, f"{door}_port": port, f"{door}_security": "none"}
        return settings

    def _port(self, door: str) -> int:
        """The same as ever, so that credentials outlive a restart."""
        key = f"imap:port:{door}"
        if (port := self._context.world.fact(key)) is None:
            with socket.create_server((_HOST, 0)) as free:
                port = free.getsockname()[1]
            self._context.world.learn(key, port)
        return int(port)

    def _listening(self, door: str) -> socket.socket:
        try:
            return socket.create_server((_HOST, self._port(door)))
        except OSError:  # somebody else stands there by now
            self._context.world.learn(f"imap:port:{door}", None)
            return socket.create_server((_HOST, self._port(door)))


def _seen(sender: str, raw: bytes, at: datetime) -> Seen:
    letter = read_letter(raw)
    extra = {"subject": letter.subject, "message_id": letter.message_id, "references": letter.references}
    return Seen(
        sender="customer" if sender == "customer" else "shop",
        text=letter.text,
        at=at,
        files=tuple(file.name for file in letter.files),
        extra=extra | {"automatic": letter.automatic},
    )
