"""A visitor's browser, in the simulated world: it talks to our public chat API over HTTP and keeps its token."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from infra.channels.web_chat.sandbox_sites import Site
from infra.sandbox.faults import Faults
from infra.sandbox.standin import CustomerFile, Seen
from infra.sandbox.world import Record, World

_KIND = "web_chat"
_TIMEOUT = 10.0
_UNKNOWN = 401


@dataclass(frozen=True, slots=True)
class Browser:
    """One visitor on one site. What did not get through is sent again when the visitor looks next."""

    world: World
    http: httpx.AsyncClient
    address: str
    faults: Faults
    site: Site
    customer: str

    def type(self, text: str, file: CustomerFile | None = None) -> str:
        """Put a message under what was said; answers its id."""
        id = f"message-{self.world.next_number(f'{_KIND}/message'):08d}"
        data: dict[str, Any] = {"id": id, "text": text, "is_sent": False}
        if file is not None:
            data |= {"name": file.name, "mime_type": file.mime_type, "data": b64encode(file.data).decode()}
        self.world.append(_KIND, self.site.account, self.customer, data)
        return id

    async def refresh(self) -> None:
        """Send what waits, in order, then read what there is."""
        if self.faults.outage or not await self._token():
            return
        for record in self._unsent():
            if not await self._send(record):
                break
        history = await self._history()
        if history is not None:
            self.world.learn(self._fact("seen"), history)

    def seen(self) -> list[Seen]:
        """What stands on the screen."""
        shown = [_seen(message) for message in self.world.fact(self._fact("seen")) or []]
        end = shown[-1].at if shown else datetime.fromisoformat("2000-01-01T00:00:00+00:00")
        waiting = [
            Seen("customer", record.data["text"], end, tuple(filter(None, [record.data.get("name")])))
            for record in self._unsent()
        ]
        return shown + waiting

    def _unsent(self) -> list[Record]:
        records = self.world.records(_KIND, self.site.account, self.customer)
        return [record for record in records if not record.data["is_sent"]]

    async def _token(self) -> str:
        token = str(self.world.fact(self._fact("token")) or "")
        if not token and (answer := await self._call("POST", "session", json={})) is not None:
            token = answer.json()["token"]
            self.world.learn(self._fact("token"), token)
        return token

    async def _send(self, record: Record) -> bool:
        """Whether we were told that it has arrived."""
        answers = [await self._post(record.data) for _ in range(2 if self.faults.double_pushes else 1)]
        if self.faults.lose_answers > 0:
            self.faults.lose_answers -= 1
            return False
        if answers[0] is None:
            return False
        self.world.replace(record.seq, {**record.data, "is_sent": True})
        return True

    async def _post(self, data: Mapping[str, Any]) -> httpx.Response | None:
        if "data" not in data:
            body = {"message": data["text"], "client_id": data["id"], "name": self.customer, "page": self.site.origin}
            return await self._call("POST", "messages", json=body)
        headers = {"idempotency-key": data["id"], "content-type": data["mime_type"], "x-file-name": quote(data["name"])}
        return await self._call("POST", "files", content=b64decode(data["data"]), headers=headers)

    async def _history(self) -> list[dict[str, Any]] | None:
        """All of it, oldest first."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            params = {"limit": "100", **({"cursor": cursor} if cursor else {})}
            answer = await self._call("GET", "history", params=params)
            if answer is None:
                return None
            page = answer.json()
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found[::-1]

    async def _call(self, method: str, path: str, **more: Any) -> httpx.Response | None:
        """One call as the page of the site makes it; None: it did not get through."""
        token = self.world.fact(self._fact("token"))
        headers = {"origin": self.site.origin, **more.pop("headers", {})}
        if token:
            headers["authorization"] = f"Bearer {token}"
        params = {"inbox": self.site.inbox, **more.pop("params", {})}
        url = f"{self.address}/api/v1/chat/{self.site.slug}/{path}"
        try:
            answer = await self.http.request(method, url, params=params, headers=headers, timeout=_TIMEOUT, **more)
        except httpx.HTTPError:
            return None
        if answer.status_code == _UNKNOWN:
            self.world.learn(self._fact("token"), "")  # as a page does: begin anew
        return answer if answer.is_success else None

    def _fact(self, name: str) -> str:
        return f"{_KIND}/{name}/{self.site.account}/{self.customer}"


def _seen(message: Mapping[str, Any]) -> Seen:
    return Seen(
        sender="customer" if message["sender"] == "visitor" else "shop",
        text=message["text"],
        at=datetime.fromisoformat(message["at"]),
        files=tuple(file["name"] or file["kind"] for file in message["files"]),
    )
