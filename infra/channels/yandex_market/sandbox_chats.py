"""The stand-in's chats: Market's methods over them."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from infra.channels.yandex_market.sandbox_asking import body_of, number_in, paged, text_in
from infra.channels.yandex_market.sandbox_gate import Cabinet, Gate, Refused, address_of
from infra.channels.yandex_market.sandbox_memory import Memory, StoredFile, moscow

FILE_LIMIT = 5 * 1024 * 1024
TEXT_LIMIT = 4096
STATUSES = {
    *("NEW", "WAITING_FOR_PARTNER", "WAITING_FOR_CUSTOMER"),
    *("WAITING_FOR_ARBITER", "WAITING_FOR_MARKET", "FINISHED"),
}


class ChatMethods:
    """One method a handler."""

    def __init__(self, memory: Memory, gate: Gate) -> None:
        self._memory = memory
        self._gate = gate

    async def chats(self, request: Request, cabinet: Cabinet) -> Any:
        """`getChats`, in the order in which they were opened: Market states none."""
        body = await body_of(request, "statuses", "types", "contextTypes", "contexts", "orderIds")
        statuses = body.get("statuses") or list(STATUSES)
        if not set(statuses) <= STATUSES:
            raise Refused(400, "Unknown status")
        shown = [chat for chat in self._memory.chats(cabinet["name"]) if chat["status"] in statuses]
        page, paging = paged(request, shown, most=20, usual=10)
        return _result({"chats": [chat_json(chat, cabinet) for chat in page], "paging": paging})

    async def history(self, request: Request, cabinet: Cabinet) -> Any:
        """`getChatHistory`, from `messageIdFrom` on and with it."""
        body, chat = await body_of(request, "messageIdFrom"), self._chat(request, cabinet)
        first = body.get("messageIdFrom", 1)
        if type(first) is not int or first < 1:
            raise Refused(400, "Wrong messageIdFrom")
        records = self._memory.messages(cabinet["name"], str(chat["id"]))
        messages = [record.data for record in records if record.data["id"] >= first]
        page, paging = paged(request, messages, most=100, usual=50)
        shown = [message_json(message, address_of(request)) for message in page]
        context = chat_json(chat, cabinet)["context"]
        return _result({"orderId": chat["order"], "context": context, "messages": shown, "paging": paging})

    async def say(self, request: Request, cabinet: Cabinet) -> Any:
        """`sendMessageToChat`: Market answers no id."""
        chat = self._open_chat(request, cabinet)
        text = text_in(await body_of(request, "message"), "message", TEXT_LIMIT)
        self._memory.add(cabinet["name"], str(chat["id"]), "PARTNER", text, [])
        return {"status": "OK"}

    async def send_file(self, request: Request, cabinet: Cabinet) -> Any:
        """`sendFileToChat`."""
        chat = self._open_chat(request, cabinet)
        async with request.form() as form:
            upload = form.get("file")
            if not isinstance(upload, UploadFile):
                raise Refused(400, "Part file is missing")
            data = await upload.read()
        if not 0 < len(data) <= FILE_LIMIT:
            raise Refused(400, "File must have up to 5 MB")
        kept = self._memory.keep_file(StoredFile(upload.filename or "file", upload.content_type or "", data))
        self._memory.add(cabinet["name"], str(chat["id"]), "PARTNER", "", [kept])
        return {"status": "OK"}

    async def file(self, request: Request) -> Response:
        """A file of a chat, for who shows a good token."""
        file = self._memory.file(request.path_params["file_id"])
        if not self._gate.knows(request):
            return Response(status_code=401)
        if file is None:
            return Response(status_code=404)
        return Response(file.data, media_type=file.mime_type or "application/octet-stream")

    def _chat(self, request: Request, cabinet: Cabinet) -> dict[str, Any]:
        chat = self._memory.chat(cabinet["name"], number_in(request, "chatId"))
        if chat is None:
            raise Refused(404, "Chat not found")
        return chat

    def _open_chat(self, request: Request, cabinet: Cabinet) -> dict[str, Any]:
        chat = self._chat(request, cabinet)
        if chat["status"] == "FINISHED":
            raise Refused(400, "Chat is finished")
        return chat


def _result(result: dict[str, Any]) -> dict[str, Any]:
    return {"status": "OK", "result": result}


def chat_json(chat: dict[str, Any], cabinet: Cabinet) -> dict[str, Any]:
    """An entry of the list of chats."""
    customer = {"name": chat["customer"], "publicId": chat["public_id"]}
    context = {
        "type": "ORDER",
        "customer": customer,
        "campaignId": cabinet["business"] + 1,
        "orderId": chat["order"],
    }
    return {
        "chatId": chat["id"],
        "orderId": chat["order"],
        "type": chat["type"],
        "status": chat["status"],
        "createdAt": moscow(chat["created"]),
        "updatedAt": moscow(chat["updated"]),
        "context": context,
    }


def message_json(message: dict[str, Any], address: str) -> dict[str, Any]:
    """A message of a history. What it has not is left out."""
    shown = {
        "messageId": message["id"],
        "createdAt": moscow(message["created"]),
        "sender": message["sender"],
    }
    if message["text"]:
        shown["message"] = message["text"]
    if message["files"]:
        shown["payload"] = [
            {"name": file["name"], "url": f"{address}/files/{file['id']}", "size": file["size"]}
            for file in message["files"]
        ]
    return shown
