"""The stand-in for Gmail: accounts, customers, the owner, and notifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from infra.channels.gmail.sandbox.api import GmailApi
from infra.channels.gmail.sandbox.mailbox import Mailbox
from infra.channels.gmail.sandbox.oauth import OAuth
from infra.channels.gmail.sandbox.troubles import problem_key
from infra.channels.remedies import WRONG
from infra.mail.building import reply_subject
from infra.mail.correspondence import Person, person, subject_of, write_letter
from infra.mail.letter import Letter
from infra.mail.parsing import read_letter
from infra.sandbox.faults import Faults, FaultyNetwork
from infra.sandbox.standin import CustomerFile, OverHttp, SandboxContext, Seen
from shared.domain.messages import AttachmentKind
from shared.errors import InvalidInput


class GmailSandbox(OverHttp):
    """Implements `infra.sandbox.standin.Standin`. The mailbox of account `a` is `a@shop.example`."""

    sendable: ClassVar[frozenset[AttachmentKind]] = frozenset({"image", "audio", "video", "file"})
    has_vendor_app: ClassVar[bool] = True

    def __init__(self, context: SandboxContext) -> None:
        self.faults = Faults()
        self._context = context
        self._oauth = OAuth(context.world, context.clock, self.faults)
        api = GmailApi(context.world, context.clock, self._oauth, self.faults, self._tell)
        # Lost answers are for the API alone: a token that is asked for again does no harm.
        self._app = Starlette(
            routes=[
                Route("/token", self._oauth.token, methods=["POST"]),
                Route("/revoke", self._oauth.revocation, methods=["POST"]),
                Route("/consent", self._oauth.consent),
                Mount("/", FaultyNetwork(Starlette(routes=api.routes()), self.faults)),
            ]
        )

    @property
    def app(self) -> ASGIApp:
        """Gmail's API at `/gmail/v1`, Google's OAuth at `/token`, `/revoke` and `/consent`."""
        return self._app

    def open_account(self, account: str) -> Mapping[str, str]:
        """Credentials of the mailbox."""
        address = self._mailbox(account).address
        return {"refresh_token": self._oauth.refresh_token(address), "email": address}

    async def write(self, account: str, customer: str, text: str, files: Sequence[CustomerFile] = ()) -> str:
        """The first letter starts a thread, later ones answer in it; a subject comes from the text."""
        mailbox, writer = self._mailbox(account), person(customer)
        before = _letter_of(mailbox, mailbox.newest_with(writer.address))
        raw = self._letter(writer, mailbox.address, text, before, files)
        message = mailbox.add(raw, ["UNREAD", "INBOX"], customer=writer.address)
        await self._tell(mailbox)
        return str(message["id"])

    async def answer_in_vendor_app(self, account: str, customer: str, text: str) -> str:
        """The owner answers in Gmail itself. Raises `InvalidInput` where the customer has not written."""
        mailbox, reader = self._mailbox(account), person(customer)
        before = _letter_of(mailbox, mailbox.newest_with(reader.address))
        if before is None:
            raise InvalidInput("nothing to answer")
        raw = self._letter(Person(mailbox.address), reader.address, text, before)
        message = mailbox.add(raw, ["SENT"], customer=reader.address)
        await self._tell(mailbox)
        return str(message["id"])

    def renew_credentials(self, account: str) -> Mapping[str, str]:
        """The owner takes the access back and gives it anew. What the watch tells goes on."""
        address = self._mailbox(account).address
        self._oauth.revoke(address)
        self._oauth.widen(address)
        self._context.world.learn(problem_key(address), None)
        return self.open_account(account)

    def afflict(self, account: str, problem: str) -> None:
        """As Google words it."""
        address = self._mailbox(account).address
        if problem == WRONG:
            self._oauth.revoke(address)
        else:
            self._context.world.learn(problem_key(address), problem)

    def seen_by(self, account: str, customer: str) -> list[Seen]:
        """Letters of both sides, as text without what they quote; headers stand in `extra`."""
        mailbox, address = self._mailbox(account), person(customer).address
        return [_seen(mailbox, message) for message in mailbox.messages() if _is_between(message, address)]

    async def put_raw(self, account: str, raw: bytes, customer: str = "") -> str:
        """A letter of any bytes arrives."""
        mailbox = self._mailbox(account)
        message = mailbox.add(raw, ["UNREAD", "INBOX"], customer=person(customer).address if customer else "")
        await self._tell(mailbox)
        return str(message["id"])

    def archive(self, account: str, id: str) -> None:
        """The owner takes a letter out of the inbox and keeps it."""
        mailbox = self._mailbox(account)
        if message := mailbox.find(id):
            mailbox.relabel(message, [], ["INBOX", "UNREAD"])

    def revoke(self, account: str) -> None:
        """The owner takes Parley's access back."""
        self._oauth.revoke(self._mailbox(account).address)

    def narrow(self, account: str) -> None:
        """The owner leaves the mail permission unticked."""
        self._oauth.narrow(self._mailbox(account).address)

    def forget_history(self, account: str) -> None:
        """Gmail forgets the mailbox's history up to now."""
        self._mailbox(account).forget_history()

    def _mailbox(self, account: str) -> Mailbox:
        address = account if "@" in account else f"{account}@shop.example"
        return Mailbox(self._context.world, self._context.clock, address.lower())

    def _letter(
        self, sender: Person, recipient: str, text: str, before: Letter | None, files: Sequence[CustomerFile] = ()
    ) -> bytes:
        number = self._context.world.next_number("gmail:letter")
        return write_letter(
            sender,
            recipient,
            text,
            id=f"<CAF{number:012x}=sandbox-{'x' * 40}@mail.gmail.com>",
            at=self._context.clock.now(),
            subject=reply_subject(before.subject) if before else subject_of(text),
            answers=before,
            files=files,
        )

    async def _tell(self, mailbox: Mailbox) -> None:
        watch = self._context.world.fact(f"gmail:{mailbox.address}:watch")
        is_watched = watch and watch["expiration"] > self._context.clock.now().timestamp() * 1000
        if not is_watched or self.faults.lose_pushes:
            return
        notice: dict[str, Any] = {"emailAddress": mailbox.address, "historyId": mailbox.history_id}
        for _ in range(2 if self.faults.double_pushes else 1):
            await self._context.notify(watch["topic"], notice)


def _is_between(message: dict[str, Any], customer: str) -> bool:
    return bool(message["customer"] == customer and "DRAFT" not in message["labelIds"])


def _letter_of(mailbox: Mailbox, message: dict[str, Any] | None) -> Letter | None:
    try:
        return read_letter(mailbox.raw_of(message)) if message else None
    except InvalidInput:
        return None


def _seen(mailbox: Mailbox, message: dict[str, Any]) -> Seen:
    letter = _letter_of(mailbox, message)
    moment = datetime.fromtimestamp(int(message["internalDate"]) / 1000, UTC)
    extra = {"thread_id": message["threadId"], "message_id": message["messageId"], "labels": message["labelIds"]}
    if letter is not None:
        extra |= {"subject": letter.subject, "references": letter.references, "automatic": letter.automatic}
    return Seen(
        sender="shop" if "SENT" in message["labelIds"] else "customer",
        text=letter.text if letter else "",
        at=moment,
        files=tuple(file.name for file in letter.files) if letter else (),
        extra=extra,
    )
