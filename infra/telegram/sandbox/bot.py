"""One simulated bot: what Telegram's servers remember of it."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Literal, cast

from infra.sandbox.world import Record, World
from infra.telegram.sandbox.people import private_chat

Kind = Literal["telegram_bot", "telegram_business"]
KINDS: tuple[Kind, ...] = ("telegram_bot", "telegram_business")
TOKEN = re.compile(r"[0-9]{8,12}:[A-Za-z0-9_-]{35}")


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat of the bot with one customer. `moved_to`: it became a supergroup with that id."""

    customer: str
    vendor: dict[str, Any]
    """The `Chat` object."""
    is_blocked: bool = False
    moved_to: int | None = None

    @property
    def id(self) -> int:
        """The vendor's number."""
        return int(self.vendor["id"])


@dataclass(frozen=True, slots=True)
class Place:
    """Where messages are put and found: a private chat, a group, a chat of somebody's own account."""

    vendor: dict[str, Any]
    """The `Chat` object."""
    shelf: tuple[str, str, str]
    """Channel, account and chat of the world's records."""
    numbers: str = "message"
    """What counts its messages."""
    is_group: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
    """Fields that each message there has."""


class SimulatedBot:
    """The bot of one account: always the same id for the same account."""

    def __init__(self, world: World, account: str, kind: Kind = "telegram_bot") -> None:
        digest = sha256(f"{kind.replace('_', ' ')} {account}".encode()).digest()
        self.id = 6_000_000_000 + int.from_bytes(digest[:4], "big") % 1_000_000_000
        self.kind: Kind = kind
        self.account = account
        self.world = world
        self._digest = digest

    @property
    def token(self) -> str:
        """As @BotFather shows it today: revoking it makes another one."""
        revoked = self.world.fact(self.key("revoked")) or 0
        digest = sha256(self._digest + str(revoked).encode()).digest() if revoked else self._digest
        return f"{self.id}:AA{base64.urlsafe_b64encode(digest).decode()[:33]}"

    def open(self) -> None:
        """Let the token be known."""
        if self.world.fact(_token_key(self.kind, self.token)) is None:
            self.world.learn(_token_key(self.kind, self.token), self.account)

    def revoke(self) -> None:
        """The token works no more, and with it goes the webhook: Telegram keeps it by token."""
        self.world.learn(_token_key(self.kind, self.token), None)
        self.world.next_number(self.key("revoked"))
        self.webhook = {}

    @property
    def user(self) -> dict[str, Any]:
        """The bot as a `User`."""
        name = f"parley_{self._digest[4:8].hex()}_bot"
        return {"id": self.id, "is_bot": True, "first_name": "Parley", "username": name}

    @property
    def serves_accounts(self) -> bool:
        """Whether Secretary mode is on in @BotFather."""
        return self.kind == "telegram_business" and not self.world.fact(self.key("mode-off"))

    @serves_accounts.setter
    def serves_accounts(self, on: bool) -> None:
        self.world.learn(self.key("mode-off"), not on)

    @property
    def webhook(self) -> dict[str, Any]:
        """`url`, `secret_token`, `allowed_updates` and the last error, as far as they are set."""
        return self.world.fact(self.key("webhook")) or {}

    @webhook.setter
    def webhook(self, webhook: dict[str, Any]) -> None:
        self.world.learn(self.key("webhook"), webhook)

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """Updates that came while no webhook was set."""
        return self.world.fact(self.key("waiting")) or []

    @waiting.setter
    def waiting(self, updates: list[dict[str, Any]]) -> None:
        self.world.learn(self.key("waiting"), updates)

    def next_id(self, what: str) -> int:
        """The next number of `update` (large and odd-looking, as Telegram's are), `message`, `file` or `album`."""
        return self.world.next_number(self.key(f"last-{what}"), 731_000_001 if what == "update" else 1)

    def chat(self, chat_id: str | int) -> Chat | None:
        """A chat with a customer by its id."""
        fields = self.world.fact(self.key(f"chat/{chat_id}"))
        return Chat(**fields) if fields else None

    def chat_with(self, customer: str) -> Chat:
        """The customer's present chat; begins as a private one."""
        private = private_chat(customer)
        chat = self.chat(private["id"]) or self.keep(Chat(customer, private))
        while chat.moved_to is not None:
            chat = cast(Chat, self.chat(chat.moved_to))
        return chat

    def keep(self, chat: Chat, **changes: Any) -> Chat:
        """Remember a chat with these changes."""
        chat = replace(chat, **changes)
        fields = {name: getattr(chat, name) for name in ("customer", "vendor", "is_blocked", "moved_to")}
        self.world.learn(self.key(f"chat/{chat.id}"), fields)
        return chat

    def place_of(self, chat: Chat) -> Place:
        """Where the messages with a customer are, wherever the chat has moved."""
        return Place(chat.vendor, (self.kind, self.account, chat.customer), is_group=chat.vendor["type"] != "private")

    def post(self, place: Place, sender: dict[str, Any], at: int, content: dict[str, Any]) -> dict[str, Any]:
        """Put a message into a chat; answers the `Message`."""
        number = self.next_id(place.numbers)
        message = {
            "message_id": number,
            "from": sender,
            "chat": place.vendor,
            "date": at,
            **place.extra,
            **content,
        }
        self.world.append(*place.shelf, message)
        return message

    def messages(self, place: Place) -> list[Record]:
        """All messages of a place that are still there, oldest first."""
        return [record for record in self.world.records(*place.shelf) if not record.data.get("is_deleted")]

    def message(self, place: Place, number: str) -> Record | None:
        """One of them."""
        return next((record for record in self.messages(place) if str(record.data["message_id"]) == number), None)

    def rewrite(self, record: Record, **changes: Any) -> dict[str, Any]:
        """Change a message in place; answers it. None removes a field."""
        changed = {**record.data, **changes}
        message = {name: value for name, value in changed.items() if value is not None}
        self.world.replace(record.seq, message)
        return message

    def keep_file(self, folder: str, extension: str, data: bytes) -> dict[str, Any]:
        """Take in a file; answers the fields of a `File`."""
        number = self.next_id("file")
        file_id = base64.urlsafe_b64encode(sha256(f"{self.id}/{number}".encode()).digest()).decode().rstrip("=")
        file = {"file_id": file_id, "file_unique_id": file_id[:16], "file_size": len(data)}
        path = f"{folder}/file_{number}{extension}"
        self.world.learn(self.key(f"file/{file_id}"), {**file, "file_path": path})
        self.world.learn(self.key(f"bytes/{path}"), base64.b64encode(data).decode())
        return file

    def file(self, file_id: str) -> dict[str, Any] | None:
        """The `File` object, or None."""
        return cast("dict[str, Any] | None", self.world.fact(self.key(f"file/{file_id}")))

    def bytes_at(self, path: str) -> bytes | None:
        """The bytes under a `file_path`, or None."""
        data = self.world.fact(self.key(f"bytes/{path}"))
        return None if data is None else base64.b64decode(data)

    def key(self, name: str) -> str:
        """A fact of this bot."""
        return f"{self.kind}/{self.id}/{name}"


def bot_of(world: World, token: str) -> SimulatedBot | None:
    """The bot that has this token, or None."""
    for kind in KINDS:
        account = world.fact(_token_key(kind, token))
        if account is not None:
            return SimulatedBot(world, account, kind)
    return None


def _token_key(kind: Kind, token: str) -> str:
    return f"{kind}/token/{token}"
