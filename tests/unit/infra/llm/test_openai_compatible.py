"""How the adapter behaves towards a server, over real HTTP: each request it makes is counted."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections import deque
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from infra.llm.openai_compatible import OpenAICompatible
from infra.sandbox.llm import Behaviour, LlmStandin, answers, fails, hangs, responds, says, takes_only
from shared.errors import ModelError, ModelMisbehaved, ModelUnavailable
from tests.support.clock import ManualClock
from tests.support.receiver import serve
from tests.unit.infra.llm.builders import customer_asks

PROPOSAL = {"reply": "Yes, in two days.", "language": "en", "handoff": False, "citations": ["delivery", "made-up"]}
GOOD = answers(lambda _: PROPOSAL)
KEY = "sk-secret-key"
QUESTION = "Do you deliver? My card is 4111"


class Desk:
    """A model's adapter with the server it talks to."""

    def __init__(self, url: str, standin: LlmStandin, clock: ManualClock, *, timeout_seconds: float = 10.0) -> None:
        self.url, self.standin, self.clock = url, standin, clock
        self.model = OpenAICompatible(
            url, SecretStr(KEY), model="shop-model", timeout_seconds=timeout_seconds, clock=clock, jitter=lambda: 1.0
        )

    @property
    def forms(self) -> list[str]:
        return [asked.form for asked in self.standin.asked]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    clock = ManualClock()
    standin = LlmStandin(GOOD, clock)
    async with serve(standin.app) as url:
        desk = Desk(f"{url}/v1", standin, clock)
        yield desk
        await desk.model.close()


async def failure(desk: Desk, *script: Behaviour) -> ModelError:
    desk.standin.then(*script)
    with pytest.raises((ModelUnavailable, ModelMisbehaved)) as caught:
        await desk.model.complete(customer_asks(QUESTION))
    return caught.value


async def test_one_request_gives_a_proposal_with_its_cost(desk: Desk) -> None:
    completion = await desk.model.complete(customer_asks(QUESTION))

    [asked] = desk.standin.asked
    assert completion.proposal.reply == "Yes, in two days."
    assert completion.proposal.citations == ("delivery",)
    assert completion.model == asked.body["model"] == "shop-model"
    assert completion.usage.input_tokens > 100
    assert completion.usage.output_tokens > 0
    assert asked.authorization == f"Bearer {KEY}"
    assert asked.customer == QUESTION
    assert asked.body["response_format"]["json_schema"]["strict"] is True


async def test_a_prompts_own_model_goes_before_the_default(desk: Desk) -> None:
    assert (await desk.model.complete(customer_asks(QUESTION, model="other"))).model == "other"


@pytest.mark.parametrize(
    ("taken", "forms"),
    [
        ({"json_object", "text"}, ["json_schema", "json_object"]),
        ({"text"}, ["json_schema", "json_object", "text"]),
    ],
)
async def test_a_refused_form_is_weakened_once_and_remembered(desk: Desk, taken: set[str], forms: list[str]) -> None:
    desk.standin.then(*[takes_only(taken, GOOD)] * 4)

    await desk.model.complete(customer_asks(QUESTION))
    assert desk.forms == forms
    await desk.model.complete(customer_asks(QUESTION))

    assert desk.forms == [*forms, forms[-1]]
    assert "JSON schema" in desk.standin.asked[-1].system


async def test_what_works_is_remembered_for_each_model_by_itself(desk: Desk) -> None:
    desk.standin.then(takes_only({"json_object"}, GOOD), GOOD)
    await desk.model.complete(customer_asks(QUESTION))

    await desk.model.complete(customer_asks(QUESTION, model="other"))

    assert desk.forms == ["json_schema", "json_object", "json_schema"]


async def test_a_refusal_in_bare_words_weakens_the_form_too(desk: Desk) -> None:
    desk.standin.then(responds(422, "Failed to deserialize the JSON body: response_format"))

    await desk.model.complete(customer_asks(QUESTION))

    assert desk.forms == ["json_schema", "json_object"]


async def test_an_answer_that_cannot_be_read_is_repaired_once(desk: Desk) -> None:
    desk.standin.then(says("Sure, we deliver!"))

    completion = await desk.model.complete(customer_asks(QUESTION))

    first, second = desk.standin.asked
    assert completion.proposal.reply == "Yes, in two days."
    assert [message["content"] for message in second.body["messages"][-2:]] == [
        "Sure, we deliver!",
        "Your answer could not be used: there is no complete JSON object in it. "
        "Answer again with the one JSON object only.",
    ]
    assert completion.usage.output_tokens == 3 + len(json.dumps(PROPOSAL).split())
    assert completion.usage.input_tokens > 2 * len(first.system.split())


async def test_a_second_unreadable_answer_is_the_last(desk: Desk) -> None:
    error = await failure(desk, says("No."), says('{"reply": 5}'))

    assert error.code == "model_invalid_answer"
    assert len(desk.standin.asked) == 2


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (says(None, refusal="I cannot help with that."), "model_refused"),
        (says("", finish_reason="content_filter"), "model_filtered"),
        (says('{"reply": "we del', finish_reason="length"), "model_truncated"),
        (says(" "), "model_empty"),
        (says(None), "model_empty"),
        (responds(200, "<html>welcome to the wifi</html>"), "model_invalid_response"),
        (responds(200, '{"object": "list"}'), "model_empty"),
        (fails(400, type="invalid_request_error", code="context_length_exceeded"), "model_prompt_too_long"),
        (fails(400, type="invalid_request_error", code="content_filter"), "model_filtered"),
    ],
)
async def test_an_answer_that_nothing_can_mend_is_asked_for_once(desk: Desk, behaviour: Behaviour, code: str) -> None:
    error = await failure(desk, behaviour)

    assert isinstance(error, ModelMisbehaved)
    assert error.code == code
    assert len(desk.standin.asked) == 1


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (fails(401, type="invalid_request_error", code="invalid_api_key"), "model_auth_failed"),
        (fails(403), "model_auth_failed"),
        (fails(402, "Insufficient Balance"), "model_quota_exceeded"),
        (fails(429, type="insufficient_quota", code="insufficient_quota"), "model_quota_exceeded"),
        (fails(404, type="invalid_request_error", code="model_not_found"), "model_not_found"),
    ],
)
async def test_what_a_person_must_repair_is_not_tried_again(desk: Desk, behaviour: Behaviour, code: str) -> None:
    error = await failure(desk, behaviour)

    assert isinstance(error, ModelUnavailable)
    assert (error.code, error.retryable) == (code, False)
    assert len(desk.standin.asked) == 1


@pytest.mark.parametrize(
    ("behaviour", "code", "waited"),
    [
        (fails(500), "model_overloaded", 0.5 + 1.0),
        (responds(502, "Bad gateway"), "model_overloaded", 0.5 + 1.0),
        (fails(429, type="rate_limit_exceeded"), "model_rate_limited", 0.5 + 1.0),
        (fails(429, retry_after=3), "model_rate_limited", 3 + 3),
        (fails(503, retry_after=3600), "model_overloaded", 10 + 10),
    ],
)
async def test_a_passing_fault_is_tried_three_times_in_all(
    desk: Desk, behaviour: Behaviour, code: str, waited: float
) -> None:
    error = await failure(desk, *[behaviour] * 4)

    assert (error.code, error.retryable) == (code, True)
    assert len(desk.standin.asked) == 3
    assert desk.clock.monotonic() == waited


async def test_a_server_that_recovers_is_answered(desk: Desk) -> None:
    desk.standin.then(fails(500), fails(429, retry_after=1))

    assert (await desk.model.complete(customer_asks(QUESTION))).proposal.reply
    assert len(desk.standin.asked) == 3


async def test_a_request_that_is_refused_in_every_form_is_rejected(desk: Desk) -> None:
    error = await failure(desk, *[fails(400, type="invalid_request_error")] * 3)

    assert (error.code, desk.forms) == ("model_rejected", ["json_schema", "json_object", "text"])


async def test_a_server_that_never_answers_costs_the_timeout_and_no_more(desk: Desk) -> None:
    slow = Desk(desk.url, desk.standin, desk.clock, timeout_seconds=1.0)

    error = await failure(slow, hangs)

    assert (error.code, error.retryable) == ("model_timeout", True)
    assert len(desk.standin.asked) == 1
    await slow.model.close()


async def test_the_timeout_covers_the_repair(desk: Desk) -> None:
    slow = Desk(desk.url, desk.standin, desk.clock, timeout_seconds=0.3)

    assert (await failure(slow, says("nonsense"), hangs)).code == "model_timeout"
    await slow.model.close()


async def test_a_closed_port_is_tried_three_times_and_unreachable(desk: Desk) -> None:
    alone = Desk("http://127.0.0.1:1/v1", desk.standin, desk.clock)

    assert (await failure(alone)).code == "model_unreachable"
    assert desk.clock.monotonic() == 0.5 + 1.0


@pytest.mark.parametrize("address", ["", "shop", "ftp://127.0.0.1/v1", "http://[::1"])
async def test_an_address_that_is_none_is_a_setting_to_repair(desk: Desk, address: str) -> None:
    error = await failure(Desk(address, desk.standin, desk.clock))

    assert (error.code, error.retryable) == ("model_not_configured", False)


@pytest.mark.parametrize("key", ["ключ", "sk-\nx"])
async def test_a_key_that_cannot_be_sent_is_not_accepted(desk: Desk, key: str) -> None:
    model = OpenAICompatible(desk.url, SecretStr(key), model="m", timeout_seconds=5, clock=desk.clock)

    with pytest.raises(ModelUnavailable) as caught:
        await model.complete(customer_asks(QUESTION))

    assert caught.value.code == "model_auth_failed"


async def test_the_environment_of_the_client_library_is_not_passed_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "somebody-elses")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-the-environment")
    model = OpenAICompatible(desk.url, SecretStr(""), model="", timeout_seconds=5, clock=desk.clock)

    await model.complete(customer_asks(QUESTION))

    [asked] = desk.standin.asked
    assert asked.authorization == "Bearer none"
    assert "openai-organization" not in asked.headers
    assert asked.body["model"] == "default"
    await model.close()


@pytest.mark.parametrize("behaviour", [fails(400, f"bad prompt: {QUESTION}"), fails(500, QUESTION), says(QUESTION)])
async def test_neither_customers_words_nor_keys_reach_logs_and_errors(
    desk: Desk, behaviour: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    error = await failure(desk, *[behaviour] * 3)

    told = "".join(traceback.format_exception(error)) + caplog.text + repr(desk.model)
    assert "4111" not in told
    assert KEY not in told


BODY = st.text() | st.dictionaries(st.sampled_from(["choices", "usage", "model"]), st.none() | st.text()).map(
    json.dumps
)
CONTENT = st.text() | st.dictionaries(
    st.sampled_from(["reply", "handoff", "citations"]), st.text() | st.booleans()
).map(json.dumps)
BEHAVIOUR = (
    st.builds(responds, st.integers(200, 599).filter(lambda status: status not in {204, 304}), BODY)
    | st.builds(says, CONTENT, finish_reason=st.text())
    | st.builds(says, st.none() | CONTENT, refusal=st.none() | st.text(), usage=st.none() | st.just({"total": 1}))
)


def test_whatever_a_server_does_there_is_a_completion_or_a_model_error() -> None:
    clock = ManualClock()
    standin = LlmStandin(GOOD, clock)
    server = serve(standin.app)

    @settings(deadline=None, max_examples=100)
    @given(st.lists(BEHAVIOUR, min_size=1, max_size=4), st.text())
    def holds(script: list[Behaviour], question: str) -> None:
        standin.script = deque(script)
        prompt = customer_asks(question, model=f"model-{len(standin.asked)}")
        try:
            completion = runner.run(model.complete(prompt))
        except (ModelUnavailable, ModelMisbehaved):
            return
        assert completion.proposal.reply or completion.proposal.handoff
        assert set(completion.proposal.citations) <= {chunk.id for chunk in prompt.knowledge}

    with asyncio.Runner() as runner:
        url = runner.run(server.__aenter__())
        model = OpenAICompatible(f"{url}/v1", SecretStr(KEY), model="", timeout_seconds=10, clock=clock)
        holds()
        runner.run(model.close())
        runner.run(server.__aexit__(None, None, None))


async def test_two_customers_at_once_share_the_connections(desk: Desk) -> None:
    completions = await asyncio.gather(*(desk.model.complete(customer_asks(str(at))) for at in range(10)))

    assert len(completions) == len(desk.standin.asked) == 10
