"""What the simulated Avito remembers: accounts, tokens, chats, messages, files, in Avito's own shapes."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from infra.channels.avito.wire import unix
from infra.sandbox.world import Record, World
from shared.ports.clock import Clock

CHANNEL, CHATS = "avito", "avito_chats"
TOKEN_LIFE = timedelta(hours=24)
FIRST_ACCOUNT, FIRST_CUSTOMER, FIRST_LISTING = 94_235_311, 141_906_442, 1_768_287_444
_GOODS = (
    ("Велосипед горный 26 дюймов", "12 500 ₽"),
    ("Диван угловой, серый", "18 000 ₽"),
    ("Кофемашина с капучинатором", "9 900 ₽"),
    ("Детская коляска 3 в 1", "7 500 ₽"),
)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A customer's or the shop's file."""

    mime_type: str
    data: bytes


class Memory:
    """Records are messages as the list of messages shows them; addresses in them lack the host."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._world = world
        self._clock = clock

    def now(self) -> int:
        """Avito's clock, in whole seconds."""
        return unix(self._clock.now())

    def account(self, name: str) -> dict[str, Any]:
        """The account of this name, opened on first use."""
        known = self._world.fact(f"avito/account/{name}")
        if known is None:
            client = f"client-{sha256(name.encode()).hexdigest()[:16]}"
            known = {
                "name": name,
                "user_id": self._world.next_number("avito/users", FIRST_ACCOUNT),
                "client_id": client,
                "client_secret": self.new_id("secret"),
            }
            self._world.learn(f"avito/account/{name}", known)
            self._world.learn(f"avito/client/{client}", name)
        return dict(known)

    def change_secret(self, name: str) -> None:
        """The API key gets another secret; tokens that the old one earned end with it."""
        self._world.learn(f"avito/account/{name}", {**self.account(name), "client_secret": self.new_id("secret")})
        self.expire_tokens(name)

    def account_of_client(self, client_id: str, client_secret: str) -> dict[str, Any] | None:
        """Whose credentials these are."""
        name = self._world.fact(f"avito/client/{client_id}")
        account = self.account(name) if name else None
        return account if account and account["client_secret"] == client_secret else None

    def issue_token(self, account: str) -> str:
        """A new token; older ones stay good until their end."""
        token = self.new_id("token")
        epoch = self._world.fact(f"avito/epoch/{account}") or 0
        until = self.now() + int(TOKEN_LIFE.total_seconds())
        self._world.learn(f"avito/token/{token}", {"account": account, "until": until, "epoch": epoch})
        return token

    def expire_tokens(self, account: str) -> None:
        """All tokens given out so far stop working."""
        self._world.next_number(f"avito/epoch/{account}")

    def account_of_token(self, token: str) -> dict[str, Any] | None:
        """Whose token this is, while it is good."""
        grant = self._world.fact(f"avito/token/{token}")
        if grant is None or grant["until"] <= self.now():
            return None
        is_current = grant["epoch"] == (self._world.fact(f"avito/epoch/{grant['account']}") or 0)
        return self.account(grant["account"]) if is_current else None

    def chat_with(self, account: str, customer: str) -> dict[str, Any] | None:
        """The chat of a customer, if they ever wrote."""
        chat_id = self._world.fact(f"avito/chat/{account}/{customer}")
        return self.chat(account, chat_id) if chat_id else None

    def open_chat(self, account: str, customer: str) -> dict[str, Any]:
        """The customer's one chat, about one of the shop's listings."""
        known = self.chat_with(account, customer)
        if known:
            return known
        listing = self._world.next_number("avito/listings", FIRST_LISTING)
        title, price = _GOODS[listing % len(_GOODS)]
        chat: dict[str, Any] = {
            "id": f"u2i-{self.new_id('chat')[:22]}",
            "customer": customer,
            "customer_id": self._world.next_number("avito/customers", FIRST_CUSTOMER),
            "created": self.now(),
            "listing": {"id": listing, "title": title, "price": price},
        }
        self._world.append(CHATS, account, chat["id"], chat)
        self._world.learn(f"avito/chat/{account}/{customer}", chat["id"])
        return chat

    def chats(self, account: str) -> list[dict[str, Any]]:
        """Facts of every chat of the account."""
        return [record.data for record in self._world.records(CHATS, account)]

    def chat(self, account: str, chat_id: str) -> dict[str, Any] | None:
        """One chat's facts."""
        return next((record.data for record in self._world.records(CHATS, account, chat_id)), None)

    def add(self, account: dict[str, Any], chat: dict[str, Any], author: int, kind: str, content: Any) -> Any:
        """A new message at the end of a chat."""
        is_ours = author == account["user_id"]
        message = {
            "id": self.new_id("message")[:32],
            "author_id": author,
            "created": self.now(),
            "direction": "out" if is_ours else "in",
            "type": kind,
            "content": content,
            "is_read": is_ours,
            "read": None,
        }
        self._world.append(CHANNEL, account["name"], chat["id"], message)
        return message

    def records(self, account: str, chat_id: str) -> list[Record]:
        """All messages of a chat, oldest first."""
        return self._world.records(CHANNEL, account, chat_id)

    def change(self, record: Record, **changes: Any) -> dict[str, Any]:
        """Change fields of a stored message; the message as it is now."""
        changed = {**record.data, **changes}
        self._world.replace(record.seq, changed)
        return changed

    def read_chat(self, account: str, chat_id: str) -> None:
        """The shop has seen everything in the chat."""
        for record in self.records(account, chat_id):
            if not record.data["is_read"]:
                self.change(record, is_read=True)

    def keep_file(self, mime_type: str, data: bytes) -> str:
        """Store a file; its id."""
        file_id = self.new_id("file")[:24]
        self._world.learn(f"avito/file/{file_id}", {"mime_type": mime_type, "data": b64encode(data).decode()})
        return file_id

    def file(self, file_id: str) -> StoredFile | None:
        """A stored file."""
        kept = self._world.fact(f"avito/file/{file_id}")
        return StoredFile(kept["mime_type"], b64decode(kept["data"])) if kept else None

    def webhooks(self, account: str) -> dict[str, str]:
        """Registered URLs, each with the address under which its owner knows this server."""
        return dict(self._world.fact(f"avito/webhooks/{account}") or {})

    def set_webhooks(self, account: str, webhooks: dict[str, str]) -> None:
        """Replace the registered URLs."""
        self._world.learn(f"avito/webhooks/{account}", webhooks)

    def is_paid(self, account: str) -> bool:
        """Whether the subscription includes the Messenger API."""
        return self._world.fact(f"avito/unpaid/{account}") is not True

    def set_paid(self, account: str, is_paid: bool) -> None:
        """Buy or end the subscription."""
        self._world.learn(f"avito/unpaid/{account}", not is_paid)

    def new_id(self, kind: str) -> str:
        """64 hexadecimal digits, the same in every world that did the same."""
        return sha256(f"{kind}:{self._world.next_number('avito/ids')}".encode()).hexdigest()
