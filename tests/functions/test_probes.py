"""Every function's process says whether it lives and whether it can work, without touching what it is there for."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from infra.adapters import Ports
from infra.bootstrap import Desk, install
from infra.logs import JsonLines
from infra.settings import Settings
from infra.topology import FUNCTIONS, handler
from shared.errors import Unavailable
from tests.support.clock import ManualClock


class Store:
    """A store that may be away, and counts who asks."""

    def __init__(self) -> None:
        self.is_down = False
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def get(self, path: str) -> None:
        self.asked += 1
        await self.may_answer.wait()
        if self.is_down:
            raise Unavailable("Firestore: ServiceUnavailable")


class Rig:
    """A desk over it."""

    def __init__(self, folder: Path) -> None:
        self.store, self.clock = Store(), ManualClock()
        self.ports = Ports(Settings(data_dir=folder))
        self.ports.__dict__ |= {"store": self.store, "clock": self.clock}
        install(Desk(self.ports))


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    yield Rig(tmp_path)
    install(None)


async def probe(function: str, path: str, method: str = "GET") -> tuple[int, Mapping[str, Any]]:
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": []}
    answer: Response = await handler(function)(Request(scope))
    return answer.status_code, json.loads(bytes(answer.body))


@pytest.mark.parametrize("function", FUNCTIONS)
async def test_a_function_lives_and_can_work(rig: Rig, function: str) -> None:
    assert await probe(function, "/healthz") == (200, {"status": "ok"})
    assert rig.store.asked == 0
    assert await probe(function, "/readyz") == (200, {"status": "ok"})


async def test_without_a_store_it_lives_and_cannot_work(rig: Rig) -> None:
    rig.store.is_down = True

    status, problem = await probe("deliver", "/readyz")

    assert (status, problem["code"], problem["detail"]) == (503, "unavailable", "the store does not answer")
    assert (await probe("deliver", "/healthz"))[0] == 200


async def test_probes_ask_the_store_seldom_and_notice_soon(rig: Rig) -> None:
    for _ in range(50):
        await probe("deliver", "/readyz")
    assert rig.store.asked == 1

    rig.store.is_down = True
    rig.clock.advance(11)
    assert (await probe("deliver", "/readyz"))[0] == 503
    rig.store.is_down = False
    rig.clock.advance(11)
    assert (await probe("deliver", "/readyz"))[0] == 200


async def test_who_has_used_the_keys_needs_them(rig: Rig) -> None:
    assert rig.ports.cipher  # there is no key in this folder

    status, problem = await probe("deliver", "/readyz")

    assert (status, problem["detail"]) == (503, "the key material cannot be read")


async def test_who_asks_at_once_has_one_answer_looked_up(rig: Rig) -> None:
    rig.store.may_answer.clear()
    asking = [asyncio.create_task(probe("deliver", "/readyz")) for _ in range(50)]
    await asyncio.sleep(0.05)
    rig.store.may_answer.set()

    assert {status for status, _ in await asyncio.gather(*asking)} == {200}
    assert rig.store.asked == 1


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_with_a_setting_that_is_wrong_a_function_does_not_live_and_the_log_names_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    install(None)
    monkeypatch.setenv("PARLEY_PUSH_ACCOUNTS", "s3cret")

    status, problem = await probe("deliver", path)

    assert (status, problem["code"]) == (500, "internal_error")
    (line,) = [json.loads(JsonLines().format(record)) for record in caplog.records]
    assert (line["severity"], line["message"], line["function"]) == ("ERROR", "failed", "deliver")
    assert line["reason"] == "PARLEY_PUSH_ACCOUNTS is not JSON"


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/hooks/avito/x/y"), ("PUT", "/healthz")])
async def test_nothing_else_is_answered_to_who_does_not_post(rig: Rig, method: str, path: str) -> None:
    status, problem = await probe("channel_webhook", path, method)

    assert (status, problem["code"]) == (405, "method_not_allowed")


async def test_probes_leave_no_line(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    await probe("deliver", "/healthz")
    await probe("deliver", "/readyz")

    assert not [record for record in caplog.records if record.name.startswith("parley")]
