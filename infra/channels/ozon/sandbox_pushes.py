"""The stand-in's pushes: where they go, what they say, and the check of who is to get them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
from starlette.requests import Request

from infra.channels.ozon.sandbox_gate import EXISTS, INVALID, NOT_FOUND, Handler, Refused, address_of, text_in
from infra.channels.ozon.sandbox_memory import BUYER, Data, Memory, instant
from infra.sandbox.faults import Faults
from infra.sandbox.push import Pusher

TYPES = {
    "TYPE_NEW_MESSAGE": "новое сообщение в чате",
    "TYPE_UPDATE_MESSAGE": "изменение сообщения в чате",
    "TYPE_MESSAGE_READ": "ваше сообщение прочитано покупателем или поддержкой",
    "TYPE_CHAT_CLOSED": "чат закрыт",
    "TYPE_NEW_POSTING": "новое отправление",
}
PATIENCE_SECONDS = 5.0
_OLD_SPELLINGS = {BUYER: "Buyer_Seller", "SELLER_SUPPORT": "Seller_Support"}


class Pushes:
    """One account's addresses and what is posted to them."""

    def __init__(self, memory: Memory, faults: Faults, pusher: Pusher) -> None:
        self._memory = memory
        self._faults = faults
        self._pusher = pusher

    def methods(self) -> dict[str, Handler]:
        """The methods about addresses."""
        return {
            "/v1/notification/list": self._list,
            "/v1/notification/set": self._set,
            "/v1/notification/update": self._update,
            "/v1/notification/enable": self._enable,
            "/v1/notification/delete": self._delete,
            "/v1/notification/check": self._check,
        }

    def push(self, account: Data, chat: Data, kind: str, more: Data) -> None:
        """Tell every address that wants pushes of this kind."""
        if self._faults.lose_pushes:
            return
        for endpoint in self._memory.endpoints(account["name"]):
            if endpoint["enable"] and kind in endpoint["types"]:
                body = {
                    "message_type": kind,
                    "chat_id": chat["id"],
                    "chat_type": _OLD_SPELLINGS.get(chat["type"], "Seller_Notification"),
                    "seller_id": account["client_id"],
                    **more,
                }
                if "data" in body:
                    body["data"] = [line.replace("](/v2/", f"]({endpoint['address']}/v2/") for line in body["data"]]
                times = 2 if self._faults.double_pushes else 1
                self._pusher.push(f"ozon:{endpoint['url']}:{chat['id']}", endpoint["url"], body, times=times)

    def file_line(self, name: str, mime_type: str, data: bytes) -> str:
        """A file as Markdown, its host left out; an image has no name."""
        stem, _, extension = name.rpartition(".")
        if mime_type.startswith("image/") or extension.lower() in ("png", "jpg", "jpeg", "webp"):
            return f"![]({self._memory.keep_file(f'.{extension}' if stem else '', mime_type or 'image/png', data)})"
        path = self._memory.keep_file(f"/{quote(name, safe='')}", mime_type or "application/octet-stream", data)
        label = name.translate(str.maketrans("[]()", "____"))
        return f"[{label} ({max(len(data) // 1024, 1)} KB)]({quote(path, safe='/')})"

    async def _list(self, request: Request, account: Data, body: Data) -> Any:
        return {"urls": [_shown(endpoint) for endpoint in self._memory.endpoints(account["name"])]}

    async def _set(self, request: Request, account: Data, body: Data) -> Any:
        known = self._memory.endpoints(account["name"])
        url = _url(body)
        if any(endpoint["url"] == url for endpoint in known):
            raise Refused(409, EXISTS, "url already exists")
        endpoint = {
            "id": self._memory.new_endpoint_id(),
            "url": url,
            "enable": True,
            "created_at": instant(self._memory.now()),
            "types": _types(body),
            "address": address_of(request),
        }
        self._memory.set_endpoints(account["name"], [*known, endpoint])

    async def _update(self, request: Request, account: Data, body: Data) -> Any:
        changes: Data = {"address": address_of(request)}
        if "url" in body:
            changes["url"] = _url(body)
        if "types" in body:
            changes["types"] = _types(body)
        self._change(account, body, changes)

    async def _enable(self, request: Request, account: Data, body: Data) -> Any:
        if not isinstance(body.get("enabled"), bool):
            raise Refused(400, INVALID, "enabled is required")
        self._change(account, body, {"enable": body["enabled"]})

    async def _delete(self, request: Request, account: Data, body: Data) -> Any:
        endpoints, wanted = self._memory.endpoints(account["name"]), self._wanted(account, body)
        self._memory.set_endpoints(account["name"], [one for one in endpoints if one["id"] != wanted["id"]])

    async def _check(self, request: Request, account: Data, body: Data) -> Any:
        fault = await self._fault_of(_url(body))
        return {"is_active": fault == "", "errors": [{"type": fault, "description": fault}] if fault else []}

    async def _fault_of(self, url: str) -> str:
        """Why an address is not fit for pushes, in Ozon's words."""
        ping = {"message_type": "TYPE_PING", "time": instant(self._memory.now())}
        try:
            async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http:
                answer = await http.post(url, json=ping)
        except httpx.TimeoutException:
            return "REQUEST_TIMEOUT"
        except httpx.HTTPError:
            return "REQUEST_ERROR"
        return fault_of(answer)

    def _change(self, account: Data, body: Data, changes: Data) -> None:
        wanted = self._wanted(account, body)
        endpoints = self._memory.endpoints(account["name"])
        changed = [{**one, **changes} if one["id"] == wanted["id"] else one for one in endpoints]
        self._memory.set_endpoints(account["name"], changed)

    def _wanted(self, account: Data, body: Data) -> Data:
        for endpoint in self._memory.endpoints(account["name"]):
            if endpoint["id"] == body.get("id"):
                return endpoint
        raise Refused(404, NOT_FOUND, "url is not found")


def fault_of(answer: httpx.Response) -> str:
    """What Ozon does not like in the answer to a ping; empty: nothing."""
    if answer.status_code != 200:
        return "SERVER_FAULT" if answer.status_code >= 500 else "STATUS_CODE_NOT_OK"
    if not answer.content:
        return "EMPTY_BODY"
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return "INVALID_BODY"
    try:
        body = answer.json()
    except ValueError:
        return "INVALID_JSON"
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in ("version", "name")):
        return "WRONG_RESULT_FIELD"
    return "" if str(body.get("time", "")).endswith("Z") else "WRONG_RESULT_TIME_FIELD"


def _shown(endpoint: Data) -> Data:
    types = [{"type": kind, "description": TYPES[kind]} for kind in endpoint["types"]]
    return {**{name: endpoint[name] for name in ("id", "url", "enable", "created_at")}, "types": types}


def _url(body: Data) -> str:
    url = text_in(body, "url")
    if not url.startswith(("http://", "https://")):
        raise Refused(400, INVALID, "url is invalid")
    return url


def _types(body: Data) -> list[str]:
    types = body.get("types")
    if not isinstance(types, list) or not types or not set(types) <= set(TYPES):
        raise Refused(400, INVALID, "types are invalid")
    return types
