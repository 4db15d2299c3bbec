"""Gmail's JSON: messages in four formats, and errors."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from email import message_from_bytes
from email.message import Message
from typing import Any

from starlette.responses import JSONResponse

from infra.mail.headers import Headers

_BIG = 10_000


class Refused(Exception):
    """An answer that is no success, in Google's envelope."""

    def __init__(self, code: int, reason: str, message: str, status: str = "INVALID_ARGUMENT") -> None:
        super().__init__(message)
        error = {"domain": "global", "reason": reason, "message": message}
        self.code = code
        self.body = {"error": {"code": code, "message": message, "errors": [error], "status": status}}

    def answer(self) -> JSONResponse:
        """The response."""
        return JSONResponse(self.body, self.code)


def not_found() -> Refused:
    """There is no such message, thread, draft or history."""
    return Refused(404, "notFound", "Requested entity was not found.", "NOT_FOUND")


def message_json(message: dict[str, Any], format: str, names: Iterable[str] = (), *, nonce: int = 0) -> dict[str, Any]:
    """A message as `raw`, `full`, `metadata` or `minimal`."""
    raw = urlsafe_b64decode(message["raw"])
    answer = {key: message[key] for key in ("id", "threadId", "labelIds", "internalDate", "historyId")}
    answer |= {"snippet": message["subject"][:100], "sizeEstimate": len(raw)}
    if format == "raw":
        return answer | {"raw": message["raw"]}
    if format == "minimal":
        return answer
    tree = message_from_bytes(raw)
    if format == "metadata":
        wanted = {name.lower() for name in names}
        headers = [header for header in _headers(tree) if not wanted or header["name"].lower() in wanted]
        return answer | {"payload": {"mimeType": tree.get_content_type(), "headers": headers}}
    return answer | {"payload": _part(tree, "", nonce)}


def attachment_of(message: dict[str, Any], attachment_id: str) -> bytes:
    """The bytes that an attachment id stands for; ids of earlier reads go on working."""
    try:
        part_id = urlsafe_b64decode(attachment_id).decode().split(":")[2]
        part = message_from_bytes(urlsafe_b64decode(message["raw"]))
        for index in part_id.split(".") if part_id else ():
            part = part.get_payload()[int(index)]  # type: ignore[assignment,index]
        return _content(part)
    except (ValueError, IndexError, KeyError, TypeError):
        raise Refused(400, "invalidArgument", "Invalid attachment token") from None


def _part(part: Message, id: str, nonce: int) -> dict[str, Any]:
    name = Headers(part).parameter("content-disposition", "filename")
    shape: dict[str, Any] = {
        "partId": id,
        "mimeType": part.get_content_type(),
        "filename": name,
        "headers": _headers(part),
    }
    payload = part.get_payload()
    if part.get_content_maintype() == "multipart" and isinstance(payload, list):
        children = [child for child in payload if isinstance(child, Message)]
        parts = [_part(child, f"{id}.{index}" if id else str(index), nonce) for index, child in enumerate(children)]
        return shape | {"body": {"size": 0}, "parts": parts}
    content = _content(part)
    if name or len(content) > _BIG:
        token = urlsafe_b64encode(f"ANGjdJ:{nonce}:{id}".encode()).decode()
        return shape | {"body": {"size": len(content), "attachmentId": token}}
    return shape | {"body": {"size": len(content), "data": urlsafe_b64encode(content).decode()}}


def _content(part: Message) -> bytes:
    if part.get_content_maintype() == "message":
        return b"".join(child.as_bytes() for child in part.get_payload() if isinstance(child, Message))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _headers(part: Message) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name in part for value in Headers(part).all(name)[:1]]
