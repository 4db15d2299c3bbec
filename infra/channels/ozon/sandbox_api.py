"""The stand-in's methods about sellers and chats: Ozon's paths, checks, answers and errors."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.channels.ozon.sandbox_contacts import has_contacts
from infra.channels.ozon.sandbox_gate import (
    DENIED,
    FAILED,
    INVALID,
    NOT_FOUND,
    Gate,
    Handler,
    Refused,
    address_of,
    number_in,
    text_in,
)
from infra.channels.ozon.sandbox_memory import BUYER, Data, Memory, instant
from infra.channels.ozon.sandbox_pushes import Pushes

TEXT_LIMIT = 1000
FILE_LIMIT = 20 * 1024 * 1024
"""Bytes; the real limit is not published."""
WINDOW = timedelta(hours=48)
UINT64 = 2**64 - 1


class OzonMethods:
    """One method a handler."""

    def __init__(self, memory: Memory, gate: Gate, pushes: Pushes) -> None:
        self._memory = memory
        self._gate = gate
        self._pushes = pushes

    def app(self) -> Starlette:
        """All methods at Ozon's paths, and the files."""
        methods: dict[str, Handler] = {
            "/v1/roles": self._roles,
            "/v1/seller/info": self._seller,
            "/v3/chat/list": self._chats,
            "/v3/chat/history": self._history,
            "/v1/chat/send/message": self._send_text,
            "/v1/chat/send/file": self._send_file,
            "/v2/chat/read": self._read,
            **self._pushes.methods(),
        }
        routes = [Route(path, self._gate.guarded(handler), methods=["POST"]) for path, handler in methods.items()]
        return Starlette(routes=[*routes, Route("/v2/chat/file/{path:path}", self._file)])

    async def _roles(self, request: Request, account: Data, body: Data) -> Any:
        methods = ["/v1/posting"] if account["is_for_orders"] else ["/v3/chat/list", "/v1/chat/send/message"]
        name = "Posting FBS" if account["is_for_orders"] else "Admin"
        until = instant(datetime.fromisoformat(account["expires_at"]))
        return {"expires_at": until, "roles": [{"name": name, "methods": methods}]}

    async def _seller(self, request: Request, account: Data, body: Data) -> Any:
        subscription = {"is_premium": account["subscription"] != "UNSPECIFIED", "type": account["subscription"]}
        return {"company": {"name": account["name"], "country": "RU"}, "subscription": subscription, "ratings": []}

    async def _chats(self, request: Request, account: Data, body: Data) -> Any:
        limit = number_in(body, "limit", 100)
        wanted = body.get("filter", {})
        status = str(wanted.get("chat_status", "All")).upper()
        listed = [self._listed(account, chat) for chat in self._memory.chats(account["name"])]
        fitting = [
            entry
            for entry in listed
            if status in ("ALL", entry["chat"]["chat_status"])
            and (entry["unread_count"] or not wanted.get("unread_only"))
        ]
        start = int(body.get("cursor") or 0)
        rest = fitting[start : start + limit]
        has_next = start + limit < len(fitting)
        return {
            "chats": rest,
            "total_unread_count": sum(entry["unread_count"] for entry in listed),
            "cursor": str(start + len(rest)),
            "has_next": "true" if has_next else "false",  # as Ozon's own example has it
        }

    def _listed(self, account: Data, chat: Data) -> Data:
        shown = [record.data["shown"] for record in self._memory.records(account["name"], chat["id"])]
        unread = [int(message["message_id"]) for message in shown if not message["is_read"]]
        return {
            "chat": {
                "chat_id": chat["id"],
                "chat_status": chat["status"],
                "chat_type": chat["type"],
                "created_at": instant(datetime.fromisoformat(chat["created_at"])),
            },
            "unread_count": len(unread),
            "first_unread_message_id": min(unread, default=0),
            "last_message_id": int(shown[-1]["message_id"]) if shown else 0,
        }

    async def _history(self, request: Request, account: Data, body: Data) -> Any:
        chat, limit = self._chat(account, body), number_in(body, "limit", 1000, 50)
        direction = body.get("direction", "Backward")
        if direction not in ("Forward", "Backward"):
            raise Refused(400, INVALID, "direction is unknown")
        start = number_in(body, "from_message_id", UINT64) if "from_message_id" in body else None
        shown = [record.data["shown"] for record in self._memory.records(account["name"], chat["id"])]
        if direction == "Forward":  # without a start: nothing, as observed
            fitting = [one for one in shown if start is not None and int(one["message_id"]) >= start]
        else:
            fitting = [one for one in reversed(shown) if start is None or int(one["message_id"]) <= start]
        page = json.loads(json.dumps(fitting[:limit]).replace("](/v2/", f"]({address_of(request)}/v2/"))
        return {"messages": page, "has_next": len(fitting) > limit}

    async def _send_text(self, request: Request, account: Data, body: Data) -> Any:
        chat, text = self._writable(account, body), text_in(body, "text")
        if len(text) > TEXT_LIMIT:
            raise Refused(400, INVALID, f"text must be from 1 to {TEXT_LIMIT} characters")
        if has_contacts(text):
            raise Refused(400, INVALID, "text contains contacts")
        self._memory.add(account["name"], chat, (account["client_id"], "Seller"), [text], ())
        return {"result": "success"}

    async def _send_file(self, request: Request, account: Data, body: Data) -> Any:
        chat, name = self._writable(account, body), text_in(body, "name")
        try:
            data = b64decode(text_in(body, "base64_content"), validate=True)
        except ValueError:
            raise Refused(400, INVALID, "base64_content is not base64") from None
        if "." not in name or len(data) > FILE_LIMIT:
            raise Refused(400, INVALID, "a file has a name with an extension, and up to 20 MB")
        line = self._pushes.file_line(name, "", data)
        self._memory.add(account["name"], chat, (account["client_id"], "Seller"), [line], [name])
        return {"result": "success"}

    async def _read(self, request: Request, account: Data, body: Data) -> Any:
        self._gate.check_paid(account)
        chat = self._chat(account, body)
        until = number_in(body, "from_message_id", UINT64) if "from_message_id" in body else UINT64
        records = self._memory.records(account["name"], chat["id"])
        for record in records:
            if int(record.data["shown"]["message_id"]) <= until:
                self._memory.change(record, is_read=True)
        return {"unread_count": self._listed(account, chat)["unread_count"]}

    def _writable(self, account: Data, body: Data) -> Data:
        """The chat, where the seller may write now."""
        chat = self._chat(account, body)
        if chat["type"] != BUYER:
            return chat
        self._gate.check_paid(account)
        if chat["status"] == "CLOSED":
            raise Refused(400, FAILED, "Chat is not available")
        now = self._memory.now()
        if chat["free_until"] and now <= datetime.fromisoformat(chat["free_until"]):
            return chat
        shown = [record.data["shown"] for record in self._memory.records(account["name"], chat["id"])]
        asked = [one["created_at"] for one in shown if one["user"]["id"] == chat["user_id"]]
        if not asked or now - datetime.fromisoformat(asked[-1]) > WINDOW:
            raise Refused(403, DENIED, "Access denied")
        return chat

    def _chat(self, account: Data, body: Data) -> Data:
        chat = self._memory.chat(account["name"], text_in(body, "chat_id"))
        if chat is None:
            raise Refused(404, NOT_FOUND, "Chat not found")
        return chat

    async def _file(self, request: Request) -> Response:
        """A file, with the keys only."""
        try:
            self._gate.caller(request)
        except Refused as refused:
            return JSONResponse(refused.error, refused.status)
        file = self._memory.file(f"/v2/chat/file/{request.path_params['path']}")
        return Response(file.data, media_type=file.mime_type) if file else Response(status_code=404)
