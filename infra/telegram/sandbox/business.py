"""Personal accounts that a simulated bot is connected to."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from infra.telegram.sandbox.bot import Place, SimulatedBot
from infra.telegram.sandbox.people import person, private_chat

OWNER = "Ольга Хозяйка"
"""Whose account is connected unless a test names another."""
ALL_RIGHTS = {"can_reply": True, "can_read_messages": True, "can_delete_sent_messages": True}
WINDOW_SECONDS = 24 * 60 * 60


class Accounts:
    """The owners that a bot serves. Each change of an owner's settings makes a connection with a new id."""

    def __init__(self, bot: SimulatedBot) -> None:
        self._bot = bot

    @property
    def owners(self) -> list[str]:
        """Who has connected the bot, at some time."""
        return list(self._newest)

    def connect(self, owner: str, at: int, rights: Mapping[str, bool] = ALL_RIGHTS) -> dict[str, Any]:
        """Connect the bot, or change the settings: the connection before is over."""
        number = self._bot.next_id("connection")
        id = urlsafe_b64encode(sha256(f"{self._bot.id}/{number}".encode()).digest()[:20]).decode().rstrip("=")
        connection = {
            "id": id,
            "user": person(owner),
            "user_chat_id": person(owner)["id"],
            "date": at,
            "rights": {right: True for right, is_given in rights.items() if is_given},
            "is_enabled": True,
        }
        self._keep(connection, owner)
        self._bot.world.learn(self._bot.key("owners"), {**self._newest, owner: id})
        return connection

    def change(self, owner: str, **changes: Any) -> dict[str, Any]:
        """Change the present connection in place; answers it."""
        connection = {**self.present(owner), **changes}
        self._keep(connection, owner)
        return connection

    def present(self, owner: str) -> dict[str, Any]:
        """The `BusinessConnection` of an owner."""
        return dict(self._bot.world.fact(self._bot.key(f"connection/{self._newest[owner]}"))["connection"])

    def find(self, id: str) -> tuple[dict[str, Any], str] | None:
        """A connection that is not over, with its owner's name."""
        kept = self._bot.world.fact(self._bot.key(f"connection/{id}"))
        if kept is None or self._newest.get(kept["owner"]) != id:
            return None
        return kept["connection"], kept["owner"]

    def place(self, owner: str, customer: str) -> Place:
        """The owner's chat with a customer. Ids of messages are counted by account."""
        shelf = (f"{self._bot.kind}_chats", self._bot.account, f"{owner} / {customer}")
        extra = {"business_connection_id": self._newest[owner]}
        return Place(private_chat(customer), shelf, f"message/{owner}", extra=extra)

    def customer(self, chat_id: str) -> str | None:
        """Who has this id among those who ever wrote."""
        return (self._bot.world.fact(self._bot.key("customers")) or {}).get(chat_id)

    def meet(self, customer: str) -> None:
        """Remember who has an id."""
        known = self._bot.world.fact(self._bot.key("customers")) or {}
        self._bot.world.learn(self._bot.key("customers"), {**known, str(person(customer)["id"]): customer})

    def is_recent(self, place: Place, now: int) -> bool:
        """Whether the customer wrote there within the day."""
        theirs = [
            record.data["date"]
            for record in self._bot.messages(place)
            if record.data["from"]["id"] == place.vendor["id"]
        ]
        return bool(theirs) and max(theirs) > now - WINDOW_SECONDS

    @property
    def _newest(self) -> dict[str, str]:
        return self._bot.world.fact(self._bot.key("owners")) or {}

    def _keep(self, connection: dict[str, Any], owner: str) -> None:
        kept = {"connection": connection, "owner": owner}
        self._bot.world.learn(self._bot.key(f"connection/{connection['id']}"), kept)
