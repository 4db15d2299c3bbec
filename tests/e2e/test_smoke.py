"""The smoke command against a real product, and against what is broken or is none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp
from typer.testing import CliRunner, Result

from api.manage import app
from api.smoke.check import Login, SmokeCheck
from api.smoke.deployment import Deployment
from api.smoke.steps import Steps
from infra.adapters import Ports
from infra.bootstrap import Desk
from infra.emulators import free_port
from infra.settings import Settings
from infra.system import RandomIds
from tests.api.office import PASSWORD as OLGAS
from tests.api.office import Office, office_over
from tests.support.clock import ManualClock
from tests.support.installed import Installed, installed, smoke
from tests.support.machine import Site
from tests.support.receiver import serve


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with installed("embedded", tmp_path_factory.mktemp("smoke") / "data") as running:
        yield running


def of_smoke(product: Installed) -> tuple[str, str]:
    """The workspace's address, and its assistant's chunks'."""
    (seat,) = [seat for seat in product.call("GET", "/api/v1/workspaces")["items"] if seat["slug"] == "smoke"]
    workspace = f"/api/v1/workspaces/{seat['id']}"
    (assistant,) = product.call("GET", f"{workspace}/assistants")["items"]
    return workspace, f"{workspace}/assistants/{assistant['id']}/chunks"


def test_a_product_that_works_passes_and_nothing_stays_behind_but_the_closed_conversation(product: Installed) -> None:
    run = smoke(product)

    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.splitlines()[-1].startswith("smoke: ok in ")
    assert "FAILED" not in run.stdout
    workspace, chunks = of_smoke(product)
    assert [row["status"] for row in product.call("GET", f"{workspace}/conversations")["items"]] == ["closed"]
    assert product.call("GET", chunks)["items"] == []


def test_a_model_that_is_switched_off_is_told_precisely_and_cleaned_up_behind(product: Installed) -> None:
    settings = "/api/v1/admin/settings/llm"
    product.call("PUT", settings, json={"llm_enabled": False})
    try:
        run = smoke(product)
    finally:
        product.call("PUT", settings, json={"llm_enabled": True})

    workspace, chunks = of_smoke(product)
    latest = product.call("GET", f"{workspace}/conversations")["items"][0]
    assert run.returncode == 1
    assert "smoke: failed at reply after" in run.stderr
    assert "it was handed to a person: llm_disabled" in run.stdout, run.stdout
    assert f"the logs of llm-reply for conversation {latest['id']}" in run.stdout
    assert latest["status"] == "closed"
    assert product.call("GET", chunks)["items"] == []
    assert len(product.call("GET", f"{workspace}/inboxes")["items"]) == 1, "what the run before made is found again"


def command(url: str, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["smoke", "--url", url, *arguments], input=typed)


def test_a_host_that_nobody_answers_at_is_told_in_one_step() -> None:
    run = command(f"http://127.0.0.1:{free_port()}")

    assert run.exit_code == 1
    assert "ConnectError" in run.stdout
    assert "smoke: failed at health after" in run.stderr


@pytest.mark.parametrize("url", ["desk.example", "ftp://desk.example", ""])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    assert command(url).exit_code == 2


async def against(app_there: ASGIApp, *arguments: str, typed: str = "") -> Result:
    async with serve(app_there) as url:
        return await asyncio.to_thread(command, url, *arguments, typed=typed)


def answering(path: str, answer: Response) -> Route:
    async def handler(request: Request) -> Response:
        return answer

    return Route(path, handler, methods=["GET", "POST"])


PROBLEM = {
    "status": 503,
    "code": "unavailable",
    "title": "Service Unavailable",
    "detail": "Firestore: DeadlineExceeded",
}
ILL = JSONResponse(PROBLEM, 503, media_type="application/problem+json")
WELL = JSONResponse({"status": "ok"})


@pytest.mark.parametrize(
    ("routes", "step", "came"),
    [
        ([answering("/api/v1/health", ILL)], "health", "503 application/problem+json unavailable: Firestore"),
        ([answering("/healthz", ILL)], "health", "503"),
        ([answering("/{rest:path}", PlainTextResponse("Welcome!"))], "health", "200 text/plain"),
        ([], "health", "this may be no Parley"),
        ([answering("/healthz", WELL)], "api", "404"),
        ([answering("/healthz", WELL), answering("/openapi.json", JSONResponse({"info": 7}))], "api", "200"),
        ([answering("/healthz", WELL), answering("/openapi.json", JSONResponse([1]))], "api", "200"),
    ],
)
async def test_what_is_ill_or_no_parley_fails_at_its_step(routes: list[Route], step: str, came: str) -> None:
    run = await against(Starlette(routes=routes))

    assert run.exit_code == 1
    assert run.exception is None or isinstance(run.exception, SystemExit), run.exception
    assert f"smoke: failed at {step} after" in run.stderr
    assert came in run.stdout
    assert "look at" in run.stdout


@asynccontextmanager
async def api_alone(folder: Path) -> AsyncIterator[tuple[Office, str]]:
    """A real API without any function behind it; Olga has signed up."""
    clock = ManualClock()
    async with Site().listening() as site:
        ports = Ports(Settings(data_dir=folder, public_url=site.url))
        ports.__dict__["clock"] = clock
        async with office_over(Desk(ports), clock) as office:
            await office.person("olga")
            site.app = office.app
            yield office, site.url


async def check(url: str, *, password: str = OLGAS, email: str = "olga@shop.example") -> tuple[bool, str]:
    """Without waiting for real where only time passes."""
    told: list[str] = []
    clock = ManualClock()
    async with httpx.AsyncClient() as http:
        login = Login(email, password)
        steps = Steps(clock, told.append)
        is_well = await SmokeCheck(Deployment(url, http), steps, clock, RandomIds(), login, 1.0, "smoke")()
    return is_well, "\n".join(told)


async def test_only_the_public_part_is_checked_without_a_login(tmp_path: Path) -> None:
    async with api_alone(tmp_path) as (_, url):
        run = await asyncio.to_thread(command, url + "/")

    assert run.exit_code == 0
    assert "public parts only" in run.stdout.splitlines()[-1]


async def test_a_wrong_password_is_told_and_not_shown(tmp_path: Path) -> None:
    async with api_alone(tmp_path) as (_, url):
        run = await asyncio.to_thread(command, url, "--email", "olga@shop.example", typed="not the password\n")

    assert run.exit_code == 1
    assert "smoke: failed at sign in after" in run.stderr
    assert "create-user" in run.stdout
    assert "not the password" not in run.output


async def test_without_an_answer_in_time_it_says_how_far_the_question_came_and_cleans_up(tmp_path: Path) -> None:
    async with api_alone(tmp_path) as (office, url):
        is_well, told = await check(url)

        olga = await office.person("olga")
        (seat,) = (await olga.get("/api/v1/workspaces")).json()["items"]
        root = f"/api/v1/workspaces/{seat['id']}"
        (conversation,) = (await olga.get(f"{root}/conversations")).json()["items"]
        (message, _) = sorted(
            (await olga.get(f"{root}/conversations/{conversation['id']}/messages")).json()["items"],
            key=lambda one: one["direction"] != "incoming",
        )
        (assistant,) = (await olga.get(f"{root}/assistants")).json()["items"]
        assert (await olga.get(f"{root}/assistants/{assistant['id']}/chunks")).json()["items"] == []
    assert not is_well
    assert "came      nothing: the conversation is awaiting_response" in told
    assert f"the logs of llm-reply for conversation {conversation['id']}, message {message['id']}" in told
    assert conversation["status"] == "closed"
    assert told.count("FAILED") == 1


async def test_what_somebody_changed_in_the_checks_workspace_is_set_right(tmp_path: Path) -> None:
    async with api_alone(tmp_path) as (office, url):
        await check(url)
        olga = await office.person("olga")
        (seat,) = (await olga.get("/api/v1/workspaces")).json()["items"]
        root = f"/api/v1/workspaces/{seat['id']}"
        (assistant,) = (await olga.get(f"{root}/assistants")).json()["items"]
        (inbox,) = (await olga.get(f"{root}/inboxes")).json()["items"]
        await olga.patch(f"{root}/assistants/{assistant['id']}", json={"mode": "off"})
        await olga.patch(f"{root}/inboxes/{inbox['id']}", json={"assistant_id": None, "allows_assistant": False})
        await olga.post(f"{root}/inboxes/{inbox['id']}/pause")
        stale = {"question": "Left behind?", "answer": "Yes"}
        await olga.post(f"{root}/assistants/{assistant['id']}/chunks", json=stale)

        _, told = await check(url)

        (assistant,) = (await olga.get(f"{root}/assistants")).json()["items"]
        (inbox,) = (await olga.get(f"{root}/inboxes")).json()["items"]
    assert assistant["mode"] == "autonomous"
    assert (inbox["health"], inbox["assistant_id"], inbox["allows_assistant"]) == ("connected", assistant["id"], True)
    assert "ok      visitor" in told


async def test_a_workspace_of_somebody_else_is_not_used(tmp_path: Path) -> None:
    async with api_alone(tmp_path) as (office, url):
        await check(url)
        await office.person("oleg")
        is_well, told = await check(url, email="oleg@shop.example")

    assert not is_well
    assert "expected  a workspace smoke that this user owns" in told
    assert "--slug" in told


async def test_an_answer_without_the_word_fails(tmp_path: Path) -> None:
    async with api_alone(tmp_path) as (office, url):
        real: Any = office.app

        async def forgetful(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http" and scope["path"].endswith("/message"):
                said = {"reply": "Good question!", "status": "answered", "messages": [], "dialog_id": "d", "token": "t"}
                await JSONResponse(said)(scope, receive, send)
            else:
                await real(scope, receive, send)

        async with serve(forgetful) as other:
            assert url != other
            is_well, told = await check(other)

    assert not is_well
    assert "came      another answer: Good question!" in told
