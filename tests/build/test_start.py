"""Every service starts, answers, logs and ends as in its container: the image's files, its command, its environment.

There are no Google credentials here, as there is nobody to ask before the first request: clients are made late.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from starlette.requests import Request
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.auth.address import client_address
from infra.topology import FUNCTIONS
from tests.build.running import Run, start, started
from tests.build.services import SECRET, Service, planned_services
from tests.functions.test_start_up_weight import HEAVY

pytestmark = pytest.mark.terraform
FUNCTION_SERVICES = [name.replace("_", "-") for name in FUNCTIONS]
API, WORKER = "api", "telegram-accounts"


@pytest.fixture(scope="module")
def services() -> dict[str, Service]:
    """What terraform would make."""
    return planned_services()


@pytest.fixture(scope="module")
def runs(services: dict[str, Service], image: Path) -> Iterator[dict[str, Run]]:
    """Each service from its start to its end, with what it answered in between."""
    before = listing(image)
    with TemporaryDirectory(prefix="parley-") as folder:
        with started(services.values(), image, Path(folder)) as running:
            for name in FUNCTION_SERVICES:
                running[name].call("POST", "/")
            running[API].call("GET", "/api/v1/workspaces")
            running[API].call("GET", "/api/v1/workspaces/", **{"x-forwarded-proto": "https"})
            assert running[WORKER].process.poll() is None
        assert listing(image) == before, "a process has written into the image"
        yield running


def listing(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def test_terraform_runs_every_function_the_api_and_the_worker(services: dict[str, Service]) -> None:
    assert sorted(services) == sorted([*FUNCTION_SERVICES, API, WORKER])


def test_a_started_service_says_that_it_is_healthy(runs: dict[str, Run]) -> None:
    said = {name: run.answers[f"GET {run.service.probe}"] for name, run in runs.items() if name != WORKER}

    assert {name: answer.status_code for name, answer in said.items()} == dict.fromkeys(said, 200)


def test_a_call_from_nobody_is_refused(runs: dict[str, Run]) -> None:
    answers = {name: runs[name].answers["POST /"] for name in FUNCTION_SERVICES}

    refusals = {name: 401 if runs[name].service.callers else 404 for name in answers}
    assert {name: answer.status_code for name, answer in answers.items()} == refusals
    assert sorted(name for name in answers if refusals[name] == 404) == ["channel-webhook", "telegram-webhook"]
    assert {answer.headers["content-type"] for answer in answers.values()} == {"application/problem+json"}
    assert runs[API].answers["GET /api/v1/workspaces"].status_code == 401


def test_everything_that_is_logged_is_json(runs: dict[str, Run]) -> None:
    for run in runs.values():
        lines = [json.loads(line) for line in run.logged()]
        assert lines, run.service.name
        assert all({"severity", "message", "time"} <= line.keys() for line in lines)
        assert run.printed() == [], run.service.name


def test_no_log_holds_a_secret_or_what_stands_in_an_address(runs: dict[str, Run]) -> None:
    lines = [line for run in runs.values() for line in run.logged()]

    assert not [line for line in lines if SECRET in line or json.loads(line)["logger"] == "uvicorn.access"]


def test_a_service_ends_in_order_when_it_is_told_to(runs: dict[str, Run]) -> None:
    # Uvicorn closes its connections and then ends by the very signal that it got.
    assert {run.code for run in runs.values()} <= {0, -signal.SIGTERM}


def test_a_function_has_loaded_nothing_heavy_when_it_begins_to_listen(runs: dict[str, Run]) -> None:
    loaded = {name: runs[name].modules() for name in FUNCTION_SERVICES}

    assert all("infra.entry" in modules for modules in loaded.values())
    assert {name: modules & set(HEAVY) for name, modules in loaded.items() if modules & set(HEAVY)} == {}


def test_the_api_knows_that_the_world_speaks_https(runs: dict[str, Run]) -> None:
    answer = runs[API].answers["GET /api/v1/workspaces/"]

    assert answer.status_code == 307
    assert answer.headers["location"].startswith("https://")


async def test_a_caller_cannot_invent_an_address_behind_the_front_end(services: dict[str, Service]) -> None:
    seen: list[str] = []

    async def app(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        seen.append(client_address(Request(scope)))

    (trusted,) = [word for word in services[API].command if word.startswith("--forwarded-allow-ips=")]
    headers = [(b"x-forwarded-for", b"192.0.2.1, 198.51.100.7")]
    scope = {"type": "http", "headers": headers, "client": ("169.254.169.126", 1), "scheme": "http"}
    await ProxyHeadersMiddleware(app, trusted.partition("=")[2])(scope, None, None)  # type: ignore[arg-type]

    assert seen == ["198.51.100.7"], "the one that Google's front end saw and put last"


@pytest.mark.parametrize("secret", [None, "too-short"])
def test_the_api_does_not_start_without_its_secret_and_says_which(
    services: dict[str, Service], image: Path, tmp_path: Path, secret: str | None
) -> None:
    run = start(services[API], image, tmp_path / "api", PARLEY_JWT_SECRET=secret)

    assert run.process.wait(60) == 1
    said = "\n".join(run.printed() + run.logged())
    assert "PARLEY_JWT_SECRET" in said
    assert "too-short" not in said


def test_a_function_that_is_not_there_does_not_start(services: dict[str, Service], image: Path, tmp_path: Path) -> None:
    wrong = replace(
        services["deliver"], environment={**services["deliver"].environment, "FUNCTION_SOURCE": "/app/x.py"}
    )

    assert start(wrong, image, tmp_path / "nothing").process.wait(60) != 0
