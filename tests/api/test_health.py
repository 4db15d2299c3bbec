"""Whether the API lives and can serve, and its one line for each request."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from infra.cipher import KEYS_SECRET
from infra.local.secrets import FolderSecrets
from infra.logs import JsonLines
from shared.errors import Unavailable
from tests.api.office import Office

READY = ("/readyz", "/api/v1/health")


class StoreAway:
    """A store that answers nobody."""

    async def get(self, path: str) -> None:
        raise Unavailable("Firestore: ServiceUnavailable")

    async def close(self) -> None:
        """There is nothing to close."""


async def test_it_lives_and_can_serve(office: Office) -> None:
    client = await office.client()

    answers = [await client.get(path) for path in ("/healthz", *READY)]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"status": "ok"})] * 3


@pytest.mark.parametrize("path", READY)
async def test_without_a_store_it_lives_and_cannot_serve(office: Office, path: str) -> None:
    client = await office.client()
    office.desk.ports.__dict__["store"] = StoreAway()

    answer = await client.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert (answer.json()["code"], answer.json()["detail"]) == ("unavailable", "the store does not answer")
    assert (await client.get("/healthz")).status_code == 200


@pytest.mark.parametrize("path", READY)
async def test_without_keys_it_cannot_serve(office: Office, path: str) -> None:
    await FolderSecrets(office.desk.settings.data_dir / "secrets").put(KEYS_SECRET, "no key")
    office.clock.advance(600)

    answer = await (await office.client()).get(path)

    assert (answer.status_code, answer.json()["detail"]) == (503, "the key material cannot be read")


async def test_probes_cost_one_read_in_ten_seconds(office: Office) -> None:
    client = await office.client()
    store: Any = office.desk.ports.store
    before = store.reads

    for _ in range(30):
        await client.get("/readyz")

    assert store.reads == before + 1


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """What the log of the API says, as Cloud Logging reads it."""
    found: list[dict[str, Any]] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(json.loads(JsonLines().format(record)))

    log, keeper = logging.getLogger("parley"), Keeper()
    log.addHandler(keeper)
    log.setLevel(logging.INFO)
    yield found
    log.removeHandler(keeper)
    log.setLevel(logging.NOTSET)


async def test_a_request_is_one_line_with_its_trace_and_ids(office: Office, lines: list[dict[str, Any]]) -> None:
    workspace = await office.workspace()
    conversation = await office.letter(await office.inbox(workspace), "anna")
    olga = await office.person("olga")
    lines.clear()

    path = f"/api/v1/workspaces/{workspace}/conversations/{conversation}"
    await olga.get(path, params={"q": "Anna"}, headers={"traceparent": f"00-{'a' * 32}-{'b' * 16}-00"})

    (line,) = lines
    assert line["logging.googleapis.com/trace"] == f"projects/parley/traces/{'a' * 32}"
    assert (line["workspace_id"], line["conversation_id"]) == (workspace, conversation)
    assert (line["message"], line["function"], line["method"], line["status"]) == ("handled", "api", "GET", 200)
    assert line["route"].endswith("/conversations/{conversation_id}")
    assert "Anna" not in repr(line)


async def test_a_stranger_cannot_write_into_the_log(office: Office, lines: list[dict[str, Any]]) -> None:
    client = await office.client()

    await client.get("/api/v1/workspaces/card 4111/conversations/anna@shop.example")
    await client.get("/api/v1/4111", headers={"traceparent": "4111"})
    await client.request("CARD4111", "/api/v1/health")

    assert [line["status"] for line in lines] == [401, 404, 405]
    assert [line["method"] for line in lines] == ["GET", "GET", "other"]
    assert "4111" not in repr(lines)
    assert "anna" not in repr(lines)
