"""The simulated Gmail API."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.channels.gmail.sandbox.mailbox import Mailbox
from infra.channels.gmail.sandbox.oauth import OAuth
from infra.channels.gmail.sandbox.search import matches
from infra.channels.gmail.sandbox.shapes import Refused, attachment_of, message_json, not_found
from infra.channels.gmail.sandbox.troubles import problem_key, refusal_for, refused_topic
from infra.channels.gmail.wire import decoded
from infra.sandbox.faults import Faults
from infra.sandbox.world import World
from shared.errors import InvalidInput
from shared.ports.clock import Clock

Handler = Callable[[Request, Mailbox], Awaitable[Any]]
_RATE_WAIT = timedelta(seconds=10)
_WATCH_LIFE = timedelta(days=7)
_LARGEST = 36_700_160
"""Bytes of a letter, encoded for JSON."""


class GmailApi:
    """Handlers answer JSON, or None for an empty success. `tell` notifies the watch of a mailbox."""

    def __init__(
        self, world: World, clock: Clock, oauth: OAuth, faults: Faults, tell: Callable[[Mailbox], Awaitable[None]]
    ) -> None:
        self._world = world
        self._clock = clock
        self._oauth = oauth
        self._faults = faults
        self._tell = tell

    def routes(self) -> list[Route]:
        """All of them below the address that `GMAIL_API_URL` names."""
        me = "/gmail/v1/users/{user}"
        table: list[tuple[str, str, Handler]] = [
            ("GET", f"{me}/profile", self._profile),
            ("POST", f"{me}/watch", self._watch),
            ("POST", f"{me}/stop", self._stop),
            ("GET", f"{me}/history", self._history),
            ("GET", f"{me}/messages", self._messages),
            ("POST", f"{me}/messages/send", self._send),
            ("POST", f"/upload{me}/messages/send", self._send),
            ("GET", f"{me}/messages/{{id}}", self._message),
            ("POST", f"{me}/messages/{{id}}/modify", self._modify),
            ("GET", f"{me}/messages/{{id}}/attachments/{{attachment}}", self._attachment),
            ("GET", f"{me}/threads/{{id}}", self._thread),
            ("POST", f"{me}/drafts", self._create_draft),
            ("POST", f"{me}/drafts/send", self._send_draft),
            ("DELETE", f"{me}/drafts/{{id}}", self._delete_draft),
        ]
        return [Route(path, self._guarded(handler), methods=[method]) for method, path, handler in table]

    def _guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            try:
                answer = await handler(request, self._admitted(request))
                return Response(status_code=204) if answer is None else JSONResponse(answer)
            except Refused as refused:
                return refused.answer()
            except (InvalidInput, ValueError, KeyError, TypeError):
                return Refused(400, "invalidArgument", "Invalid value").answer()

        return answered

    def _admitted(self, request: Request) -> Mailbox:
        address = self._oauth.mailbox_of(request.headers.get("authorization", ""))
        if address is None or self._faults.reject_credentials:
            message = "Request had invalid authentication credentials. Expected OAuth 2 access token."
            raise Refused(401, "authError", message, "UNAUTHENTICATED")
        if self._faults.rate_limited > 0:
            self._faults.rate_limited -= 1
            until = (self._clock.now() + _RATE_WAIT).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            message = f"User-rate limit exceeded.  Retry after {until}"
            raise Refused(403, "userRateLimitExceeded", message, "PERMISSION_DENIED")
        if trouble := refusal_for(self._world.fact(problem_key(address))):
            raise trouble
        if request.path_params["user"] not in {"me", address}:
            raise Refused(403, "forbidden", f"Delegation denied for {address}", "PERMISSION_DENIED")
        return Mailbox(self._world, self._clock, address)

    async def _profile(self, request: Request, mailbox: Mailbox) -> Any:
        messages = mailbox.messages()
        return {
            "emailAddress": mailbox.address,
            "messagesTotal": len(messages),
            "threadsTotal": len({message["threadId"] for message in messages}),
            "historyId": str(mailbox.history_id),
        }

    async def _watch(self, request: Request, mailbox: Mailbox) -> Any:
        topic = str((await request.json()).get("topicName", ""))
        if not (topic.startswith("projects/") and "/topics/" in topic):
            raise Refused(400, "invalidArgument", "Invalid topicName does not match projects/*/topics/*")
        if self._world.fact(problem_key(mailbox.address)) == "watch_refused":
            raise refused_topic(topic)
        key, now = f"gmail:{mailbox.address}:watch", self._clock.now()
        watch = self._world.fact(key)
        if watch and watch["topic"] != topic and watch["expiration"] > now.timestamp() * 1000:
            message = "Only one user push notification client allowed per developer (call /stop then try again)"
            raise Refused(400, "failedPrecondition", message, "FAILED_PRECONDITION")
        expiration = int((now + _WATCH_LIFE).timestamp() * 1000)
        self._world.learn(key, {"topic": topic, "expiration": expiration})
        await self._tell(mailbox)
        return {"historyId": str(mailbox.history_id), "expiration": str(expiration)}

    async def _stop(self, request: Request, mailbox: Mailbox) -> Any:
        self._world.learn(f"gmail:{mailbox.address}:watch", None)

    async def _history(self, request: Request, mailbox: Mailbox) -> Any:
        start = int(request.query_params["startHistoryId"])
        if start < mailbox.horizon:
            raise not_found()
        records = mailbox.history(start, request.query_params.getlist("historyTypes"))
        shown, token = _paged(request, records, 100)
        return {"historyId": str(mailbox.history_id)} | ({"history": shown} if shown else {}) | token

    async def _messages(self, request: Request, mailbox: Mailbox) -> Any:
        query, labels = request.query_params.get("q", ""), request.query_params.getlist("labelIds")
        found = [message for message in mailbox.messages()[::-1] if matches(message, query, labels)]
        shown, token = _paged(request, found, 100)
        messages = [{"id": message["id"], "threadId": message["threadId"]} for message in shown]
        return {"resultSizeEstimate": len(found)} | ({"messages": messages} if messages else {}) | token

    async def _message(self, request: Request, mailbox: Mailbox) -> Any:
        names = request.query_params.getlist("metadataHeaders")
        nonce = self._world.next_number("gmail:nonce")
        return message_json(_found(request, mailbox), request.query_params.get("format", "full"), names, nonce=nonce)

    async def _thread(self, request: Request, mailbox: Mailbox) -> Any:
        if not (messages := mailbox.thread(request.path_params["id"])):
            raise not_found()
        format, names = request.query_params.get("format", "full"), request.query_params.getlist("metadataHeaders")
        return {
            "id": request.path_params["id"],
            "historyId": max((message["historyId"] for message in messages), key=int),
            "messages": [message_json(message, format, names) for message in messages],
        }

    async def _attachment(self, request: Request, mailbox: Mailbox) -> Any:
        data = attachment_of(_found(request, mailbox), request.path_params["attachment"])
        return {"size": len(data), "data": urlsafe_b64encode(data).decode()}

    async def _modify(self, request: Request, mailbox: Mailbox) -> Any:
        body = await request.json()
        changed = mailbox.relabel(_found(request, mailbox), body.get("addLabelIds", ()), body.get("removeLabelIds", ()))
        await self._tell(mailbox)
        return {key: changed[key] for key in ("id", "threadId", "labelIds")}

    async def _send(self, request: Request, mailbox: Mailbox) -> Any:
        is_upload = request.headers.get("content-type", "").startswith("message/")
        body = {} if is_upload else await request.json()
        if len(str(body.get("raw", ""))) > _LARGEST:
            raise Refused(413, "uploadTooLarge", "Request Entity Too Large")
        raw = await request.body() if is_upload else decoded(str(body["raw"]))
        return await self._sent(mailbox, raw, str(body.get("threadId", "")))

    async def _create_draft(self, request: Request, mailbox: Mailbox) -> Any:
        body = (await request.json())["message"]
        message = mailbox.add(decoded(str(body["raw"])), ["DRAFT"], thread=str(body.get("threadId", "")))
        id = f"r{self._world.next_number('gmail:draft', 7_000_000_000)}"
        self._world.learn(f"gmail:{mailbox.address}:draft:{id}", message["id"])
        await self._tell(mailbox)
        return {"id": id, "message": {key: message[key] for key in ("id", "threadId", "labelIds")}}

    async def _send_draft(self, request: Request, mailbox: Mailbox) -> Any:
        message = self._taken_draft(mailbox, str((await request.json())["id"]))
        return await self._sent(mailbox, mailbox.raw_of(message), message["threadId"])

    async def _delete_draft(self, request: Request, mailbox: Mailbox) -> Any:
        self._taken_draft(mailbox, request.path_params["id"])
        await self._tell(mailbox)

    async def _sent(self, mailbox: Mailbox, raw: bytes, thread: str) -> dict[str, Any]:
        if thread and not mailbox.thread(thread):
            raise not_found()
        message = mailbox.add(raw, ["SENT"], thread=thread)
        if "@" not in message["customer"]:
            mailbox.delete(message)
            raise Refused(400, "invalidArgument", "Recipient address required")
        await self._tell(mailbox)
        return {key: message[key] for key in ("id", "threadId", "labelIds")}

    def _taken_draft(self, mailbox: Mailbox, id: str) -> dict[str, Any]:
        key = f"gmail:{mailbox.address}:draft:{id}"
        message = mailbox.find(self._world.fact(key) or "")
        if message is None:
            raise not_found()
        self._world.learn(key, None)
        mailbox.delete(message)
        return message


def _found(request: Request, mailbox: Mailbox) -> dict[str, Any]:
    if (message := mailbox.find(request.path_params["id"])) is None:
        raise not_found()
    return message


def _paged(request: Request, rows: list[dict[str, Any]], usual: int) -> tuple[list[dict[str, Any]], dict[str, str]]:
    start = int(request.query_params.get("pageToken", 0))
    end = start + min(int(request.query_params.get("maxResults", usual)), 500)
    return rows[start:end], {"nextPageToken": str(end)} if end < len(rows) else {}
