"""The whole product with all its channels is used, and every line that its processes write is read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.channels.registry import REGISTRY, channel_class
from infra.sandbox.llm import LlmStandin, answers
from infra.system import SystemClock
from infra.topology import WEBHOOKS
from tests.support.installed import eventually
from tests.support.leaks import forms, leaks
from tests.support.observed import Observed, observed
from tests.support.thread_server import listening

STACKS = ["embedded", pytest.param("emulators", marks=pytest.mark.emulators)]
CHANNELS = [kind.value for kind in REGISTRY]
HOOKED = [kind.value for kind in REGISTRY if channel_class(kind).capabilities.pushes and kind.value in WEBHOOKS] + [
    "telegram_bot",
    "telegram_business",
]
QUESTION = "Сколько стоит доставка в Закулисье? Пишите на secret-mail@marker.example или +7 916 555-31-41"
REPLY = "Привезём в Закулисье завтра"
ANSWER = "Отвечает менеджер Зимородок: звоните"
CUSTOMER = "Пелагея Маркерова"
NOTE = "Осторожно с покупателем Маркеровой"
VISITOR = {"name": "Аристарх Посетителев", "email": "aristarch@marker.example", "phone": "+7 903 777-27-18"}
FILE_NAME = "паспорт-маркер.png"
MEMBERS_FILE = "договор-маркер.txt"
LLM_KEY = "sk-marker-of-the-language-model"
WRONG = {
    "email": "stranger@marker.example",
    "password": "a-wrong-password-marker",
    "secret": "a-wrong-secret-marker",
    "token": "a-wrong-token-marker",
    "query": "an-odd-query-marker",
    "body": "тело-которое-никто-не-прочтёт-маркер",
    "credential": "a-credential-that-the-vendor-refuses-marker",
}
MARKERS = [
    *("Закулись", "secret-mail@marker.example", "916 555-31-41", REPLY, ANSWER, "Зимородок", "Маркеров", "Пелагея"),
    *(NOTE, *VISITOR.values(), "паспорт-маркер", "договор-маркер", LLM_KEY, *WRONG.values(), "demo@parley.example"),
]
IDS = {"workspace_id", "inbox_id", "conversation_id", "message_id"}
ABOUT = {
    "published": {"workspace_id"},
    "vendor called": {"workspace_id"},
    "model called": {"workspace_id", "conversation_id", "inbox_id", "message_id"},
}
"""Ids that each line of a kind has, whatever it is about."""
HANDLED = {
    "llm_reply": IDS,
    "deliver": {"workspace_id", "conversation_id"},
    "channel_pull": {"workspace_id", "inbox_id"},
}
"""Ids that are known to each request of a function."""
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture(scope="module", params=STACKS)
def used(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    """A product that has been used in every way, and works no more."""
    if request.param == "emulators":
        request.getfixturevalue("firestore_emulator")
        request.getfixturevalue("pubsub_emulator")
    folder: Path = tmp_path_factory.mktemp("logged")
    model = LlmStandin(answers(lambda _: _proposal()), SystemClock())
    with listening(model.app) as url:
        settings = {"LLM_BASE_URL": f"{url}/v1", "LLM_API_KEY": LLM_KEY, "LLM_MODEL": "marker-free"}
        with observed(str(request.param), folder, **settings) as product:
            for channel in CHANNELS:
                product.write(channel, CUSTOMER, QUESTION)
            for channel in CHANNELS:
                eventually(lambda channel=channel: len(product.seen(channel, CUSTOMER)) == 2)
            _answer_as_a_member(product)
            _visit(product)
            _knock(product)
            _refuse_credentials(product)
            eventually(lambda: _deliveries(product) >= len(CHANNELS) + 1)
            yield product


def test_nothing_that_must_stay_secret_is_in_any_line(used: Observed) -> None:
    markers = [*MARKERS, *used.secrets()]
    assert len(markers) > 45

    found = {marker: line for _, line in used.output() for marker in leaks(line, markers)}

    assert found == {}


def test_every_line_is_json_that_cloud_logging_reads(used: Observed) -> None:
    for process, written in used.output():
        line = json.loads(written)
        assert line["severity"] in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}, process
        assert line["message"]
        assert datetime.fromisoformat(line["time"]).utcoffset() is not None


def test_no_bug_and_no_library_has_anything_to_say(used: Observed) -> None:
    odd = [line for line in used.lines() if line["message"] in ("failed", "a library's message")]

    assert odd == []


def test_every_line_about_a_message_says_which(used: Observed) -> None:
    for line in used.lines():
        assert ABOUT.get(line["message"], set()) <= line.keys(), line
        if line.get("topic") == "message-received" or line.get("operation") == "send":
            assert line.keys() >= IDS, line
        if line["message"] == "handled" and line["function"] in HANDLED:
            assert line.keys() >= HANDLED[line["function"]], line


def test_every_line_of_a_request_says_its_trace(used: Observed) -> None:
    lines = [line for line in used.lines() if line["message"] in {"handled", "vendor called", "published"}]

    assert len(lines) > 100
    for line in lines:
        assert re.fullmatch(r"projects/[a-z0-9-]+/traces/[0-9a-f]{32}", line["logging.googleapis.com/trace"])
        assert re.fullmatch(r"[0-9a-f]{16}", line["logging.googleapis.com/spanId"])


@pytest.mark.parametrize("channel", HOOKED)
def test_one_turn_is_one_trace_from_the_hook_to_the_delivery(used: Observed, channel: str) -> None:
    sent = _first(used, message="vendor called", channel=channel, operation="send")
    turn = [line for line in used.lines() if _trace(line) == _trace(sent)]

    heard = [line.get("function") or line.get("topic") or line.get("task") or line["message"] for line in turn]
    hook = WEBHOOKS.get(channel, "telegram_webhook")
    assert {hook, "message-received", "llm_reply", "model called"} <= set(heard)
    assert {"message-queued", "deliver", "vendor called"} <= set(heard)
    assert {line["conversation_id"] for line in turn if "conversation_id" in line} == {sent["conversation_id"]}


def test_the_model_is_logged_with_its_tokens(used: Observed) -> None:
    line = _first(used, message="model called")

    assert (line["model"], line["outcome"]) == ("marker-free", "ok")
    assert line["tokens_in"] + line["tokens_out"] > 0


def test_what_went_wrong_is_logged_by_its_code(used: Observed) -> None:
    refused = [line["code"] for line in used.lines() if line["message"] == "refused"]
    failed = [line["error"] for line in used.lines() if line["message"] == "vendor called" and line["outcome"] != "ok"]

    assert "untrusted" in refused
    assert "CredentialsRejected" in failed


@pytest.mark.parametrize("form", sorted(set(forms("Закулисье"))))
def test_a_planted_leak_is_found_in_any_form(form: str) -> None:
    assert leaks(json.dumps({"message": f"said {form} now"}, ensure_ascii=False), ["Закулись"]) or leaks(
        f"said {form} now", ["Закулисье"]
    )


def _proposal() -> dict[str, Any]:
    return {"reply": REPLY, "language": "ru", "handoff": False, "citations": ["demo-0"]}


def _answer_as_a_member(product: Observed) -> None:
    """A text, a file and a note of a person."""
    conversation = product.conversation("telegram_bot", REPLY)
    assert conversation is not None
    path = f"{product.workspace}/conversations/{conversation['id']}"
    kept = product.call("POST", f"{path}/attachments", files={"file": (MEMBERS_FILE, b"text", "text/plain")})
    product.call("POST", f"{path}/notes", json={"text": NOTE})
    product.call("POST", f"{path}/send", json={"text": ANSWER, "attachments": [kept["id"]]})
    eventually(lambda: ("shop", ANSWER) in product.seen("telegram_bot", CUSTOMER))


def _visit(product: Observed) -> None:
    """A visitor of the web chat leaves a file and ways to be reached."""
    chat = "/api/v1/chat/demo"
    with httpx.Client(base_url=product.url, timeout=30) as visitor:
        session = visitor.post(f"{chat}/session").raise_for_status().json()
        visitor.headers["authorization"] = f"Bearer {session['token']}"
        name = next(form for form in forms(FILE_NAME) if "%" in form)
        visitor.post(f"{chat}/files", content=PNG, headers={"content-type": "image/png", "x-file-name": name})
        visitor.post(f"{chat}/messages", json={"message": QUESTION}).raise_for_status()
        visitor.post(f"{chat}/lead", json={**VISITOR, "message": QUESTION})
        visitor.get(f"{chat}/history", params={"cursor": WRONG["query"]})


def _knock(product: Observed) -> None:
    """Strangers try all doors."""
    form = {"username": WRONG["email"], "password": WRONG["password"]}
    httpx.post(f"{product.url}/api/v1/auth/token", data=form)
    httpx.get(f"{product.url}/api/v1/auth/me", headers={"authorization": f"Bearer {WRONG['token']}"})
    httpx.get(f"{product.url}/api/v1/workspaces/demo/conversations", params={"channel": WRONG["query"]})
    httpx.post(f"{product.url}/hooks/avito/demo-avito/{WRONG['secret']}?{WRONG['query']}", json={"text": WRONG["body"]})
    told = {"x-telegram-bot-api-secret-token": WRONG["secret"]}
    httpx.post(f"{product.url}/hooks/telegram/demo-telegram-bot", json={"text": WRONG["body"]}, headers=told)


def _refuse_credentials(product: Observed) -> None:
    """An owner pastes credentials that the vendor does not know; then customers go on writing."""
    path = f"{product.workspace}/inboxes/demo-telegram-bot"
    wrong = {"token": f"6000000001:{WRONG['credential']}"}
    headers = {"authorization": f"Bearer {product.token}"}
    answer = httpx.patch(product.url + path, json={"credentials": wrong}, headers=headers, timeout=30)
    assert answer.json()["health"] == "auth_failed"


def _deliveries(product: Observed) -> int:
    return len([line for line in product.lines() if line.get("operation") == "send" and line["outcome"] == "ok"])


def _first(product: Observed, **fields: str) -> dict[str, Any]:
    return next(line for line in product.lines() if fields.items() <= line.items())


def _trace(line: dict[str, Any]) -> object:
    return line.get("logging.googleapis.com/trace")
