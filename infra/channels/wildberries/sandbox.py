"""A stand-in for Wildberries: its two hosts, and the hands of the customers and of the shop's people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from infra.channels.remedies import EXPIRED, SCOPE, WRONG, WRONG_TYPE
from infra.channels.wildberries.remedies import BALANCE
from infra.channels.wildberries.sandbox_chat import ChatMethods, file_json
from infra.channels.wildberries.sandbox_feedbacks import FeedbackMethods
from infra.channels.wildberries.sandbox_gate import Gate
from infra.channels.wildberries.sandbox_memory import Memory
from infra.channels.wildberries.sandbox_publications import Kind, Publications
from infra.channels.wildberries.sandbox_tokens import FEEDBACKS, token_of
from infra.sandbox.faults import Faults, FaultyNetwork
from infra.sandbox.standin import CustomerFile, OverHttp, SandboxContext, Seen
from shared.domain.messages import AttachmentKind
from shared.errors import InvalidInput


class WildberriesSandbox(OverHttp):
    """Wildberries, simulated. A customer has one chat; questions and reviews stand beside it."""

    sendable: ClassVar[frozenset[AttachmentKind]] = frozenset({"image", "file"})
    has_vendor_app: ClassVar[bool] = True

    def __init__(self, context: SandboxContext) -> None:
        self.faults = Faults()
        self.memory = Memory(context.world, context.clock)
        self.publications = Publications(self.memory)
        self.gate = Gate(self.memory, self.faults)
        hosts = [
            Mount("/chat", routes=ChatMethods(self.memory, self.gate).routes()),
            Mount("/feedbacks", routes=FeedbackMethods(self.memory, self.publications, self.gate).routes()),
        ]
        self._app = FaultyNetwork(Starlette(routes=hosts), self.faults)

    @property
    def app(self) -> ASGIApp:
        """Both hosts, each under its own name."""
        return self._app

    def open_account(self, account: str) -> Mapping[str, str]:
        """The token that the seller's cabinet shows."""
        return {"token": token_of(self.memory.account(account))}

    def renew_credentials(self, account: str) -> Mapping[str, str]:
        """A new personal token with both sections; the one before is withdrawn."""
        self.memory.account(account)
        return {"token": token_of(self.memory.change_account(account, **self.memory.new_token()))}

    def afflict(self, account: str, problem: str) -> None:
        """What is wrong with the token, as Wildberries knows it."""
        ended = int(self.memory.now().timestamp())
        changes: dict[str, dict[str, Any]] = {
            WRONG: {"is_withdrawn": True},
            EXPIRED: {"expires_at": ended},
            WRONG_TYPE: {"refuses_base": True},
            SCOPE: {"sections": FEEDBACKS},
            BALANCE: {"is_broke": True},
        }
        self.memory.change_account(account, **changes[problem])

    def make_token(self, account: str, **changes: Any) -> Mapping[str, str]:
        """Another token in place of the one before: `type` and `sections` as in its claims."""
        self.memory.account(account)
        return {"token": token_of(self.memory.change_account(account, **{**self.memory.new_token(), **changes}))}

    async def write(self, account: str, customer: str, text: str, files: Sequence[CustomerFile] = ()) -> str:
        """One event for text and files together; answers its id."""
        if not text and not files:
            raise InvalidInput("nothing to write")
        shop = self.memory.account(account)
        chat, is_new = self.memory.open_chat(account, customer)
        enclosed: dict[str, Any] = {"goodCard": chat["good"]} if is_new else {}
        for file in files:
            place = "images" if file.kind == "image" else "files"
            shape = file_json(self.memory, account, file.name, file.mime_type, file.data)
            enclosed.setdefault(place, []).append(shape)
        said = {**({"text": text} if text else {}), **({"attachments": enclosed} if enclosed else {})}
        fields: dict[str, Any] = {"message": said, "source": "android", "sender": "client", "clientName": customer}
        if is_new:
            fields |= {"isNewChat": True, "replySign": self.memory.sign(shop, chat["id"])}
        return str(self.memory.add_event(account, chat["id"], fields)["eventID"])

    async def answer_in_vendor_app(self, account: str, customer: str, text: str) -> str:
        """A person of the shop answers in the seller's cabinet."""
        chat = self.memory.chat_with(account, customer)
        if chat is None:
            raise InvalidInput("at Wildberries the customer writes first")
        fields = {"message": {"text": text}, "source": "seller-portal", "sender": "seller"}
        return str(self.memory.add_event(account, chat["id"], fields)["eventID"])

    def happen(self, account: str, customer: str, **fields: Any) -> str:
        """An event of any form in a customer's chat, as Wildberries sometimes has them; its id."""
        chat, _ = self.memory.open_chat(account, customer)
        return str(self.memory.add_event(account, chat["id"], fields)["eventID"])

    def ask(self, account: str, text: str) -> str:
        """A customer asks about a product; the question's id."""
        return self.publications.ask(account, text)

    def review(self, account: str, author: str, rating: int, photos: Sequence[str] = (), **words: str) -> str:
        """A customer rates a product, perhaps with `text`, `pros` and `cons`; the review's id."""
        return self.publications.review(account, author, rating, words, list(photos))

    def answer_in_cabinet(self, account: str, kind: Kind, id: str, text: str) -> None:
        """A person of the shop answers a question or a review in the seller's cabinet."""
        record = self.publications.found(account, kind, id)
        if record is None or not self.publications.answer(record, text):
            raise InvalidInput("it cannot be answered")

    def shown_answer(self, account: str, kind: Kind, id: str) -> str | None:
        """What everybody reads under a question or a review."""
        record = self.publications.found(account, kind, id)
        answer = record.data["item"]["answer"] if record else None
        return None if answer is None or answer.get("state") == "rejected" else str(answer["text"])

    def moderate_answers(self, account: str, how: str) -> None:
        """What becomes of answers from now on: "drop", "change", "reject", or "" for nothing."""
        self.memory.world.learn(f"wildberries/answers/{account}", how)

    def moderate_files(self, account: str, how: str) -> None:
        """What becomes of files from now on: "pending" once, "rejected", or "" for nothing."""
        self.memory.world.learn(f"wildberries/moderation/{account}", how)

    def hide_chats(self, account: str) -> None:
        """The list of chats is empty although there are events, as observed."""
        self.memory.world.learn(f"wildberries/hidden/{account}", True)

    def seen_by(self, account: str, customer: str) -> list[Seen]:
        """The chat in the customer's app."""
        chat = self.memory.chat_with(account, customer)
        events = self.memory.events(account, chat["id"]) if chat else []
        return [_seen(record.data) for record in events if isinstance(record.data.get("message"), dict)]


def _seen(event: dict[str, Any]) -> Seen:
    said = event["message"]
    enclosed = said.get("attachments", {})
    return Seen(
        sender="customer" if event["sender"] == "client" else "shop",
        text=said.get("text", ""),
        at=datetime.fromtimestamp(event["addTimestamp"] / 1000, UTC),
        files=(*("image" for _ in enclosed.get("images", [])), *("file" for _ in enclosed.get("files", []))),
    )
