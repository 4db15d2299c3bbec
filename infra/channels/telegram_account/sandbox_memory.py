"""What the simulated Telegram remembers of personal accounts: sessions, codes, chats. Lives in the World."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256, sha512
from typing import Any

from telethon.crypto import AuthKey  # type: ignore[import-untyped]
from telethon.sessions import StringSession  # type: ignore[import-untyped]

from infra.sandbox.world import Record, World
from infra.telegram.sandbox.people import person
from shared.ports.clock import Clock

_CHANNEL = "telegram_account"
_SERVER = (2, "149.154.167.50", 443)
CODE_SECONDS = 30


class Memory:
    """Accounts are named as the sandbox names them; keys are told apart by their digests."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._world = world
        self._clock = clock

    def account(self, account: str) -> dict[str, Any]:
        """What is known of an account, which is made at first mention."""
        return self._world.fact(f"{_CHANNEL}:{account}") or {"generation": 1, "problem": "", "password": ""}

    def change(self, account: str, **changes: Any) -> None:
        """Remember something of it."""
        self._world.learn(f"{_CHANNEL}:{account}", {**self.account(account), **changes})

    def session(self, account: str) -> str:
        """The session of the account's present generation, as a string; it works from now on."""
        key = _key_bytes(f"{account} {self.account(account)['generation']}")
        if self.key(key) is None:
            self.set_key(key, account=account, state="open")
        session = StringSession()
        session.set_dc(*_SERVER)
        session.auth_key = AuthKey(key)
        return str(session.save())

    def new_key(self, session: Any) -> None:
        """A session that has none gets a key, which opens nothing yet."""
        key = _key_bytes(f"new {self._world.next_number(f'{_CHANNEL}:keys')}")
        session.set_dc(*_SERVER)
        session.auth_key = AuthKey(key)
        self.set_key(key, account="", state="new")

    def key(self, key: bytes) -> dict[str, Any] | None:
        """Whose key this is, and whether it opens: `new`, `password`, `open`, `ended` or `duplicated`."""
        known: dict[str, Any] | None = self._world.fact(f"{_CHANNEL}:key:{_digest(key)}")
        return known

    def set_key(self, key: bytes, **known: Any) -> None:
        """Remember it."""
        self._world.learn(f"{_CHANNEL}:key:{_digest(key)}", {**(self.key(key) or {}), **known})

    def end_sessions(self, account: str) -> None:
        """The present generation's session works no more."""
        key = _key_bytes(f"{account} {self.account(account)['generation']}")
        self.set_key(key, account=account, state="ended")

    def new_code(self, key: bytes) -> tuple[str, float]:
        """A login token for a key, and when it expires."""
        token = sha256(f"{_digest(key)} {self._world.next_number(f'{_CHANNEL}:codes')}".encode()).hexdigest()
        expires = self._clock.now().timestamp() + CODE_SECONDS
        self._world.learn(f"{_CHANNEL}:code:{token}", {"key": key.hex(), "expires": expires})
        return token, expires

    def code(self, token: str) -> bytes | None:
        """Whose code it is; None: nobody's, or too old."""
        known = self._world.fact(f"{_CHANNEL}:code:{token}")
        if known is None or known["expires"] <= self._clock.now().timestamp():
            return None
        return bytes.fromhex(known["key"])

    def party(self, name: str) -> dict[str, Any]:
        """A person by their name, who can be found by their number from now on."""
        found = person(name)
        self._world.learn(f"{_CHANNEL}:person:{found['id']}", found)
        return found

    def person_of(self, id: int) -> dict[str, Any]:
        """A person by their number."""
        return self._world.fact(f"{_CHANNEL}:person:{id}") or {"id": id, "first_name": str(id)}

    def access_hash(self, account: str, id: int) -> int:
        """The word that an account must show to write to somebody: another account's does not do."""
        return int.from_bytes(sha256(f"{account} {id}".encode()).digest()[:7], "big")

    def post(self, account: str, chat: int, **data: Any) -> Record:
        """A new message; numbers run through the account."""
        number = self._world.next_number(f"{_CHANNEL}:{account}:messages")
        data = {"id": number, "date": self._clock.now().timestamp(), "file": None, **data}
        return Record(self._world.append(_CHANNEL, account, str(chat), data), str(chat), data)

    def rewrite(self, record: Record, **changes: Any) -> Record:
        """A message changed."""
        data = {**record.data, **changes}
        self._world.replace(record.seq, data)
        return Record(record.seq, record.chat, data)

    def messages(self, account: str, chat: int | None = None) -> list[Record]:
        """What is there, oldest first."""
        records = self._world.records(_CHANNEL, account, None if chat is None else str(chat))
        return [record for record in records if not record.data.get("deleted")]

    def log(self, account: str, update: dict[str, Any]) -> int:
        """An update of the account; its number is the state that a client has after it."""
        return self._world.append(f"{_CHANNEL}:updates", account, "", update)

    def updates(self, account: str, after: int) -> list[Record]:
        """Updates behind a state."""
        return self._world.records(f"{_CHANNEL}:updates", account, after=after)


def file_data(kind: str, name: str, mime_type: str, content: bytes) -> dict[str, str]:
    """A file as it is kept."""
    return {"kind": kind, "name": name, "mime_type": mime_type, "data": b64encode(content).decode()}


def _key_bytes(seed: str) -> bytes:
    """256 bytes, as a real key has."""
    return b"".join(sha512(f"{seed} {part}".encode()).digest() for part in range(4))


def _digest(key: bytes) -> str:
    return sha256(key).hexdigest()[:32]
