"""What the simulated Wildberries remembers of sellers and their chats, in Wildberries' own shapes."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from infra.channels.wildberries.sandbox_tokens import CHAT, FEEDBACKS, LIFE, PERSONAL, claims_of, is_signed
from infra.sandbox.world import Record, World
from shared.ports.clock import Clock

EVENTS, CHATS = "wildberries", "wildberries_chats"
FIRST_SELLER, FIRST_GOOD = 54_828_159, 14_917_842


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a chat, and what moderation thinks of it."""

    mime_type: str
    data: bytes
    moderation: str


class Memory:
    """Sellers by the name of their account; events as `/events` shows them."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world = world
        self._clock = clock

    def now(self) -> datetime:
        """Wildberries' clock."""
        return self._clock.now()

    def account(self, name: str) -> dict[str, Any]:
        """The seller of this name, opened on first use with a personal token for both sections."""
        known = self.world.fact(f"wildberries/account/{name}")
        if known is None:
            known = {
                "name": name,
                "number": self.world.next_number("wildberries/sellers", FIRST_SELLER),
                "seller": self.new_uuid("seller"),
                "secret": self.new_id("secret"),
                **self.new_token(),
            }
            self.world.learn(f"wildberries/seller/{known['seller']}", name)
            self.world.learn(f"wildberries/account/{name}", known)
        return dict(known)

    def new_token(self) -> dict[str, Any]:
        """What a token that has just been made is: personal, with both sections, for 180 days."""
        return {
            "token_id": self.new_uuid("token"),
            "type": PERSONAL,
            "sections": CHAT | FEEDBACKS,
            "expires_at": int((self.now() + LIFE).timestamp()),
            "is_withdrawn": False,
            "refuses_base": False,
            "is_broke": False,
        }

    def change_account(self, name: str, **changes: Any) -> dict[str, Any]:
        """The seller as it is now."""
        changed = {**self.account(name), **changes}
        self.world.learn(f"wildberries/account/{name}", changed)
        return changed

    def account_of_token(self, token: str) -> dict[str, Any] | None:
        """Whose token this is; of a seller only the newest one counts."""
        claims = claims_of(token) or {}
        name = self.world.fact(f"wildberries/seller/{claims.get('sid')}")
        account = self.account(name) if name else None
        is_newest = account is not None and claims.get("id") == account["token_id"] and is_signed(token, account)
        return account if is_newest else None

    def chat_with(self, account: str, customer: str) -> dict[str, Any] | None:
        """The chat of a customer, if they ever wrote."""
        chat_id = self.world.fact(f"wildberries/chat/{account}/{customer}")
        return self.chat(account, chat_id) if chat_id else None

    def open_chat(self, account: str, customer: str) -> tuple[dict[str, Any], bool]:
        """The customer's one chat, about one of the seller's goods, and whether it is new."""
        known = self.chat_with(account, customer)
        if known:
            return known, False
        article = self.world.next_number("wildberries/goods", FIRST_GOOD)
        chat = {
            "id": f"1:{self.new_uuid('chat')}",
            "customer": customer,
            "good": {
                "nmID": article,
                "price": 1500,
                "priceCurrency": "RUB",
                "rid": self.new_id("rid")[:32],
                "size": "46",
            },
        }
        self.world.append(CHATS, account, str(chat["id"]), chat)
        self.world.learn(f"wildberries/chat/{account}/{customer}", chat["id"])
        return chat, True

    def chats(self, account: str) -> list[dict[str, Any]]:
        """Facts of every chat of the seller."""
        return [record.data for record in self.world.records(CHATS, account)]

    def chat(self, account: str, chat_id: str) -> dict[str, Any] | None:
        """One chat's facts."""
        return next((record.data for record in self.world.records(CHATS, account, chat_id)), None)

    def sign(self, account: dict[str, Any], chat_id: str) -> str:
        """The chat's signature of today."""
        age = self.world.fact(f"wildberries/signs/{account['name']}") or 0
        digest = sha256(f"{account['secret']}:{chat_id}:{age}".encode()).hexdigest()
        return f"{chat_id}:{account['number']}:{digest}{digest}"

    def age_signs(self, account: str) -> None:
        """Every signature given out so far is no longer good."""
        self.world.next_number(f"wildberries/signs/{account}")

    def add_event(self, account: str, chat_id: str, fields: dict[str, Any]) -> dict[str, Any]:
        """A new event at the end of all; no two of a seller have the same millisecond."""
        key = f"wildberries/latest/{account}"
        moment = max(round(self.now().timestamp() * 1000), (self.world.fact(key) or 0) + 1)
        self.world.learn(key, moment)
        event = {
            "chatID": chat_id,
            "eventID": self.new_uuid("event"),
            "eventType": "message",
            "addTimestamp": moment,
            "addTime": datetime.fromtimestamp(moment // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            **fields,
        }
        self.world.append(EVENTS, account, chat_id, event)
        return event

    def events(self, account: str, chat_id: str | None = None) -> list[Record]:
        """All events, oldest first."""
        return self.world.records(EVENTS, account, chat_id)

    def keep_file(self, account: str, mime_type: str, data: bytes) -> str:
        """Store a file; its id."""
        file_id = self.new_uuid("file")
        moderation = self.world.fact(f"wildberries/moderation/{account}") or ""
        kept = {"mime_type": mime_type, "data": b64encode(data).decode(), "moderation": moderation}
        self.world.learn(f"wildberries/file/{account}/{file_id}", kept)
        return file_id

    def file(self, account: str, file_id: str) -> StoredFile | None:
        """A stored file; one that was looked at while it was moderated is through when it is asked for again."""
        key = f"wildberries/file/{account}/{file_id}"
        kept = self.world.fact(key)
        if kept is None:
            return None
        if kept["moderation"] == "pending":
            self.world.learn(key, {**kept, "moderation": ""})
        return StoredFile(kept["mime_type"], b64decode(kept["data"]), kept["moderation"])

    def new_id(self, kind: str) -> str:
        """64 hexadecimal digits, the same in every world that did the same."""
        return sha256(f"{kind}:{self.world.next_number('wildberries/ids')}".encode()).hexdigest()

    def new_uuid(self, kind: str) -> str:
        """The same as a UUID."""
        return str(UUID(self.new_id(kind)[:32]))
