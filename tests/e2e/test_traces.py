"""One customer's question is one trace, from the vendor's call to our call to the vendor, over every hop between."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.installed import eventually
from tests.support.observed import Observed, observed
from tests.support.otlp import Collector, Spotted, collecting

CACHED_SECONDS = 5
QUESTION = "Сколько стоит доставка?"
STACKS = ["embedded", pytest.param("emulators", marks=pytest.mark.emulators)]
TO_THE_ANSWER = ["telegram_bot send", "deliver", "publish message-queued"]
WHILE_TYPING = ["llm_reply", "enqueue respond"]
TO_THE_QUESTION = ["llm_reply", "publish message-received", "telegram_webhook"]


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as running:
        yield running


@pytest.fixture(scope="module", params=STACKS)
def product(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, collector: Collector
) -> Iterator[Observed]:
    if request.param == "emulators":
        request.getfixturevalue("firestore_emulator")
        request.getfixturevalue("pubsub_emulator")
    settings = {"PARLEY_TRACE_RATIO": "1", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    folder: Path = tmp_path_factory.mktemp("traced")
    with observed(str(request.param), folder, **settings) as running:
        _wait_for_the_end_of_typing(running, 0)
        yield running


def test_a_question_is_one_trace_from_the_webhook_to_the_vendors_call(product: Observed, collector: Collector) -> None:
    _wait_for_the_end_of_typing(product, 8)
    collector.spans.clear()

    product.write("telegram_bot", "Vera", QUESTION)
    sent = eventually(lambda: _sent(collector))
    _wait_for_the_end_of_typing(product, 0)

    assert [sent.name, *collector.ancestors(sent)] == [*TO_THE_ANSWER, *WHILE_TYPING, *TO_THE_QUESTION]
    turn = [span for span in collector.spans if span.trace == sent.trace]
    (root,) = [span for span in turn if not span.parent]
    assert root.name == "telegram_webhook"
    (model,) = [span for span in turn if span.name == "model complete"]
    assert collector.ancestors(model)[:2] == WHILE_TYPING
    assert (model.kind, model.facts["outcome"]) == ("client", "ok")


def test_spans_say_what_they_are_about_and_nothing_else(product: Observed, collector: Collector) -> None:
    collector.spans.clear()

    product.write("telegram_bot", "Boris", QUESTION)
    sent = eventually(lambda: _sent(collector))

    kinds = {span.name: span.kind for span in collector.spans if span.trace == sent.trace}
    path = [kinds[name] for name in [*TO_THE_ANSWER, *TO_THE_QUESTION]]
    assert path == ["client", "consumer", "producer", "consumer", "producer", "server"]
    about = {"workspace_id", "inbox_id", "conversation_id", "message_id"}
    assert set(sent.facts) == about | {"channel", "operation", "outcome", "latency_ms"}
    assert (sent.facts["channel"], sent.facts["operation"], sent.facts["outcome"]) == ("telegram_bot", "send", "ok")
    hook = collector.named("telegram_webhook")[0]
    assert set(hook.facts) == about | {"service", "status", "latency_ms"}
    assert hook.facts["conversation_id"] == sent.facts["conversation_id"]
    assert not any(span.is_error for span in collector.spans if span.trace == sent.trace)


def test_each_function_is_a_service_of_its_own(product: Observed, collector: Collector) -> None:
    collector.spans.clear()

    product.write("telegram_bot", "Gleb", QUESTION)
    sent = eventually(lambda: _sent(collector))

    services = {span.name: span.service for span in collector.spans if span.trace == sent.trace}
    assert (services["telegram_webhook"], services["telegram_bot send"]) == ("telegram_webhook", "deliver")


def test_a_members_answer_is_one_trace_from_the_api_on(product: Observed, collector: Collector) -> None:
    product.write("telegram_bot", "Olga", "Какая столица у Австралии?")
    eventually(lambda: (product.conversation("telegram_bot", "Австралии") or {}).get("status") == "needs_human")
    conversation = product.conversation("telegram_bot", "Австралии")
    assert conversation is not None
    collector.spans.clear()

    product.call("POST", f"{product.workspace}/conversations/{conversation['id']}/send", json={"text": "Канберра."})
    sent = eventually(lambda: _sent(collector))

    above = collector.ancestors(sent)
    assert above[:2] == ["deliver", "publish message-queued"]
    assert above[-1] == "POST /workspaces/{workspace_id}/conversations/{conversation_id}/send"


def _wait_for_the_end_of_typing(product: Observed, seconds: float) -> None:
    """Without a wait the answer needs no task; what was cached of the assistant is read again after some seconds."""
    product.call("PATCH", f"{product.workspace}/assistants/demo", json={"debounce_seconds": seconds})
    time.sleep(CACHED_SECONDS)


def _sent(collector: Collector) -> Spotted | None:
    """The vendor's call, once all above it has arrived, too: processes send when they have answered."""
    for span in collector.named("telegram_bot send"):
        roots = [other for other in collector.spans if other.trace == span.trace and not other.parent]
        if roots and collector.ancestors(span)[-1:] == [roots[0].name]:
            return span
    return None
