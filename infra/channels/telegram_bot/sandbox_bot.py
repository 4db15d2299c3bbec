"""One simulated bot: what Telegram's servers remember of it."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, cast

from infra.sandbox.world import Record, World

CHANNEL = "telegram_bot"
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


class SimulatedBot:
    """The bot of one account: always the same id and token for the same account."""

    def __init__(self, world: World, account: str) -> None:
        digest = sha256(f"telegram bot {account}".encode()).digest()
        self.id = 6_000_000_000 + int.from_bytes(digest[:4], "big") % 1_000_000_000
        self.token = f"{self.id}:AA{base64.urlsafe_b64encode(digest).decode()[:33]}"
        self._username = f"parley_{digest[4:8].hex()}_bot"
        self._world = world
        self._account = account

    def open(self) -> None:
        """Let the token be known."""
        if self._world.fact(_account_key(self.token)) is None:
            self._world.learn(_account_key(self.token), self._account)

    @property
    def user(self) -> dict[str, Any]:
        """The bot as a `User`."""
        return {"id": self.id, "is_bot": True, "first_name": "Parley", "username": self._username}

    @property
    def webhook(self) -> dict[str, Any]:
        """`url`, `secret_token`, `allowed_updates` and the last error, as far as they are set."""
        return self._world.fact(self._key("webhook")) or {}

    @webhook.setter
    def webhook(self, webhook: dict[str, Any]) -> None:
        self._world.learn(self._key("webhook"), webhook)

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """Updates that came while no webhook was set."""
        return self._world.fact(self._key("waiting")) or []

    @waiting.setter
    def waiting(self, updates: list[dict[str, Any]]) -> None:
        self._world.learn(self._key("waiting"), updates)

    def next_id(self, what: str) -> int:
        """The next number of `update` (large and odd-looking, as Telegram's are), `message`, `file` or `album`."""
        return self._world.next_number(self._key(f"last-{what}"), 731_000_001 if what == "update" else 1)

    def chat(self, chat_id: str | int) -> Chat | None:
        """A chat by its id."""
        fields = self._world.fact(self._key(f"chat/{chat_id}"))
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
        self._world.learn(self._key(f"chat/{chat.id}"), fields)
        return chat

    def post(self, chat: Chat, sender: dict[str, Any], at: int, content: dict[str, Any]) -> dict[str, Any]:
        """Put a message into a chat; answers the `Message`."""
        message = {"message_id": self.next_id("message"), "from": sender, "chat": chat.vendor, "date": at, **content}
        self._world.append(CHANNEL, self._account, chat.customer, message)
        return message

    def history(self, customer: str) -> list[Record]:
        """All messages with a customer, oldest first."""
        return self._world.records(CHANNEL, self._account, customer)

    def rewrite(self, record: Record, **changes: Any) -> dict[str, Any]:
        """Change a message in place; answers it."""
        message = {**record.data, **changes}
        self._world.replace(record.seq, message)
        return message

    def keep_file(self, folder: str, extension: str, data: bytes) -> dict[str, Any]:
        """Take in a file; answers the fields of a `File`."""
        number = self.next_id("file")
        file_id = base64.urlsafe_b64encode(sha256(f"{self.id}/{number}".encode()).digest()).decode().rstrip("=")
        file = {"file_id": file_id, "file_unique_id": file_id[:16], "file_size": len(data)}
        path = f"{folder}/file_{number}{extension}"
        self._world.learn(self._key(f"file/{file_id}"), {**file, "file_path": path})
        self._world.learn(self._key(f"bytes/{path}"), base64.b64encode(data).decode())
        return file

    def file(self, file_id: str) -> dict[str, Any] | None:
        """The `File` object, or None."""
        return cast("dict[str, Any] | None", self._world.fact(self._key(f"file/{file_id}")))

    def bytes_at(self, path: str) -> bytes | None:
        """The bytes under a `file_path`, or None."""
        data = self._world.fact(self._key(f"bytes/{path}"))
        return None if data is None else base64.b64decode(data)

    def _key(self, name: str) -> str:
        return f"{CHANNEL}/{self.id}/{name}"


def bot_of(world: World, token: str) -> SimulatedBot | None:
    """The bot that has this token, or None."""
    account = world.fact(_account_key(token))
    return None if account is None else SimulatedBot(world, account)


def customer_user(name: str) -> dict[str, Any]:
    """A customer as a `User`: the same name is the same person, whichever bot they write to."""
    first, _, last = name.partition(" ")
    number = 100_000_000 + int.from_bytes(sha256(name.encode()).digest()[:5], "big") % 7_000_000_000
    language = "ru" if re.search("[а-яё]", name, re.IGNORECASE) else "en"
    user = {"id": number, "is_bot": False, "first_name": first, "language_code": language}
    return {**user, "last_name": last} if last else user


def private_chat(customer: str) -> dict[str, Any]:
    """The `Chat` of a bot with one customer: it has the customer's own id."""
    told = ("id", "first_name", "last_name")
    return {"type": "private", **{name: value for name, value in customer_user(customer).items() if name in told}}


def _account_key(token: str) -> str:
    return f"{CHANNEL}/token/{token}"
