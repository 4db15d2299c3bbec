"""A stand-in for Yandex Market: its API, the hands of its customers and of the shop's people."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from infra.channels.remedies import ACCOUNT_CLOSED, EXPIRED, SCOPE, WEBHOOK_MISSING, WRONG
from infra.channels.yandex_market.sandbox_chats import ChatMethods
from infra.channels.yandex_market.sandbox_gate import Cabinet, Gate, Handler, Refused
from infra.channels.yandex_market.sandbox_goods import ANSWERS, COMMENTS, QUESTIONS, REVIEWS, Goods, GoodsMethods
from infra.channels.yandex_market.sandbox_memory import REVOKED, UNKNOWN, Memory, StoredFile, zulu
from infra.sandbox.faults import Faults, FaultyNetwork
from infra.sandbox.standin import CustomerFile, OverHttp, SandboxContext, Seen
from shared.domain.messages import AttachmentKind
from shared.errors import InvalidInput

CHANGING = ("/chats/message", "/chats/file/send", "/update")
"""How paths end that change something: Market reads by POST, too."""


class YandexMarketSandbox(OverHttp):
    """Market, simulated. A customer has one chat, about an order, and may ask and review in public."""

    sendable: ClassVar[frozenset[AttachmentKind]] = frozenset({"image", "video", "file"})
    has_vendor_app: ClassVar[bool] = True

    def __init__(self, context: SandboxContext) -> None:
        self.faults = Faults()
        self._pusher = context.pusher
        self._memory = Memory(context.world, context.clock)
        self._goods = Goods(self._memory)
        self.gate = Gate(self._memory, self.faults)
        self._app = _Reading(FaultyNetwork(_Posted(self._methods()), self.faults))

    @property
    def app(self) -> ASGIApp:
        """Market's API."""
        return self._app

    def open_account(self, account: str) -> Mapping[str, str]:
        """The token as the owner copies it from the cabinet."""
        return {"api_key": self._memory.cabinet(account)["key"]}

    def renew_credentials(self, account: str) -> Mapping[str, str]:
        """A new token; the older ones are revoked. The address for notifications stays."""
        self._memory.cabinet(account)
        return {"api_key": self._memory.new_key(account)}

    def afflict(self, account: str, problem: str) -> None:
        """A problem of the token, of its rights, or of the cabinet."""
        key = self._memory.cabinet(account)["key"]
        if problem in (WRONG, EXPIRED):
            self._memory.set_key(key, account, UNKNOWN if problem == WRONG else REVOKED)
        elif problem == WEBHOOK_MISSING:
            self._memory.change_cabinet(account, address="")
        elif problem == SCOPE:
            self._memory.change_cabinet(account, scopes=["PRICING"])
        else:
            self._memory.change_cabinet(account, trouble=problem)

    def paste_address(self, account: str, url: str) -> None:
        """The owner puts our address into the cabinet's settings; Market tries it at once. Empty: takes it out."""
        self._memory.change_cabinet(account, address=url)
        self._notify(account, "PING", time=zulu(self._memory.now()))

    async def write(self, account: str, customer: str, text: str, files: Sequence[CustomerFile] = ()) -> str:
        """One message a file and one for the text; answers the id of the last."""
        if not text and not files:
            raise InvalidInput("nothing to write")
        chat, is_new = self._memory.open_chat(account, customer)
        if is_new:
            self._notify(account, "CHAT_CREATED", chatId=chat["id"], createdAt=zulu(chat["created"]))
        parts = [("", [self._memory.keep_file(_stored(file))]) for file in files]
        if text:
            parts.append((text, []))
        for words, kept in parts:
            message = self._memory.add(account, str(chat["id"]), "CUSTOMER", words, kept)
            self._tell_of_message(account, chat, message)
        return str(message["id"])

    async def answer_in_vendor_app(self, account: str, customer: str, text: str) -> str:
        """A person of the shop answers in the cabinet. Nobody says that Market notifies of it: it does not."""
        chat = self._memory.chat_with(account, customer)
        if chat is None:
            raise InvalidInput("at Market the customer writes first")
        return str(self._memory.add(account, str(chat["id"]), "PARTNER", text, [])["id"])

    def seen_by(self, account: str, customer: str) -> list[Seen]:
        """The chat in the customer's app."""
        chat = self._memory.chat_with(account, customer)
        records = self._memory.messages(account, str(chat["id"])) if chat else []
        return [_seen(record.data) for record in records]

    def ask(self, account: str, customer: str, text: str, product: str = "SKU-1") -> str:
        """A customer asks about a product in public; the question's id."""
        question = self._goods.post(QUESTIONS, account, author=customer, text=text, product=product)
        moment = zulu(question["created"])
        self._notify(account, "QUESTION_CREATED", questionId=question["id"], createdAt=moment)
        return str(question["id"])

    def review(self, account: str, customer: str, rating: int, text: str = "", product: str = "SKU-1") -> str:
        """A customer reviews a product; the review's id."""
        fields = {"author": customer, "rating": rating, "text": text, "product": product, "order": 50_312_345}
        review = self._goods.post(REVIEWS, account, **fields)
        at = zulu(review["created"])
        self._notify(account, "GOODS_FEEDBACK_CREATED", feedbackId=review["id"], createdAt=at, publishedAt=at)
        return str(review["id"])

    def answer_question(self, account: str, question: str, text: str, *, by: str = "", kind: str = "BUSINESS") -> str:
        """Somebody answers a question: the shop in its cabinet, or another one (`by`, of this kind)."""
        answer = self._goods.remark(ANSWERS, account, int(question), kind, by or account, text)
        at = zulu(answer["created"])
        self._notify(account, "QUESTION_ANSWER_CREATED", answerId=answer["id"], createdAt=at)
        return str(answer["id"])

    def comment_on_answer(self, account: str, answer: str, customer: str, text: str) -> str:
        """A customer writes below an answer."""
        answers = self._goods.remarks(ANSWERS, account)
        question = next(one["post"] for one in answers if str(one["id"]) == answer)
        comment = self._goods.remark(ANSWERS, account, question, "USER", customer, text, answer=int(answer))
        at = zulu(comment["created"])
        more = {"answerId": int(answer), "commentId": comment["id"], "createdAt": at}
        self._notify(account, "QUESTION_COMMENT_CREATED", **more)
        return str(comment["id"])

    def comment_on_review(self, account: str, review: str, author: str, text: str, *, parent: str = "") -> str:
        """Somebody writes below a review or a comment on it: a customer, or the shop (its account's name)."""
        kind = "BUSINESS" if author == account else "USER"
        parents = {"parent": int(parent)} if parent else {}
        comment = self._goods.remark(COMMENTS, account, int(review), kind, author, text, **parents)
        at = zulu(comment["created"])
        self._notify(account, "GOODS_FEEDBACK_COMMENT_CREATED", commentId=comment["id"], createdAt=at)
        return str(comment["id"])

    def open_in_cabinet(self, account: str, review: str) -> None:
        """Somebody of the shop reads a review: it needs no reaction any more."""
        self._goods.set_read(account, int(review))

    def said_below(self, account: str, post: str) -> list[tuple[str, str]]:
        """Who said what below a question or a review, oldest first."""
        remarks = [*self._goods.remarks(ANSWERS, account, post), *self._goods.remarks(COMMENTS, account, post)]
        return [(remark["author"]["name"], remark["text"]) for remark in remarks]

    def change_chat(self, account: str, customer: str, **changes: Any) -> None:
        """Market changes a chat: `type` to `ARBITRAGE`, `status` to `FINISHED`."""
        chat = self._memory.chat_with(account, customer)
        if chat:
            self._memory.change_chat(account, str(chat["id"]), **changes)

    def speak(self, account: str, customer: str, sender: str, text: str) -> str:
        """`MARKET` or `SUPPORT` writes into a chat."""
        chat, _ = self._memory.open_chat(account, customer)
        message = self._memory.add(account, str(chat["id"]), sender, text, [])
        self._tell_of_message(account, chat, message)
        return str(message["id"])

    def _tell_of_message(self, account: str, chat: dict[str, Any], message: dict[str, Any]) -> None:
        ids = {"chatId": chat["id"], "messageId": str(message["id"])}
        self._notify(account, "CHAT_MESSAGE_SENT", **ids, sentAt=zulu(message["created"]))

    def _notify(self, account: str, kind: str, **fields: Any) -> None:
        cabinet = self._memory.cabinet(account)
        if self.faults.lose_pushes or not cabinet.get("address"):
            return
        business = {} if kind == "PING" else {"businessId": cabinet["business"]}
        times = 2 if self.faults.double_pushes else 1
        url = cabinet["address"]
        self._pusher.push(f"yandex_market:{url}", url, {"notificationType": kind, **business, **fields}, times=times)

    def _methods(self) -> Starlette:
        chats, goods = ChatMethods(self._memory, self.gate), GoodsMethods(self._goods)
        first, second = "/v1/businesses/{business:int}", "/v2/businesses/{business:int}"
        methods: list[tuple[str, str, str, Handler]] = [
            ("getAuthTokenInfo", "POST", "/v2/auth/token", self._token),
            ("getCampaigns", "GET", "/v2/campaigns", self._campaigns),
            ("getChats", "POST", f"{second}/chats", chats.chats),
            ("getChatHistory", "POST", f"{second}/chats/history", chats.history),
            ("sendMessageToChat", "POST", f"{second}/chats/message", chats.say),
            ("sendFileToChat", "POST", f"{second}/chats/file/send", chats.send_file),
            ("getGoodsQuestions", "POST", f"{first}/goods-questions", goods.questions),
            ("getGoodsQuestionAnswers", "POST", f"{first}/goods-questions/answers", goods.answers),
            ("updateGoodsQuestionTextEntity", "POST", f"{first}/goods-questions/update", goods.update_question),
            ("getGoodsFeedbacks", "POST", f"{second}/goods-feedback", goods.reviews),
            ("getGoodsFeedbackComments", "POST", f"{second}/goods-feedback/comments", goods.comments),
            ("updateGoodsFeedbackComment", "POST", f"{second}/goods-feedback/comments/update", goods.update_comment),
        ]
        routes = [
            Route(path, self.gate.guarded(name, handler), methods=[verb]) for name, verb, path, handler in methods
        ]
        routes.append(Route("/files/{file_id}", chats.file))
        return Starlette(routes=routes, exception_handlers={HTTPException: _no_such_method})

    async def _token(self, request: Request, cabinet: Cabinet) -> Any:
        return {"status": "OK", "result": {"apiKey": {"name": "parley", "authScopes": cabinet["scopes"]}}}

    async def _campaigns(self, request: Request, cabinet: Cabinet) -> Any:
        is_open = cabinet.get("trouble") != ACCOUNT_CLOSED
        shop = {
            "id": cabinet["business"] + 1,
            "domain": cabinet["name"],
            "business": {"id": cabinet["business"], "name": cabinet["name"]},
            "placementType": "FBS",
            "apiAvailability": "AVAILABLE" if is_open else "DISABLED_BY_INACTIVITY",
        }
        return {"campaigns": [shop], "paging": {}}


class _Reading:
    """Tells the faults which calls change nothing: they go by the method, and Market reads by POST, too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].endswith(CHANGING):
            scope = {**scope, "method": "GET", "yandex_market.method": scope["method"]}
        await self._app(scope, receive, send)


class _Posted:
    """Behind the faults: the method as it was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent = scope.get("yandex_market.method")
        await self._app({**scope, "method": sent} if sent else scope, receive, send)


def _stored(file: CustomerFile) -> StoredFile:
    """Market shows no type, so names have their endings."""
    name = file.name
    if not mimetypes.guess_type(name)[0]:
        name += mimetypes.guess_extension(file.mime_type) or ""
    return StoredFile(name, file.mime_type, file.data)


def _seen(message: dict[str, Any]) -> Seen:
    return Seen(
        sender="customer" if message["sender"] == "CUSTOMER" else "shop",
        text=message["text"],
        at=datetime.fromtimestamp(message["created"] / 1000, UTC),
        files=tuple(file["name"] for file in message["files"]),
    )


async def _no_such_method(request: Request, error: Exception) -> Response:
    return JSONResponse(Refused(404, "Method not found").body, 404)
