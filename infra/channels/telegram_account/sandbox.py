"""A stand-in for Telegram as personal accounts see it. No server of its protocol runs on a laptop, so it sits at the
client's interface: it makes clients that behave as Telethon's do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.types import ASGIApp

from infra.channels.telegram_account import sandbox_shapes as shapes
from infra.channels.telegram_account.client import AccountClient
from infra.channels.telegram_account.sandbox_client import SimulatedClient
from infra.channels.telegram_account.sandbox_memory import Memory, file_data
from infra.sandbox.faults import Faults
from infra.sandbox.standin import CustomerFile, OverHttp, SandboxContext, Seen
from infra.sandbox.world import Record
from infra.settings import VendorSettings
from shared.domain.messages import AttachmentKind
from shared.errors import InvalidInput


class TelegramAccountSandbox(OverHttp):
    """Implements `infra.sandbox.standin.Standin`, with the phone of the account's owner."""

    sendable: ClassVar[frozenset[AttachmentKind]] = frozenset({"image", "voice", "audio", "video", "file"})
    has_vendor_app: ClassVar[bool] = True

    def __init__(self, context: SandboxContext) -> None:
        self.faults = Faults()
        self.memory = Memory(context.world, context.clock)
        self.seen_actions: list[tuple[int, str]] = []
        """Chats in which somebody was seen typing."""
        self._context = context
        self._clients: dict[bytes, SimulatedClient] = {}

    @property
    def app(self) -> ASGIApp:
        """Nothing: the protocol is not HTTP."""
        return Starlette()

    def client(self, vendors: VendorSettings, session: Any) -> AccountClient:
        """A client over a session; see `MakeClient`."""
        del vendors
        return SimulatedClient(self, session)

    def open_account(self, account: str) -> Mapping[str, str]:
        """A session of the account, as a login gives it."""
        return {"session": self.memory.session(account)}

    async def write(self, account: str, customer: str, text: str, files: Sequence[CustomerFile] = ()) -> str:
        """Each file is a message of its own, the text a caption of the first; answers the first message's id."""
        if not text and not files:
            raise InvalidInput("a message needs a text or a file")
        contents = [file_data(file.kind, file.name, file.mime_type, file.data) for file in files]
        first = await self._said(account, customer, out=False, text=text, file=contents[0] if contents else None)
        for content in contents[1:]:
            await self._said(account, customer, out=False, text="", file=content)
        return str(first.data["id"])

    async def answer_in_vendor_app(self, account: str, customer: str, text: str) -> str:
        """The owner answers on the phone."""
        return str((await self._said(account, customer, out=True, text=text)).data["id"])

    async def serve_notice(self, account: str, customer: str) -> None:
        """An event in the chat that nobody wrote."""
        await self._said(account, customer, out=False, text="", is_service=True)

    def renew_credentials(self, account: str) -> Mapping[str, str]:
        """Another login: the session before it was ended."""
        self.memory.end_sessions(account)
        generation = self.memory.account(account)["generation"] + 1
        self.memory.change(account, generation=generation, problem="")
        return self.open_account(account)

    def afflict(self, account: str, problem: str) -> None:
        """As Telegram tells it to the session from now on."""
        self.memory.change(account, problem=problem)

    def seen_by(self, account: str, customer: str) -> list[Seen]:
        """Both sides in order; `extra` names the message."""
        return [_seen(record) for record in self.memory.messages(account, self._chat(customer))]

    async def edit(self, account: str, customer: str, message_id: str, text: str) -> None:
        """The customer changes a message."""
        record = self.memory.rewrite(self._record(account, customer, message_id), text=text, edited=self._seconds())
        await self._announce(account, {"kind": "edited", "chat": self._chat(customer), "message": record.data})

    async def unsend(self, account: str, customer: str, message_id: str) -> None:
        """The customer deletes a message for both. Telegram tells its number only."""
        record = self.memory.rewrite(self._record(account, customer, message_id), deleted=True)
        await self._announce(account, {"kind": "deleted", "ids": [record.data["id"]]})

    def block(self, account: str, customer: str) -> None:
        """The customer takes no messages any more."""
        blocked = self.memory.account(account).get("blocked", [])
        self.memory.change(account, blocked=[*blocked, self._chat(customer)])

    def is_blocked(self, account: str, chat: int) -> bool:
        """Whether a customer takes none."""
        return chat in self.memory.account(account).get("blocked", [])

    def is_read(self, account: str, customer: str) -> bool:
        """Whether the customer sees that all was read."""
        theirs = [record for record in self.memory.messages(account, self._chat(customer)) if not record.data["out"]]
        return all(record.data.get("is_read") for record in theirs)

    def protect(self, account: str, password: str) -> None:
        """The owner switches two-step verification on."""
        self.memory.change(account, password=password)

    def scan(self, account: str, url: str) -> None:
        """The owner scans a code. Raises `InvalidInput` for one that is too old."""
        key = self.memory.code(url.removeprefix("tg://login?token="))
        if key is None:
            raise InvalidInput("AUTH_TOKEN_EXPIRED")
        needs_password = bool(self.memory.account(account)["password"])
        self.memory.party(account)
        self.memory.set_key(key, account=account, state="password" if needs_password else "open")
        if client := self._clients.get(key):
            client.scanned.set()

    def hang_up(self) -> None:
        """Every connection breaks, as in a crash of who holds them."""
        for client in self._clients.values():
            client.drop()
        self._clients = {}

    def admit(self, client: SimulatedClient) -> None:
        """A connection begins. The second one of a session destroys it."""
        other = self._clients.get(client.key)
        if other is not None and other is not client and other.is_connected():
            self.memory.set_key(client.key, state="duplicated")
        self._clients[client.key] = client

    def leave(self, client: SimulatedClient) -> None:
        """A connection ends."""
        if client.session.auth_key is not None and self._clients.get(client.key) is client:
            del self._clients[client.key]

    def user(self, account: str, id: int) -> Any:
        """A person, as this account may write to them. Telegram's own bots end in `bot`."""
        found = self.memory.person_of(id)
        is_bot = str(found["first_name"]).endswith("bot")
        return shapes.user(found, self.memory.access_hash(account, id), bot=is_bot)

    def now(self) -> datetime:
        """By the world's clock."""
        return self._context.clock.now()

    async def _said(self, account: str, customer: str, **data: Any) -> Record:
        chat = self._chat(customer)
        record = self.memory.post(account, chat, **data)
        await self._announce(account, {"kind": "new", "chat": chat, "message": record.data})
        return record

    async def _announce(self, account: str, update: dict[str, Any]) -> None:
        if self.faults.lose_pushes:
            return
        number = self.memory.log(account, update)
        told = Record(number, "", update)
        for client in [client for client in self._clients.values() if client.account == account]:
            for _ in range(2 if self.faults.double_pushes else 1):
                await client.tell(told)

    def _record(self, account: str, customer: str, message_id: str) -> Record:
        found = self.memory.messages(account, self._chat(customer))
        record = next((record for record in found if str(record.data["id"]) == message_id), None)
        if record is None:
            raise InvalidInput("there is no such message")
        return record

    def _chat(self, customer: str) -> int:
        """A private chat has the number of the other side; `777000` is Telegram's own."""
        return int(customer) if customer.isdecimal() else int(self.memory.party(customer)["id"])

    def _seconds(self) -> float:
        return self.now().timestamp()


def _seen(record: Record) -> Seen:
    data = record.data
    return Seen(
        sender="shop" if data["out"] else "customer",
        text=data["text"],
        at=shapes.moment(data["date"]),
        files=(data["file"]["name"] or data["file"]["kind"],) if data["file"] else (),
        extra={"message_id": str(data["id"])},
    )
