"""What the simulated Gmail holds for one address: messages, labels, threads and the history of their changes."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from typing import Any

from infra.channels.gmail.wire import decoded
from infra.mail.building import reply_subject
from infra.mail.letter import Letter
from infra.mail.parsing import read_letter
from infra.sandbox.world import World
from shared.errors import InvalidInput
from shared.ports.clock import Clock

_MESSAGES, _HISTORY = "gmail", "gmail-history"
_FIRST_ID = 0x19A0000000000000
_HISTORY_START = 1000


class Mailbox:
    """One mailbox. Its history ids are the world's record numbers (plus a start): they grow with gaps, as at Gmail."""

    def __init__(self, world: World, clock: Clock, address: str) -> None:
        self.address = address
        self._world = world
        self._clock = clock

    @property
    def history_id(self) -> int:
        """The newest change."""
        return int(self._world.fact(self._key("history")) or _HISTORY_START)

    @property
    def horizon(self) -> int:
        """History before this is forgotten."""
        return int(self._world.fact(self._key("horizon")) or _HISTORY_START)

    def forget_history(self) -> None:
        """As Gmail does after a week or so. The next change starts a history that nobody's cursor reaches."""
        self._world.learn(self._key("horizon"), self._note("messagesDeleted", {"id": "0", "threadId": "0"}))

    def history(self, after: int, kinds: Iterable[str]) -> list[dict[str, Any]]:
        """Records behind `after` in Gmail's shape. Kinds are asked in the singular: `messageAdded`."""
        wanted = {kind.replace("message", "messages").replace("label", "labels") for kind in kinds}
        records = self._world.records(_HISTORY, self.address, after=after - _HISTORY_START)
        return [
            {
                "id": str(record.seq + _HISTORY_START),
                "messages": [record.data["message"]],
                record.data["kind"]: [record.data["entry"]],
            }
            for record in records
            if not wanted or record.data["kind"] in wanted
        ]

    def messages(self) -> list[dict[str, Any]]:
        """All that are not deleted, oldest first."""
        return [record.data for record in self._world.records(_MESSAGES, self.address) if not record.data["deleted"]]

    def find(self, id: str) -> dict[str, Any] | None:
        """A message by its id."""
        records = self._world.records(_MESSAGES, self.address, id)
        return records[0].data if records and not records[0].data["deleted"] else None

    def thread(self, id: str) -> list[dict[str, Any]]:
        """Messages of a thread, oldest first."""
        return [message for message in self.messages() if message["threadId"] == id]

    def add(self, raw: bytes, labels: list[str], *, thread: str = "", customer: str = "") -> dict[str, Any]:
        """A new message; it joins a thread by Gmail's rules."""
        id = f"{_FIRST_ID + self._world.next_number('gmail:message'):x}"
        letter = _read(raw)
        message: dict[str, Any] = {
            "id": id,
            "threadId": self._thread_for(letter, thread) or id,
            "labelIds": labels,
            "raw": urlsafe_b64encode(raw).decode(),
            "internalDate": str(int(self._clock.now().timestamp() * 1000)),
            "messageId": letter.message_id if letter else "",
            "subject": reply_subject(letter.subject) if letter else "",
            "customer": customer or (letter.recipients[0].address if letter and letter.recipients else ""),
            "deleted": False,
        }
        message["historyId"] = str(self._note("messagesAdded", message))
        self._world.append(_MESSAGES, self.address, id, message)
        self._index(message)
        return message

    def relabel(self, message: dict[str, Any], add: Iterable[str], remove: Iterable[str]) -> dict[str, Any]:
        """Change labels; a change of nothing leaves no history."""
        old = list(message["labelIds"])
        gained = [label for label in add if label not in old]
        lost = [label for label in remove if label in old]
        changed = message | {"labelIds": [label for label in old if label not in lost] + gained}
        for kind, labels in (("labelsAdded", gained), ("labelsRemoved", lost)):
            if labels:
                changed["historyId"] = str(self._note(kind, changed, labels))
        self._replace(changed)
        return changed

    def delete(self, message: dict[str, Any]) -> None:
        """For good."""
        self._note("messagesDeleted", message)
        self._replace(message | {"deleted": True})

    def raw_of(self, message: dict[str, Any]) -> bytes:
        """The letter itself."""
        return decoded(str(message["raw"]))

    def newest_with(self, customer: str) -> dict[str, Any] | None:
        """The newest letter of either side, drafts aside."""
        return self.find(self._world.fact(self._key(f"newest:{customer}")) or "")

    def _thread_for(self, letter: Letter | None, wanted: str) -> str:
        """By reference and equal subject; a wanted thread id alone does not keep a letter in a thread."""
        for id in reversed(letter.references if letter else ()):
            known = self.find(self._world.fact(self._key(f"letter:{id}")) or "")
            if letter and known and wanted in ("", known["threadId"]):
                return str(known["threadId"]) if known["subject"] == reply_subject(letter.subject) else ""
        return ""

    def _index(self, message: dict[str, Any]) -> None:
        if "DRAFT" not in message["labelIds"]:
            self._world.learn(self._key(f"newest:{message['customer']}"), message["id"])
            self._world.learn(self._key(f"letter:{message['messageId']}"), message["id"])

    def _note(self, kind: str, message: dict[str, Any], labels: list[str] | None = None) -> int:
        short = {"id": message["id"], "threadId": message["threadId"]}
        entry: dict[str, Any] = {"message": short | {"labelIds": message.get("labelIds", [])}}
        if labels:
            entry["labelIds"] = labels
        seq = self._world.append(_HISTORY, self.address, "", {"kind": kind, "message": short, "entry": entry})
        self._world.learn(self._key("history"), seq + _HISTORY_START)
        return seq + _HISTORY_START

    def _replace(self, message: dict[str, Any]) -> None:
        for record in self._world.records(_MESSAGES, self.address, message["id"]):
            self._world.replace(record.seq, message)

    def _key(self, name: str) -> str:
        return f"gmail:{self.address}:{name}"


def _read(raw: bytes) -> Letter | None:
    try:
        return read_letter(raw)
    except InvalidInput:
        return None
