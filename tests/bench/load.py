"""HTTP callers that take next to no CPU themselves: a client library takes more than what it would measure."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Call:
    """One POST of JSON."""

    path: str
    body: bytes
    headers: Mapping[str, str]


class Connection:
    """One kept-alive HTTP/1.1 connection to an address of this host."""

    def __init__(self, url: str) -> None:
        split = urlsplit(url)
        self._host, self._port = split.hostname or "127.0.0.1", split.port or 80

    async def __aenter__(self) -> Connection:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._writer.close()

    async def post(self, call: Call) -> int:
        """The status of the answer, once its body is here too."""
        headers = {"Host": "127.0.0.1", "Content-Type": "application/json", **call.headers}
        lines = [f"POST {call.path} HTTP/1.1", f"Content-Length: {len(call.body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + call.body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = head.partition("content-length:")[2].partition("\r\n")[0].strip()
        await self._reader.readexactly(int(length or 0))
        return int(head.split(" ", 2)[1])


async def post(url: str, call: Call) -> int:
    """One POST on a connection of its own."""
    async with Connection(url) as connection:
        return await connection.post(call)


@dataclass(frozen=True, slots=True)
class Block:
    """Some calls made at once: how long all of them took, and each of them."""

    seconds: float
    each: list[float]


async def drive(url: str, calls: Iterator[Call], *, count: int, connections: int) -> Block:
    """Make the next `count` calls over so many connections. Every answer must be a success."""
    each: list[float] = []
    left = iter(range(count))

    async def worker() -> None:
        async with Connection(url) as connection:
            for _ in left:
                started = time.perf_counter()
                status = await connection.post(next(calls))
                each.append(time.perf_counter() - started)
                assert status in (200, 204), f"{url} answered {status}"

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(connections)))
    return Block(time.perf_counter() - started, each)


async def until(holds: Callable[[], bool], *, seconds: float = 30.0) -> None:
    """Wait for something that nobody announces."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - that is what it is for
            await asyncio.sleep(0.02)
