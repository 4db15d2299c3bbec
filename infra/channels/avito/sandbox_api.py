"""The stand-in's methods over HTTP: Avito's paths, checks, answers and errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.channels.avito.sandbox_gate import Gate, Refused, address_of
from infra.channels.avito.sandbox_memory import TOKEN_LIFE, Memory
from infra.channels.avito.sandbox_shapes import (
    IMAGE_SIZES,
    ONLY_IN_WEBHOOKS,
    chat_json,
    image_content,
    message_json,
    sent_json,
)
from infra.sandbox.world import Record

Account = dict[str, Any]
Pushing = Callable[[Account, dict[str, Any], dict[str, Any]], None]
TEXT_LIMIT = 1000
IMAGE_LIMIT = 24 * 1024 * 1024
DELETABLE = 3600
VOICE_LINK_LIFE = 3600
_MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif", b"BM": "image/bmp"}


class AvitoMethods:
    """One method a handler; `push` tells the webhooks about a message."""

    def __init__(self, memory: Memory, gate: Gate, push: Pushing) -> None:
        self._memory = memory
        self._gate = gate
        self._push = push

    def app(self) -> Starlette:
        """All methods at Avito's paths."""
        mine = "/accounts/{user_id:int}"
        methods: list[tuple[str, str, Callable[[Request, Account], Awaitable[Any]]]] = [
            ("GET", "/core/v1/accounts/self", self._me),
            ("GET", f"/messenger/v2{mine}/chats", self._chats),
            ("GET", f"/messenger/v2{mine}/chats/{{chat_id}}", self._chat),
            ("GET", f"/messenger/v3{mine}/chats/{{chat_id}}/messages/", self._messages),
            ("POST", f"/messenger/v1{mine}/chats/{{chat_id}}/messages", self._send_text),
            ("POST", f"/messenger/v1{mine}/chats/{{chat_id}}/messages/image", self._send_image),
            ("POST", f"/messenger/v1{mine}/chats/{{chat_id}}/messages/{{message_id}}", self._delete),
            ("POST", f"/messenger/v1{mine}/chats/{{chat_id}}/read", self._read),
            ("POST", f"/messenger/v1{mine}/uploadImages", self._upload),
            ("GET", f"/messenger/v1{mine}/getVoiceFiles", self._voices),
            ("POST", "/messenger/v3/webhook", self._subscribe),
            ("POST", "/messenger/v1/subscriptions", self._subscriptions),
            ("POST", "/messenger/v1/webhook/unsubscribe", self._unsubscribe),
        ]
        routes = [Route(path, self._gate.guarded(handler), methods=[verb]) for verb, path, handler in methods]
        routes += [Route(path, self._gate.open(self._token), methods=["POST"]) for path in ("/token", "/token/")]
        routes.append(Route("/files/{size}/{file_id}", self._file))
        app = Starlette(routes=routes, exception_handlers={HTTPException: _no_such_method})
        app.router.redirect_slashes = False
        return app

    async def _token(self, form: FormData) -> Any:
        if form.get("grant_type") != "client_credentials":
            return {"error": "unsupported_grant_type", "error_description": "only client_credentials here"}
        account = self._memory.account_of_client(str(form.get("client_id")), str(form.get("client_secret")))
        if account is None:
            # Observed at Avito: a refusal that is a 200 without a token.
            return {"error": "invalid_client", "error_description": "unknown client"}
        token = self._memory.issue_token(account["name"])
        return {"access_token": token, "expires_in": int(TOKEN_LIFE.total_seconds()), "token_type": "Bearer"}

    async def _me(self, request: Request, account: Account) -> Any:
        return {
            "id": account["user_id"],
            "name": account["name"],
            "email": "shop@example.com",
            "phone": "71112223344",
            "phones": ["71112223344"],
            "profile_url": f"https://avito.ru/user/{account['user_id']}/profile",
        }

    async def _chats(self, request: Request, account: Account) -> Any:
        limit, offset = _paging(request)
        types = request.query_params.get("chat_types", "u2i").split(",")
        if not set(types) <= {"u2i", "u2u", "a2u"}:
            raise Refused(400, "Validation error", chat_types="unknown type")
        unread_only = request.query_params.get("unread_only", "false") == "true"
        shown = []
        for chat in self._memory.chats(account["name"]) if "u2i" in types else []:
            records = self._records(account, chat)
            if not unread_only or any(not record.data["is_read"] for record in records):
                shown.append(self._show_chat(request, account, chat, records))
        shown.sort(key=lambda chat: int(chat["updated"]), reverse=True)
        return {"chats": shown[offset : offset + limit]}

    async def _chat(self, request: Request, account: Account) -> Any:
        chat = self._found_chat(request, account)
        return self._show_chat(request, account, chat, self._records(account, chat))

    async def _messages(self, request: Request, account: Account) -> Any:
        limit, offset = _paging(request)
        newest_first = self._records(account, self._found_chat(request, account))[::-1]
        return [message_json(record.data, address_of(request)) for record in newest_first[offset : offset + limit]]

    async def _send_text(self, request: Request, account: Account) -> Any:
        chat, body = self._found_chat(request, account), await _json(request)
        message = body.get("message")
        text = message.get("text") if isinstance(message, dict) else None
        if body.get("type") != "text":
            raise Refused(400, "Validation error", type="must be text")
        if not isinstance(text, str) or not 1 <= len(text) <= TEXT_LIMIT:
            raise Refused(400, "Validation error", **{"message.text": f"from 1 to {TEXT_LIMIT} characters"})
        return self._sent(request, account, chat, "text", {"text": text})

    async def _send_image(self, request: Request, account: Account) -> Any:
        chat, body = self._found_chat(request, account), await _json(request)
        image_id = body.get("image_id")
        if not isinstance(image_id, str) or self._memory.file(image_id) is None:
            raise Refused(400, "Validation error", image_id="unknown image")
        return self._sent(request, account, chat, "image", image_content(image_id))

    def _sent(
        self, request: Request, account: Account, chat: dict[str, Any], kind: str, content: dict[str, Any]
    ) -> Any:
        message = self._memory.add(account, chat, account["user_id"], kind, content)
        self._push(account, chat, message)
        return sent_json(message, address_of(request))

    async def _delete(self, request: Request, account: Account) -> Any:
        chat, wanted = self._found_chat(request, account), request.path_params["message_id"]
        record = next((one for one in self._records(account, chat) if one.data["id"] == wanted), None)
        if record is None:
            raise Refused(404, "Not found")
        is_late = self._memory.now() - record.data["created"] > DELETABLE
        if record.data["direction"] != "out" or is_late:
            raise Refused(400, "Bad Request")
        self._push(account, chat, self._memory.change(record, type="deleted", content={}))
        return {}

    async def _read(self, request: Request, account: Account) -> Any:
        self._memory.read_chat(account["name"], self._found_chat(request, account)["id"])
        return {"ok": True}

    async def _upload(self, request: Request, account: Account) -> Any:
        upload = (await request.form()).get("uploadfile[]")
        if not isinstance(upload, UploadFile):
            raise Refused(400, "Validation error", **{"uploadfile[]": "required"})
        data = await upload.read()
        mime_type = next((mime for magic, mime in _MAGIC.items() if data.startswith(magic)), "")
        if not mime_type or len(data) > IMAGE_LIMIT:
            raise Refused(400, "Validation error", **{"uploadfile[]": "an image of up to 24 MB"})
        image_id = self._memory.keep_file(mime_type, data)
        return {image_id: {size: f"{address_of(request)}/files/{size}/{image_id}" for size in IMAGE_SIZES}}

    async def _voices(self, request: Request, account: Account) -> Any:
        wanted = ",".join(request.query_params.getlist("voice_ids")).split(",")
        until = self._memory.now() + VOICE_LINK_LIFE
        known = [voice_id for voice_id in wanted if self._memory.file(voice_id)]
        return {
            "voices_urls": {
                voice_id: f"{address_of(request)}/files/voice/{voice_id}?until={until}" for voice_id in known
            }
        }

    async def _subscribe(self, request: Request, account: Account) -> Any:
        webhooks = self._memory.webhooks(account["name"])
        self._memory.set_webhooks(account["name"], {**webhooks, await _url(request): address_of(request)})
        return {"ok": True}

    async def _subscriptions(self, request: Request, account: Account) -> Any:
        return {"subscriptions": [{"url": url, "version": "3"} for url in self._memory.webhooks(account["name"])]}

    async def _unsubscribe(self, request: Request, account: Account) -> Any:
        webhooks = self._memory.webhooks(account["name"])
        webhooks.pop(await _url(request), None)
        self._memory.set_webhooks(account["name"], webhooks)
        return {"ok": True}

    async def _file(self, request: Request) -> Response:
        """A file, without a token; the link to a voice message ends after an hour."""
        file = self._memory.file(request.path_params["file_id"])
        until = request.query_params.get("until", "")
        if file is None or (until.isdecimal() and int(until) < self._memory.now()):
            return Response(status_code=404)
        return Response(file.data, media_type=file.mime_type)

    def _found_chat(self, request: Request, account: Account) -> dict[str, Any]:
        chat = self._memory.chat(account["name"], request.path_params["chat_id"])
        if chat is None:
            raise Refused(404, "Not found")
        return chat

    def _records(self, account: Account, chat: dict[str, Any]) -> list[Record]:
        records = self._memory.records(account["name"], chat["id"])
        return [record for record in records if record.data["type"] not in ONLY_IN_WEBHOOKS]

    def _show_chat(self, request: Request, account: Account, chat: dict[str, Any], records: list[Record]) -> Any:
        return chat_json(account, chat, records[-1].data if records else None, address_of(request))


def _paging(request: Request) -> tuple[int, int]:
    limit, offset = (request.query_params.get(name, default) for name, default in (("limit", "100"), ("offset", "0")))
    if not limit.isdecimal() or not 1 <= int(limit) <= 100:
        raise Refused(400, "Validation error", limit="from 1 to 100")
    if not offset.isdecimal() or not 0 <= int(offset) <= 1000:
        raise Refused(400, "Validation error", offset="from 0 to 1000")
    return int(limit), int(offset)


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "Bad Request")
    return body


async def _url(request: Request) -> str:
    url = (await _json(request)).get("url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise Refused(400, "Validation error", url="must be an address")
    return url


async def _no_such_method(request: Request, error: Exception) -> Response:
    """Avito answers 404 also where only the verb is wrong."""
    return JSONResponse({"error": {"code": 404, "message": "Not found"}}, 404)
