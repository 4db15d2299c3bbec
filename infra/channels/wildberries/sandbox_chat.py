"""The stand-in's methods of buyers' chats: Wildberries' paths, checks, answers and errors."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.channels.wildberries.sandbox_forbidden import leads_away
from infra.channels.wildberries.sandbox_gate import PROBLEM, Account, Gate, Refused
from infra.channels.wildberries.sandbox_memory import Memory

PAGE = 50
"""Events of one answer, as observed."""
TEXT_LIMIT = 1000
"""UTF-16 units."""
SIGN_LIMIT = 255
MIB = 1024 * 1024
FILE_LIMIT, FILES_LIMIT = 5 * MIB, 30 * MIB
FILE_TYPES = {"image/jpeg", "image/png", "application/pdf"}


class ChatMethods:
    """One method a handler."""

    def __init__(self, memory: Memory, gate: Gate) -> None:
        self._memory = memory
        self._gate = gate

    def routes(self) -> list[Route]:
        """All methods at Wildberries' paths."""
        root, guarded = "/api/v1/seller", self._gate.guarded
        return [
            Route("/ping", guarded("chat", "ping", self._gate.ping)),
            Route(f"{root}/chats", guarded("chat", "chats", self._chats)),
            Route(f"{root}/events", guarded("chat", "events", self._events)),
            Route(f"{root}/message", guarded("chat", "message", self._message), methods=["POST"]),
            Route(f"{root}/download/{{id}}", guarded("chat", "download", self._download)),
        ]

    async def _chats(self, request: Request, account: Account) -> Response:
        del request
        is_hidden = self._memory.world.fact(f"wildberries/hidden/{account['name']}") is True
        chats = [] if is_hidden else self._memory.chats(account["name"])
        return JSONResponse({"result": [self._chat(account, chat) for chat in chats], "errors": None})

    def _chat(self, account: Account, chat: dict[str, Any]) -> dict[str, Any]:
        last = self._memory.events(account["name"], chat["id"])[-1].data
        return {
            "chatID": chat["id"],
            "replySign": self._memory.sign(account, chat["id"]),
            "clientName": chat["customer"],
            "goodCard": chat["good"],
            "lastMessage": {"text": last.get("message", {}).get("text", ""), "addTimestamp": last["addTimestamp"]},
        }

    async def _events(self, request: Request, account: Account) -> Response:
        since = _next(request)
        events = [record.data for record in self._memory.events(account["name"])]
        behind = sorted((event for event in events if _moment(event) > since), key=_moment)[:PAGE]
        result: dict[str, Any] = {"next": since, "totalEvents": len(behind), "events": behind}
        if behind:
            result["next"] = _moment(behind[-1])
            result["oldestEventTime"], result["newestEventTime"] = (
                event.get("addTime", "2026-01-01T00:00:00Z") for event in (behind[0], behind[-1])
            )
        return JSONResponse({"result": result, "errors": None})

    async def _message(self, request: Request, account: Account) -> Response:
        async with request.form(max_part_size=2 * FILE_LIMIT) as form:
            sign, text = form.get("replySign"), form.get("message", "")
            if not isinstance(sign, str) or not isinstance(text, str):
                raise _bad("Invalid signature")
            chat = self._signed_chat(account, sign)
            files = await _files(form)
            is_too_long = len(text.encode("utf-16-le", "surrogatepass")) // 2 > TEXT_LIMIT
            if is_too_long or not (text.strip() or files) or leads_away(text):
                raise _bad('Invalid value for "message"')
        enclosed = self._enclosed(account["name"], files)
        said = {**({"text": text} if text else {}), **({"attachments": enclosed} if enclosed else {})}
        fields = {"message": said, "source": "seller-public-api", "sender": "seller"}
        event = self._memory.add_event(account["name"], chat, fields)
        result = {"addTime": event["addTimestamp"], "chatID": chat, "sign": self._memory.sign(account, chat)}
        return JSONResponse({"result": result, "errors": []})

    def _signed_chat(self, account: Account, sign: str) -> str:
        chats = (chat["id"] for chat in self._memory.chats(account["name"]))
        signed = next((id for id in chats if self._memory.sign(account, id) == sign), None)
        if signed is None or len(sign) > SIGN_LIMIT:
            raise _bad("Invalid signature")
        return str(signed)

    def _enclosed(self, account: str, files: list[tuple[str, str, bytes]]) -> dict[str, Any]:
        """Attachments of a message of the seller's."""
        listed: dict[str, Any] = {}
        for name, mime_type, data in files:
            shape = file_json(self._memory, account, name, mime_type, data)
            listed.setdefault("images" if mime_type.startswith("image/") else "files", []).append(shape)
        return listed

    async def _download(self, request: Request, account: Account) -> Response:
        file = self._memory.file(account["name"], request.path_params["id"])
        if file is None:
            raise _bad("invalid fileID", title="invalid fileID", form="application/json")
        if file.moderation == "pending":
            return JSONResponse({"moderationState": "pending", "retrySeconds": 30}, 202)
        if file.moderation == "rejected":
            body = _problem(451, "Unavailable for Legal Reasons", "moderation error")
            return JSONResponse(body, 451, media_type=PROBLEM)
        return Response(file.data, media_type=file.mime_type)


def file_json(memory: Memory, account: str, name: str, mime_type: str, data: bytes) -> dict[str, Any]:
    """A file of a message; addresses are empty, as they have been since files are fetched by their id."""
    shape: dict[str, Any] = {
        "downloadID": memory.keep_file(account, mime_type, data),
        "url": "",
        "date": memory.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if not mime_type.startswith("image/"):
        shape |= {"name": name, "contentType": mime_type, "size": len(data)}
    return shape


async def _files(form: FormData) -> list[tuple[str, str, bytes]]:
    uploads = [upload for upload in form.getlist("file") if isinstance(upload, UploadFile)]
    files = [(upload.filename or "", upload.content_type or "", await upload.read()) for upload in uploads]
    for name, mime_type, data in files:
        if mime_type.partition(";")[0].strip().lower() not in FILE_TYPES or not data:
            raise _bad(f'4A9F2544E29: "{name}" has unsupported mime type')
        if len(data) > FILE_LIMIT:
            raise _bad("A24FA09844E: attachment too big. Max size: 5MiB")
    if sum(len(data) for _, _, data in files) > FILES_LIMIT:
        raise _bad("A24FA09844E: attachment too big. Max size: 30MiB")
    return files


def _moment(event: dict[str, Any]) -> int:
    return int(event["addTimestamp"])


def _next(request: Request) -> int:
    text = request.query_params.get("next")
    if text is None:
        return 0
    if not text.lstrip("-").isdecimal():
        raise _bad("Invalid number", form="application/json")
    if int(text) <= 0:
        raise _bad('Invalid value for "next"', form="application/json")
    return int(text)


def _problem(status: int, title: str, detail: str) -> dict[str, Any]:
    request_id = "1b21cad4833a0c9244dc294a000f6149"
    return {"status": status, "title": title, "origin": "proxy-chats", "detail": detail, "requestId": request_id}


def _bad(detail: str, *, title: str = "Bad Request", form: str = PROBLEM) -> Refused:
    refused = Refused(400, title, form=form)
    refused.body = {**_problem(400, title, detail), "error": detail}
    return refused
