"""A process of its own for the crash tests: `python queue_victim.py work|enqueue FILE [COUNT]`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from infra.local.queue.dispatcher import Dispatcher
from infra.local.queue.store import New, Queue
from infra.system import SystemClock


async def _never_answers(target: str, body: bytes, headers: Mapping[str, str]) -> int:
    del headers
    print(target, body.decode(), flush=True)
    await asyncio.sleep(3600)
    return 204


async def _main(what: str, path: Path, count: int) -> None:
    queue, clock = Queue(path), SystemClock()
    if what == "work":
        await Dispatcher(queue, _never_answers, clock).run()
    for number in range(count):
        queue.add(New("deliver", b"%d" % number, clock.now(), name=None))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], Path(sys.argv[2]), int((sys.argv[3:] or ["0"])[0])))
