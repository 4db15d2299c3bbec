"""Problem details, headers and limits; and that no body makes the API fail."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.guard import BODY_LIMIT
from tests.api.office import Office, desk_in, office_over
from tests.support.clock import ManualClock

FIELDS = {"type", "title", "status", "code", "detail", "instance"}


def check_problem(answer: Any, status: int, code: str) -> None:
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert set(body) - {"errors"} == FIELDS
    assert body["instance"] == answer.request.url.path


async def test_every_error_is_problem_details(office: Office) -> None:
    olga = await office.person("olga")

    check_problem(await olga.get("/api/v1/nothing"), 404, "not_found")
    check_problem(await olga.get("/nothing"), 404, "not_found")
    check_problem(await olga.delete("/api/v1/workspaces"), 405, "method_not_allowed")
    check_problem(await olga.get("/api/v1/workspaces/none"), 404, "not_found")
    check_problem(await olga.post("/api/v1/workspaces", json={}), 422, "invalid_request")
    check_problem(
        await olga.post("/api/v1/workspaces", content=b"{", headers={"content-type": "application/json"}),
        422,
        "invalid_request",
    )
    check_problem(await (await office.client()).get("/api/v1/workspaces"), 401, "not_signed_in")
    check_problem(await olga.get("/api/v1/admin/settings/llm"), 403, "superuser_only")


async def test_what_is_wrong_is_said_by_field_without_the_value(office: Office) -> None:
    olga = await office.person("olga")

    answer = await olga.post("/api/v1/workspaces", json={"name": "x" * 200, "slug": "SECRET VALUE", "owner": "me"})

    errors = {error["field"]: error["code"] for error in answer.json()["errors"]}
    assert errors == {
        "body.name": "string_too_long",
        "body.slug": "string_pattern_mismatch",
        "body.owner": "extra_forbidden",
    }
    assert "SECRET VALUE" not in answer.text


async def test_an_unexpected_error_tells_the_caller_nothing_and_the_log_no_words(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "parley")

    @office.app.get("/api/v1/broken")
    async def broken() -> None:
        raise RuntimeError("Анна wrote: my card is 4111")

    answer = await (await office.client()).get("/api/v1/broken")

    check_problem(answer, 500, "internal_error")
    assert "4111" not in answer.text + caplog.text
    (record,) = [record for record in caplog.records if record.getMessage() == "failed"]
    assert record.__dict__["error"] == "RuntimeError"
    assert any("broken" in frame for frame in record.__dict__["frames"])


async def test_answers_are_private_and_guarded(office: Office) -> None:
    olga = await office.person("olga")

    for answer in (await olga.get("/api/v1/workspaces"), await olga.get("/api/v1/nothing")):
        assert answer.headers["cache-control"] == "no-store, private"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_a_body_above_the_limit_is_refused_before_it_is_read(office: Office) -> None:
    olga = await office.person("olga")
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 * BODY_LIMIT:
            sent += 2**16
            yield b" " * 2**16

    headers = {"content-type": "application/json"}
    declared = await olga.post("/api/v1/workspaces", content=b" " * (BODY_LIMIT + 1), headers=headers)
    streamed = await olga.post("/api/v1/workspaces", content=endless(), headers=headers)
    at_limit = await olga.post("/api/v1/workspaces", content=b" " * BODY_LIMIT, headers=headers)

    check_problem(declared, 413, "too_large")
    check_problem(streamed, 413, "too_large")
    assert sent < 3 * BODY_LIMIT
    assert at_limit.status_code == 422


async def test_the_pages_about_the_api_are_there(office: Office) -> None:
    client = await office.client()

    answers = [await client.get(path) for path in ("/healthz", "/openapi.json", "/docs", "/redoc")]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert answers[0].json() == {"status": "ok"}


async def test_the_document_describes_errors_and_says_how_to_sign_in(office: Office) -> None:
    document = (await (await office.client()).get("/openapi.json")).json()

    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert all(operation["tags"] for operation in operations)
    for operation in operations:
        for status, answer in operation["responses"].items():
            if status.startswith(("4", "5")):
                assert set(answer["content"]) == {"application/problem+json"}, operation["operationId"]
    assert set(document["components"]["schemas"]["Problem"]["required"]) == FIELDS - {"type"}
    flows = document["components"]["securitySchemes"]["OAuth2PasswordBearer"]["flows"]
    assert flows["password"]["tokenUrl"] == "/api/v1/auth/token"
    assert "HTTPValidationError" not in document["components"]["schemas"]


async def test_no_answer_shows_more_than_its_schema_says(office: Office) -> None:
    """Every answer is a schema of its own, never a noun with whatever it carries."""
    schemas = office.app.openapi()["components"]["schemas"]

    names = {name for schema in schemas.values() for name in schema.get("properties", {})}

    assert not names & {"password_hash", "refresh_hash", "webhook_secret", "window", "outbox", "cursor", "context"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["ru", "owner", "a" * 26]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def body(*names: str) -> st.SearchStrategy[Any]:
    """Anything, and objects that have some of the right names."""
    return JSON | st.dictionaries(st.sampled_from(names) | st.text(max_size=4), JSON, max_size=len(names) + 1)


ROUTES = {
    "/workspaces": body("name", "slug"),
    "/workspaces/{ws}/members": body("email", "role"),
    "/workspaces/{ws}/assistants": body("name", "instructions", "tone", "mode", "debounce_seconds"),
    "/workspaces/{ws}/conversations/{c}/send": body("text", "draft_id"),
    "/workspaces/{ws}/conversations/{c}/notes": body("text"),
    "/workspaces/{ws}/conversations/{c}/labels": body("labels"),
    "/workspaces/{ws}/conversations/{c}/assign": body("user_id"),
    "/auth/refresh": body("refresh_token"),
}


@pytest.mark.parametrize("route", ROUTES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_body_makes_the_api_fail(fuzzed: Fuzzed, route: str, data: st.DataObject) -> None:
    content = json.dumps(data.draw(ROUTES[route]))

    assert fuzzed.post(route, content) < 500


@pytest.mark.parametrize(
    "content", ['{"text": "\\ud800"}', '{"\\ud800": 1}', '{"text": NaN}', "[" * 50_000, '"\\u0000"', ""]
)
def test_no_odd_json_makes_the_api_fail(fuzzed: Fuzzed, content: str) -> None:
    assert fuzzed.post("/workspaces/{ws}/conversations/{c}/send", content) in (400, 422)


class Fuzzed:
    """An office that takes one body after another. Runs its own loop: hypothesis calls plain functions."""

    def __init__(self, runner: Any, office: Office, workspace: str, conversation: str) -> None:
        self._run, self._office = runner.run, office
        self._workspace, self._conversation = workspace, conversation

    def post(self, route: str, content: str) -> int:
        address = "/api/v1" + route.format(ws=self._workspace, c=self._conversation)
        return int(self._run(self._post(address, content)))

    async def _post(self, address: str, content: str) -> int:
        olga = await self._office.person("olga")
        answer = await olga.post(address, content=content, headers={"content-type": "application/json"})
        return answer.status_code


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    clock = ManualClock()
    with asyncio.Runner() as runner:
        opening = office_over(desk_in(folder, clock), clock)
        office = runner.run(opening.__aenter__())
        workspace = runner.run(office.workspace("olga"))
        inbox = runner.run(office.inbox(workspace))
        conversation = runner.run(office.letter(inbox, "Анна"))
        yield Fuzzed(runner, office, workspace, conversation)
        runner.run(opening.__aexit__(None, None, None))
