"""The floor of the embedded product: the durable steps and HTTP hops of a turn over bare sqlite3, nothing else.

`python -m tests.bench.floor_product FOLDER PORT ADDRESS_OF_SEND_MESSAGE`
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from collections.abc import Coroutine
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

DOCUMENT = json.dumps({"text": "x" * 600})
CONVERSATION = json.dumps({"window": "x" * 6000})
ANSWER = "Delivery takes two days. " * 7


class Files:
    """Documents in one file and work in another, each as safe from a crash as the product's."""

    def __init__(self, folder: Path) -> None:
        self._documents = _opened(folder / "documents.db", "create table kept (path text primary key, data text)")
        self._work = _opened(folder / "work.db", "create table work (id integer primary key, body text)")

    def commit(self, **documents: str) -> None:
        self._documents.execute("begin immediate")
        self._documents.executemany("insert or replace into kept values (?, ?)", documents.items())
        self._documents.execute("commit")

    def read(self, path: str) -> object:
        (text,) = self._documents.execute("select data from kept where path = ?", (path,)).fetchone()
        return json.loads(text)

    def add(self, body: str) -> int:
        return self._work.execute("insert into work (body) values (?)", (body,)).lastrowid or 0

    def finish(self, row: int) -> None:
        self._work.execute("delete from work where id = ?", (row,))


def _opened(path: Path, table: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = normal")
    db.execute(table)
    return db


class Floor:
    """A webhook, a reply and a delivery, each a step of its own as in the product."""

    def __init__(self, folder: Path, vendor: str) -> None:
        self._files = Files(folder)
        self._vendor = vendor
        self._http = httpx.AsyncClient()
        self._running: set[asyncio.Task[None]] = set()
        self.app = Starlette(routes=[Route("/hook", self._hook, methods=["POST"])])

    async def _hook(self, request: Request) -> Response:
        update = json.loads(await request.body())
        customer, number = str(update["message"]["chat"]["id"]), update["update_id"]
        self._files.commit(**{f"m{number}": DOCUMENT, f"c{customer}": CONVERSATION, f"p{customer}": DOCUMENT})
        self._spawn(self._reply(customer, number, self._files.add(customer)))
        return JSONResponse({})

    async def _reply(self, customer: str, number: int, row: int) -> None:
        self._files.read(f"c{customer}")
        self._files.commit(**{f"a{number}": DOCUMENT, f"c{customer}": CONVERSATION})
        self._spawn(self._deliver(customer, number, self._files.add(customer)))
        self._files.finish(row)

    async def _deliver(self, customer: str, number: int, row: int) -> None:
        self._files.read(f"c{customer}")
        self._files.read(f"a{number}")
        self._files.commit(**{f"c{customer}": CONVERSATION})
        await self._http.post(self._vendor, json={"chat_id": customer, "text": ANSWER})
        self._files.commit(**{f"a{number}": DOCUMENT, f"c{customer}": CONVERSATION})
        self._files.finish(row)

    def _spawn(self, step: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(step)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def main() -> None:
    """The command line."""
    folder, port, vendor = sys.argv[1:]
    app = Floor(Path(folder), vendor).app
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="error", lifespan="off", access_log=False)


if __name__ == "__main__":
    main()
