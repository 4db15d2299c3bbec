"""A stand-in for Avito: its API, and the hands of the customers and of the shop's people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, ClassVar

from starlette.types import ASGIApp

from infra.channels import remedies
from infra.channels.avito.sandbox_api import AvitoMethods
from infra.channels.avito.sandbox_gate import Gate
from infra.channels.avito.sandbox_memory import Memory
from infra.channels.avito.sandbox_shapes import hook_json, image_content
from infra.sandbox.faults import Faults, FaultyNetwork
from infra.sandbox.standin import CustomerFile, OverHttp, SandboxContext, Seen
from shared.domain.messages import AttachmentKind
from shared.errors import InvalidInput


class AvitoSandbox(OverHttp):
    """Avito, simulated. A customer has one chat, about one listing of the shop."""

    sendable: ClassVar[frozenset[AttachmentKind]] = frozenset({"image", "voice"})
    has_vendor_app: ClassVar[bool] = True

    def __init__(self, context: SandboxContext) -> None:
        self.faults = Faults()
        self._pusher = context.pusher
        self._memory = Memory(context.world, context.clock)
        self.gate = Gate(self._memory, self.faults)
        self._app = FaultyNetwork(AvitoMethods(self._memory, self.gate, self._push).app(), self.faults)

    @property
    def app(self) -> ASGIApp:
        """Avito's API."""
        return self._app

    def open_account(self, account: str) -> Mapping[str, str]:
        """Credentials as the seller finds them in Avito's cabinet."""
        known = self._memory.account(account)
        return {"client_id": known["client_id"], "client_secret": known["client_secret"]}

    async def write(self, account: str, customer: str, text: str, files: Sequence[CustomerFile] = ()) -> str:
        """One message a file and one for the text; answers the id of the last."""
        if not text and not files:
            raise InvalidInput("nothing to write")
        shop, chat = self._memory.account(account), self._memory.open_chat(account, customer)
        contents = [self._content(file) for file in files]
        if text:
            contents.append(("text", {"text": text}))
        for kind, content in contents:
            message = self._memory.add(shop, chat, chat["customer_id"], kind, content)
            self._push(shop, chat, message)
        return str(message["id"])

    async def answer_in_vendor_app(self, account: str, customer: str, text: str) -> str:
        """A person of the shop opens the chat in Avito's app, which marks it as read, and answers."""
        shop, chat = self._memory.account(account), self._memory.chat_with(account, customer)
        if chat is None:
            raise InvalidInput("at Avito the customer writes first")
        self._memory.read_chat(account, chat["id"])
        message = self._memory.add(shop, chat, shop["user_id"], "text", {"text": text})
        self._push(shop, chat, message)
        return str(message["id"])

    def seen_by(self, account: str, customer: str) -> list[Seen]:
        """The chat in the customer's app."""
        chat = self._memory.chat_with(account, customer)
        if chat is None:
            return []
        messages = [record.data for record in self._memory.records(account, chat["id"])]
        return [_seen(message) for message in messages if message["type"] != "deleted"]

    def expire_tokens(self, account: str) -> None:
        """Avito forgets every token that it gave to the account."""
        self._memory.expire_tokens(account)

    def set_paid(self, account: str, is_paid: bool) -> None:
        """Whether the account's subscription includes the Messenger API; without it: 402."""
        self._memory.set_paid(account, is_paid)

    def renew_credentials(self, account: str) -> Mapping[str, str]:
        """The seller has Avito make a new secret: the old one and its tokens end, the webhooks stay."""
        self._memory.change_secret(account)
        return self.open_account(account)

    def afflict(self, account: str, problem: str) -> None:
        """What can happen to a seller's access, one way a problem."""
        match problem:
            case remedies.WRONG:
                self._memory.change_secret(account)
            case remedies.TARIFF:
                self._memory.set_paid(account, False)
            case remedies.WEBHOOK_MISSING:
                self._memory.set_webhooks(account, {})
            case _:
                raise InvalidInput("this does not happen at Avito")

    def _content(self, file: CustomerFile) -> tuple[str, dict[str, Any]]:
        if file.kind == "image":
            return "image", image_content(self._memory.keep_file(file.mime_type, file.data))
        if file.kind == "voice":
            return "voice", {"voice": {"voice_id": self._memory.keep_file(file.mime_type, file.data)}}
        # Avito's API shows nothing of other files.
        return ("video" if file.kind == "video" else "file"), {}

    def _push(self, account: dict[str, Any], chat: dict[str, Any], message: dict[str, Any]) -> None:
        if self.faults.lose_pushes:
            return
        times = 2 if self.faults.double_pushes else 1
        for url, address in self._memory.webhooks(account["name"]).items():
            body = hook_json(account, chat, message, address, self._memory.now())
            # Avito's way of signing is not published: any 64 hexadecimal digits.
            headers = {"x-avito-messenger-signature": sha256(json.dumps(body).encode()).hexdigest()}
            self._pusher.push(f"avito:{url}:{chat['id']}", url, body, headers, times=times)


def _seen(message: dict[str, Any]) -> Seen:
    kind = message["type"]
    return Seen(
        sender="shop" if message["direction"] == "out" else "customer",
        text=message["content"].get("text", ""),
        at=datetime.fromtimestamp(message["created"], UTC),
        files=() if kind == "text" else (kind,),
    )
