"""What the simulated Market remembers: cabinets, tokens, chats, messages, files. Moments are in milliseconds."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

from infra.sandbox.world import Record, World
from shared.ports.clock import Clock

MESSAGES, CHATS = "yandex_market", "yandex_market_chats"
MOSCOW = timezone(timedelta(hours=3))
FIRST_BUSINESS, FIRST_CHAT, FIRST_MESSAGE, FIRST_ORDER = 1_234_567, 10_203_040, 7_001, 50_312_345
GOOD, REVOKED, UNKNOWN = "good", "revoked", "unknown"
WAITS_FOR_SHOP, WAITS_FOR_BUYER = "WAITING_FOR_PARTNER", "WAITING_FOR_CUSTOMER"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a chat."""

    name: str
    mime_type: str
    data: bytes


class Memory:
    """Cabinets and their chats."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world = world
        self._clock = clock

    def now(self) -> int:
        """Market's clock."""
        return round(self._clock.now().timestamp() * 1000)

    def cabinet(self, name: str) -> dict[str, Any]:
        """The cabinet of this name, opened with one shop and one token on first use."""
        known = self.world.fact(f"yandex_market/cabinet/{name}")
        if known is None:
            known = {"name": name, "business": self.number("businesses", FIRST_BUSINESS), "scopes": ["COMMUNICATION"]}
            self.world.learn(f"yandex_market/cabinet/{name}", known)
            self.new_key(name)
        return dict(self.world.fact(f"yandex_market/cabinet/{name}"))

    def change_cabinet(self, name: str, **changes: Any) -> None:
        """Set fields of a cabinet."""
        self.world.learn(f"yandex_market/cabinet/{name}", {**self.cabinet(name), **changes})

    def new_key(self, name: str) -> str:
        """A new token for a cabinet; the ones before it are revoked."""
        known = self.world.fact(f"yandex_market/cabinet/{name}")
        if known.get("key"):
            self.set_key(known["key"], name, REVOKED)
        key = f"ACMA:{self.new_id('key')[:40]}:{self.new_id('key')[:8]}"
        self.set_key(key, name, GOOD)
        self.world.learn(f"yandex_market/cabinet/{name}", {**known, "key": key})
        return key

    def set_key(self, key: str, name: str, state: str) -> None:
        """What becomes of a token."""
        self.world.learn(f"yandex_market/key/{key}", {"cabinet": name, "state": state})

    def key(self, key: str) -> tuple[str, str]:
        """The cabinet's name and the state of a token."""
        known = self.world.fact(f"yandex_market/key/{key}") or {"cabinet": "", "state": UNKNOWN}
        return known["cabinet"], known["state"]

    def chat_with(self, name: str, customer: str) -> dict[str, Any] | None:
        """The chat of a customer, if they ever wrote."""
        chat = self.world.fact(f"yandex_market/chat/{name}/{customer}")
        return self.chat(name, chat) if chat else None

    def open_chat(self, name: str, customer: str) -> tuple[dict[str, Any], bool]:
        """The customer's one chat, about an order, and whether it is new."""
        known = self.chat_with(name, customer)
        if known:
            return known, False
        chat = {
            "id": self.number("chats", FIRST_CHAT),
            "customer": customer,
            "public_id": sha256(customer.encode()).hexdigest()[:16],
            "order": self.number("orders", FIRST_ORDER),
            "type": "CHAT",
            "status": "NEW",
            "created": self.now(),
            "updated": self.now(),
        }
        self.world.append(CHATS, name, str(chat["id"]), chat)
        self.world.learn(f"yandex_market/chat/{name}/{customer}", str(chat["id"]))
        return chat, True

    def chats(self, name: str) -> list[dict[str, Any]]:
        """Every chat of a cabinet, in the order in which they were opened."""
        return [record.data for record in self.world.records(CHATS, name)]

    def chat(self, name: str, chat: str) -> dict[str, Any] | None:
        """One chat."""
        return next((record.data for record in self.world.records(CHATS, name, chat)), None)

    def change_chat(self, name: str, chat: str, **changes: Any) -> None:
        """Set fields of a chat."""
        for record in self.world.records(CHATS, name, chat):
            self.world.replace(record.seq, {**record.data, **changes})

    def add(self, name: str, chat: str, sender: str, text: str, files: list[dict[str, Any]]) -> dict[str, Any]:
        """A new message at the end of a chat, which then waits for the other side."""
        message = {
            "id": self.number("messages", FIRST_MESSAGE),
            "created": self.now(),
            "sender": sender,
            "text": text,
            "files": files,
        }
        self.world.append(MESSAGES, name, chat, message)
        known = self.chat(name, chat) or {}
        is_new = known.get("status") == "NEW" and sender == "CUSTOMER"
        status = "NEW" if is_new else WAITS_FOR_SHOP if sender == "CUSTOMER" else WAITS_FOR_BUYER
        self.change_chat(name, chat, updated=message["created"], status=status)
        return message

    def messages(self, name: str, chat: str) -> list[Record]:
        """All messages of a chat, oldest first."""
        return self.world.records(MESSAGES, name, chat)

    def keep_file(self, file: StoredFile) -> dict[str, Any]:
        """Store a file; how a message names it."""
        id = self.new_id("file")[:24]
        data = {"name": file.name, "mime_type": file.mime_type, "data": b64encode(file.data).decode()}
        self.world.learn(f"yandex_market/file/{id}", data)
        return {"id": id, "name": file.name, "size": len(file.data)}

    def file(self, id: str) -> StoredFile | None:
        """A stored file."""
        kept = self.world.fact(f"yandex_market/file/{id}")
        return StoredFile(kept["name"], kept["mime_type"], b64decode(kept["data"])) if kept else None

    def number(self, of: str, start: int) -> int:
        """A counter of its own."""
        return self.world.next_number(f"yandex_market/{of}", start)

    def new_id(self, kind: str) -> str:
        """64 hexadecimal digits, the same in every world that did the same."""
        return sha256(f"{kind}:{self.world.next_number('yandex_market/ids')}".encode()).hexdigest()


def moscow(milliseconds: int) -> str:
    """A moment as Market's API writes it."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(MOSCOW)
    return moment.isoformat(timespec="milliseconds")


def zulu(milliseconds: int) -> str:
    """A moment as Market's notifications write it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
