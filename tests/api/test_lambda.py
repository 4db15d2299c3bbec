"""The application behind AWS Lambda, with events in the shape that Amazon sends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api import lambda_handler
from api.context import Api
from api.events import Pace
from infra.bootstrap import Desk, install
from infra.cipher import ensure_key
from tests.api.office import PASSWORD, desk_in
from tests.support.clock import ManualClock

PAYLOADS = Path(__file__).parents[1] / "payloads" / "lambda"


def event(name: str) -> dict[str, Any]:
    loaded = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = desk_in(tmp_path, ManualClock())

    async def prepare() -> None:
        await ensure_key(desk.ports.secrets)
        await Api(desk, Pace(1)).accounts.put("olga@shop.example", PASSWORD)

    asyncio.run(prepare())
    install(desk)
    lambda_handler._application.cache_clear()
    asyncio.set_event_loop(asyncio.new_event_loop())
    yield desk
    asyncio.get_event_loop_policy().get_event_loop().close()
    asyncio.set_event_loop(None)
    install(None)
    lambda_handler._application.cache_clear()
    asyncio.run(desk.ports.store.close())


def test_a_form_that_api_gateway_encoded_signs_in(desk: Desk) -> None:
    answer = lambda_handler.handler(event("api_gateway_v2"), None)

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["token_type"] == "bearer"
    assert answer["headers"]["cache-control"] == "no-store, private"


def test_a_browsers_cookie_comes_through_a_function_url(desk: Desk) -> None:
    token = json.loads(lambda_handler.handler(event("api_gateway_v2"), None)["body"])["access_token"]
    request = event("function_url")
    request["cookies"] = [f"parley_access={token}"]

    created = lambda_handler.handler(request, None)
    refused = lambda_handler.handler({**request, "cookies": ["parley_access=forged"]}, None)

    assert (created["statusCode"], json.loads(created["body"])["name"]) == (201, "Лавка")
    assert refused["statusCode"] == 401
    assert refused["headers"]["content-type"] == "application/problem+json"


def test_cookies_are_answered_one_by_one(desk: Desk) -> None:
    request = event("api_gateway_v2")
    request |= {
        "body": "username=olga%40shop.example&password=correct+horse+battery&cookies=true",
        "isBase64Encoded": False,
    }
    request["headers"]["content-length"] = str(len(request["body"]))

    answer = lambda_handler.handler(request, None)

    assert [cookie.partition("=")[0] for cookie in answer["cookies"]] == ["parley_access", "parley_refresh"]
