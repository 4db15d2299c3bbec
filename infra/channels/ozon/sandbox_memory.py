"""What the simulated Ozon remembers: sellers, keys, chats, messages, files and addresses for pushes."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from infra.sandbox.world import Record, World
from shared.ports.clock import Clock

CHANNEL, CHATS = "ozon", "ozon_chats"
KEY_LIFE = timedelta(days=182)
FIRST_SELLER, FIRST_BUYER, FIRST_MESSAGE = 1_204_567, 11_556_801, 3_000_000_001_817_031_942
FIRST_SKU, FIRST_ORDER, FIRST_ENDPOINT = 987_654_321, 46_212_345, 501
BUYER, SUPPORT = "BUYER_SELLER", "SELLER_SUPPORT"
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a chat."""

    mime_type: str
    data: bytes


class Memory:
    """Messages are kept as the history shows them, with file addresses that lack the host."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._world = world
        self._clock = clock

    def now(self) -> datetime:
        """Ozon's clock."""
        return self._clock.now()

    def account(self, name: str) -> Data:
        """The account of this name, opened on first use."""
        known = self._world.fact(f"ozon/account/{name}")
        if known is None:
            client = str(self._world.next_number("ozon/sellers", FIRST_SELLER))
            known = {"name": name, "client_id": client, "subscription": "PREMIUM_PLUS", "has_signed": True}
            self._world.learn(f"ozon/client/{client}", name)
            self._world.learn(f"ozon/account/{name}", known)
            self.new_key(name)
        return dict(self._world.fact(f"ozon/account/{name}"))

    def new_key(self, name: str) -> None:
        """A key with all rights in place of the one before."""
        until = (self.now() + KEY_LIFE).isoformat()
        self.change_account(
            name, api_key=self._new_id("key"), expires_at=until, is_for_orders=False, is_for_networks=False
        )

    def change_account(self, name: str, **changes: Any) -> None:
        """What the seller, or Ozon, does to the account."""
        known = self._world.fact(f"ozon/account/{name}")
        self._world.learn(f"ozon/account/{name}", {**known, **changes})

    def account_of(self, client_id: str, api_key: str) -> Data | None:
        """Whose key this is."""
        name = self._world.fact(f"ozon/client/{client_id}")
        account = self.account(name) if name else None
        return account if account and account["api_key"] == api_key else None

    def chats(self, account: str) -> list[Data]:
        """All chats in the order of their beginning, as they are now."""
        return [record.data for record in self._world.records(CHATS, account)]

    def chat(self, account: str, chat_id: str) -> Data | None:
        """One chat."""
        return next((record.data for record in self._world.records(CHATS, account, chat_id)), None)

    def chat_with(self, account: str, customer: str) -> Data | None:
        """The chat of a customer, if there is one."""
        chat_id = self._world.fact(f"ozon/chat/{account}/{customer}")
        return self.chat(account, chat_id) if chat_id else None

    def open_chat(self, account: str, customer: str, type: str = BUYER) -> Data:
        """The customer's one chat, about one order."""
        known = self.chat_with(account, customer)
        if known:
            return known
        chat = {
            "id": str(UUID(self._new_id("chat"))),
            "type": type,
            "status": "OPENED",
            "created_at": self.now().isoformat(),
            "user_id": str(self._world.next_number("ozon/buyers", FIRST_BUYER)),
            "order": f"{self._world.next_number('ozon/orders', FIRST_ORDER)}-0001",
            "sku": str(self._world.next_number("ozon/skus", FIRST_SKU)),
            "free_until": "",
        }
        self._world.append(CHATS, account, chat["id"], chat)
        self._world.learn(f"ozon/chat/{account}/{customer}", chat["id"])
        return chat

    def change_chat(self, account: str, chat_id: str, **changes: Any) -> Data:
        """The chat as it is now."""
        record = self._world.records(CHATS, account, chat_id)[0]
        self._world.replace(record.seq, {**record.data, **changes})
        return {**record.data, **changes}

    def add(self, account: str, chat: Data, user: tuple[str, str], data: Sequence[str], names: Sequence[str]) -> Data:
        """A new message at the end of a chat. `user`: id and type; `names`: of the files in it."""
        is_ours = user[1] == "Seller"
        is_first = not self.records(account, chat["id"])
        shown: Data = {
            "message_id": str(self._world.next_number("ozon/messages", FIRST_MESSAGE)),
            "created_at": instant(self.now()),
            "user": {"id": user[0], "type": user[1]},
            "data": list(data),
            "is_image": any(line.startswith("![") for line in data),
            "is_read": is_ours,
        }
        if is_first and chat["type"] == BUYER:  # observed: only some messages of a chat carry it
            shown["context"] = {"order_number": chat["order"], "sku": chat["sku"]}
        self._world.append(CHANNEL, account, chat["id"], {"shown": shown, "files": list(names)})
        return shown

    def records(self, account: str, chat_id: str) -> list[Record]:
        """All messages of a chat, oldest first: `shown` is Ozon's JSON."""
        return self._world.records(CHANNEL, account, chat_id)

    def change(self, record: Record, **changes: Any) -> Data:
        """Change a stored message; as it is shown now."""
        shown = {**record.data["shown"], **changes}
        self._world.replace(record.seq, {**record.data, "shown": shown})
        return shown

    def keep_file(self, name: str, mime_type: str, data: bytes) -> str:
        """Store a file; its path behind the host."""
        path = f"/v2/chat/file/messenger/{self._new_id('file')[:24]}{name}"
        kept = {"mime_type": mime_type, "data": b64encode(data).decode()}
        self._world.learn(f"ozon/file{path}", kept)
        return path

    def file(self, path: str) -> StoredFile | None:
        """A stored file."""
        kept = self._world.fact(f"ozon/file{path}")
        return StoredFile(kept["mime_type"], b64decode(kept["data"])) if kept else None

    def endpoints(self, account: str) -> list[Data]:
        """Addresses for pushes, each with the address under which its owner knows this server."""
        return list(self._world.fact(f"ozon/endpoints/{account}") or [])

    def set_endpoints(self, account: str, endpoints: Sequence[Data]) -> None:
        """Replace them."""
        self._world.learn(f"ozon/endpoints/{account}", list(endpoints))

    def new_endpoint_id(self) -> int:
        """The number of one more address."""
        return self._world.next_number("ozon/endpoint_ids", FIRST_ENDPOINT)

    def _new_id(self, kind: str) -> str:
        """32 hexadecimal digits, the same in every world that did the same."""
        return sha256(f"{kind}:{self._world.next_number('ozon/ids')}".encode()).hexdigest()[:32]


def instant(moment: datetime) -> str:
    """A moment as Ozon writes it, with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
