"""The smoke command against hosts that mean harm, or that only look like a Parley."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from api.smoke.deployment import Deployment
from api.smoke.steps import StepFailed
from tests.e2e.test_smoke import WELL, against, answering, command
from tests.support.receiver import serve

PASSWORD = "correct horse battery"
LOGIN = ("--email", "olga@shop.example")
UNKNOWN = JSONResponse({"status": 404, "code": "not_found"}, 404, media_type="application/problem+json")
PUBLIC = [
    answering("/api/v1/health", WELL),
    answering("/openapi.json", JSONResponse({"info": {"title": "Parley", "version": "1"}})),
    answering("/api/v1/chat/{chat}/session", UNKNOWN),
]


@pytest.mark.parametrize("url", ["http://desk.example", "http://192.0.2.7:8000", "http://localhost.evil.example"])
def test_a_password_does_not_travel_in_the_clear(url: str) -> None:
    run = command(url, *LOGIN, typed=f"{PASSWORD}\n")

    assert run.exit_code == 2
    assert PASSWORD not in run.output


@pytest.mark.parametrize(
    "url", ["https://olga:s3cret@desk.example", "https://desk.example/?token=s3cret", "https://[x"]
)
def test_an_address_with_more_than_a_place_is_refused_and_not_repeated(url: str) -> None:
    run = command(url)

    assert run.exit_code == 2
    assert "s3cret" not in run.output


@pytest.mark.parametrize("status", [301, 307, 308])
async def test_a_password_does_not_follow_a_redirect(status: int) -> None:
    heard: list[bytes] = []

    async def elsewhere(request: Request) -> Response:
        heard.append(await request.body())
        return JSONResponse({"access_token": "t"})

    async with serve(Starlette(routes=[Route("/{rest:path}", elsewhere, methods=["GET", "POST"])])) as other:
        there = answering("/api/v1/auth/token", RedirectResponse(f"{other}/api/v1/auth/token", status))
        run = await against(Starlette(routes=[*PUBLIC, there]), *LOGIN, typed=f"{PASSWORD}\n")

    assert run.exit_code == 1
    assert "smoke: failed at sign in after" in run.stderr
    assert heard == []
    assert PASSWORD not in run.output


async def endless(piece: bytes, pause: float) -> AsyncIterator[bytes]:
    while True:
        yield piece
        await asyncio.sleep(pause)


@pytest.mark.parametrize(("piece", "pause", "came"), [(b" ", 0.05, "TimeoutError"), (b" " * 2**20, 0, "more than")])
async def test_an_answer_without_an_end_is_given_up(piece: bytes, pause: float, came: str) -> None:
    async def stream(request: Request) -> Response:
        return StreamingResponse(endless(piece, pause))

    async with serve(Starlette(routes=[Route("/", stream)])) as url, httpx.AsyncClient() as http:
        with pytest.raises(StepFailed) as failed:
            async with asyncio.timeout(20):
                await Deployment(url, http).answer("GET", "/", timeout=1.0 if pause else 15.0)

    assert came in failed.value.came


@pytest.mark.parametrize(
    "answer",
    [{"items": [7]}, {"items": [{}]}, {"items": [{"slug": "smoke", "role": "owner"}]}, {"items": [[[]]]}],
    ids=str,
)
async def test_answers_of_another_shape_fail_their_step_and_show_nothing_that_was_typed(answer: Any) -> None:
    routes = [
        answering("/api/v1/auth/token", JSONResponse({"access_token": "t0ken"})),
        answering("/{rest:path}", JSONResponse(answer)),
    ]
    run = await against(Starlette(routes=[*PUBLIC, *routes]), *LOGIN, typed=f"{PASSWORD}\n")

    assert isinstance(run.exception, SystemExit), run.exception
    assert run.exit_code == 1
    assert "smoke: failed at workspace" in run.stderr
    assert PASSWORD not in run.output
    assert "t0ken" not in run.output


async def test_what_a_host_says_does_not_steer_the_terminal() -> None:
    problem = {"status": 503, "code": "x\x1b[2J", "detail": "\x1b]0;owned\x07\r\nok      health"}
    ill = JSONResponse(problem, 503, media_type="application/problem+json")

    run = await against(Starlette(routes=[answering("/api/v1/health", ill)]))

    assert run.exit_code == 1
    assert all(line.isprintable() for line in run.output.split("\n"))
    assert not any(line.startswith("ok") for line in run.stdout.splitlines())
