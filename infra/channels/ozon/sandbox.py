"""A stand-in for Ozon: its API, and the hands of the customers, of the shop's people and of Ozon itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from starlette.types import ASGIApp

from infra.channels.ozon.refusals import ADDRESSES, OFFER
from infra.channels.ozon.sandbox_api import OzonMethods
from infra.channels.ozon.sandbox_gate import Gate
from infra.channels.ozon.sandbox_memory import SUPPORT, Data, Memory, instant
from infra.channels.ozon.sandbox_pushes import Pushes
from infra.channels.remedies import EXPIRED, RIGHTS, TARIFF, WEBHOOK_FAILING, WEBHOOK_MISSING, WRONG
from infra.sandbox.faults import Faults, FaultyNetwork
from infra.sandbox.standin import CustomerFile, OverHttp, SandboxContext, Seen
from shared.domain.messages import AttachmentKind
from shared.errors import InvalidInput

CUSTOMER = "Сustomer"
"""With a Cyrillic first letter, as Ozon's own pushes have it."""
AFTER_DELIVERY = timedelta(hours=72)


class OzonSandbox(OverHttp):
    """Ozon, simulated. A customer has one chat, about one order."""

    sendable: ClassVar[frozenset[AttachmentKind]] = frozenset({"image", "file"})
    has_vendor_app: ClassVar[bool] = True

    def __init__(self, context: SandboxContext) -> None:
        self.faults = Faults()
        self._memory = Memory(context.world, context.clock)
        self.gate = Gate(self._memory, self.faults)
        self._pushes = Pushes(self._memory, self.faults, context.pusher)
        self._app = FaultyNetwork(OzonMethods(self._memory, self.gate, self._pushes).app(), self.faults)

    @property
    def app(self) -> ASGIApp:
        """Ozon's API."""
        return self._app

    def open_account(self, account: str) -> Mapping[str, str]:
        """The key as the seller finds it in Ozon's cabinet."""
        known = self._memory.account(account)
        return {"client_id": known["client_id"], "api_key": known["api_key"]}

    async def write(self, account: str, customer: str, text: str, files: Sequence[CustomerFile] = ()) -> str:
        """One message with all its files."""
        lines = [text] if text else []
        lines += [self._pushes.file_line(file.name, file.mime_type, file.data) for file in files]
        if not lines:
            raise InvalidInput("nothing to write")
        chat = self._memory.open_chat(self._memory.account(account)["name"], customer)
        return self._say(account, chat, (chat["user_id"], CUSTOMER), lines, [file.name for file in files])

    async def notify(self, account: str, text: str, user_type: str = "Support") -> str:
        """Ozon itself writes to the seller, in a chat of its own."""
        chat = self._memory.open_chat(self._memory.account(account)["name"], "", SUPPORT)
        return self._say(account, chat, ("1", user_type), [text], ())

    async def answer_in_vendor_app(self, account: str, customer: str, text: str) -> str:
        """A person of the shop answers in Ozon's cabinet, which marks the chat as read. Ozon pushes nothing."""
        chat = self._chat(account, customer)
        for record in self._memory.records(account, chat["id"]):
            self._memory.change(record, is_read=True)
        seller = self._memory.account(account)["client_id"]
        return str(self._memory.add(account, chat, (seller, "Seller"), [text], ())["message_id"])

    async def edit(self, account: str, customer: str, text: str) -> None:
        """The customer changes their last message."""
        chat = self._chat(account, customer)
        records = self._memory.records(account, chat["id"])
        last = next(one for one in reversed(records) if one.data["shown"]["user"]["id"] == chat["user_id"])
        shown = self._memory.change(last, data=[text])
        changed = {name: shown[name] for name in ("message_id", "created_at", "user", "data")}
        self._push(account, chat, "TYPE_UPDATE_MESSAGE", {**changed, "updated_at": instant(self._memory.now())})

    async def read_by_customer(self, account: str, customer: str) -> None:
        """The customer has seen everything."""
        chat = self._chat(account, customer)
        last = self._memory.records(account, chat["id"])[-1].data["shown"]["message_id"]
        user = {"id": chat["user_id"], "type": CUSTOMER}
        more = {"message_id": last, "last_read_message_id": last, "user": user}
        self._push(account, chat, "TYPE_MESSAGE_READ", {**more, "created_at": instant(self._memory.now())})

    async def close_chat(self, account: str, customer: str) -> None:
        """Ozon closes the chat."""
        chat = self._memory.change_chat(account, self._chat(account, customer)["id"], status="CLOSED")
        self._push(account, chat, "TYPE_CHAT_CLOSED", {"user": {"id": chat["user_id"], "type": CUSTOMER}})

    def deliver_order(self, account: str, customer: str, at: datetime) -> None:
        """The order is an FBS one and arrived: until 72 hours later the shop may write whenever it likes."""
        free = (at + AFTER_DELIVERY).isoformat()
        self._memory.change_chat(account, self._chat(account, customer)["id"], free_until=free)

    def renew_credentials(self, account: str) -> Mapping[str, str]:
        """Another key; registrations belong to the seller and stay."""
        self._memory.account(account)
        self._memory.new_key(account)
        return self.open_account(account)

    def afflict(self, account: str, problem: str) -> None:
        """Bring about a problem of the table."""
        memory, now = self._memory, self._memory.now().isoformat()
        endpoints = memory.endpoints(account)
        troubles: dict[str, Callable[[], None]] = {
            WRONG: lambda: memory.new_key(account),
            EXPIRED: lambda: memory.change_account(account, expires_at=now),
            RIGHTS: lambda: memory.change_account(account, is_for_orders=True),
            TARIFF: lambda: memory.change_account(account, subscription="PREMIUM"),
            ADDRESSES: lambda: memory.change_account(account, is_for_networks=True),
            OFFER: lambda: memory.change_account(account, has_signed=False),
            WEBHOOK_MISSING: lambda: memory.set_endpoints(account, []),
            WEBHOOK_FAILING: lambda: memory.set_endpoints(account, [{**one, "enable": False} for one in endpoints]),
        }
        if problem not in troubles:
            raise InvalidInput("Ozon has no such problem")
        troubles[problem]()

    def seen_by(self, account: str, customer: str) -> list[Seen]:
        """The chat in the customer's app."""
        chat = self._memory.chat_with(account, customer)
        records = self._memory.records(account, chat["id"]) if chat else []
        return [_seen(record.data) for record in records]

    def _say(
        self, account: str, chat: Data, user: tuple[str, str], lines: list[str], names: list[str] | tuple[()]
    ) -> str:
        shown = self._memory.add(account, chat, user, lines, names)
        told: dict[str, Any] = {name: shown[name] for name in ("message_id", "created_at", "user", "data")}
        self._push(account, chat, "TYPE_NEW_MESSAGE", told)
        return str(shown["message_id"])

    def _push(self, account: str, chat: Data, kind: str, more: Data) -> None:
        self._pushes.push(self._memory.account(account), chat, kind, more)

    def _chat(self, account: str, customer: str) -> Data:
        chat = self._memory.chat_with(account, customer)
        if chat is None:
            raise InvalidInput("in Ozon's cabinet a chat begins with the buyer, or with an order")
        return chat


def _seen(record: Data) -> Seen:
    shown = record["shown"]
    is_customers = shown["user"]["type"] == CUSTOMER
    return Seen(
        sender="customer" if is_customers else "shop",
        text="\n".join(line for line in shown["data"] if "](/v2/chat/file/" not in line),
        at=datetime.fromisoformat(shown["created_at"]),
        files=tuple(record["files"]),
    )
