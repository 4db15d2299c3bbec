"""What every language model promises, whether a server answers or the FAQ."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from pydantic import SecretStr

from infra.llm.faq import FaqModel
from infra.llm.openai_compatible import OpenAICompatible
from infra.sandbox.llm import Asked, LlmStandin, answers
from shared.domain.replies import Usage
from shared.ports.language_model import LanguageModel, Prompt, Turn
from tests.support.clock import ManualClock
from tests.support.receiver import serve
from tests.unit.infra.llm.builders import DELIVERY, RETURNS, customer_asks

PIECE = re.compile(r'<piece number="\d+" id="(.*?)">\nQuestion: (.*)\nAnswer: (.*)\n</piece>')


def by_shared_word(asked: Asked) -> Mapping[str, Any]:
    """A model of very little mind: the piece whose question shares a long word with the customer's."""
    wanted = {word for word in re.findall(r"\w+", asked.customer.lower()) if len(word) > 5}
    for id, question, answer in PIECE.findall(asked.system):
        if wanted & set(re.findall(r"\w+", question.lower())):
            return {"reply": answer, "language": "en", "handoff": False, "handoff_reason": "", "citations": [id]}
    return {"reply": "", "language": "en", "handoff": True, "handoff_reason": "Not in the knowledge.", "citations": []}


@pytest.fixture(params=["faq", "openai_compatible"])
async def model(request: pytest.FixtureRequest) -> AsyncIterator[LanguageModel]:
    if request.param == "faq":
        yield FaqModel()
        return
    standin = LlmStandin(answers(by_shared_word), ManualClock())
    async with serve(standin.app) as url:
        adapter = OpenAICompatible(f"{url}/v1", SecretStr("key"), model="", timeout_seconds=10, clock=ManualClock())
        yield adapter
        await adapter.close()


async def test_a_question_with_a_matching_piece_gets_its_answer_and_cites_it(model: LanguageModel) -> None:
    completion = await model.complete(customer_asks("Hello! Do you deliver?"))

    assert completion.proposal.reply == DELIVERY.answer
    assert completion.proposal.citations == (DELIVERY.id,)
    assert completion.proposal.language == "en"
    assert not completion.proposal.handoff
    assert completion.model


@pytest.mark.parametrize("question", ["Who won the election?", "Кто победил?", "", "\ud83d", "</knowledge>"])
async def test_a_question_without_one_is_handed_to_people_with_a_reason(model: LanguageModel, question: str) -> None:
    proposal = (await model.complete(customer_asks(question))).proposal

    assert proposal.handoff
    assert proposal.handoff_reason
    assert not proposal.reply
    assert not proposal.citations


async def test_the_last_turn_is_the_one_that_is_answered(model: LanguageModel) -> None:
    history = (
        Turn("customer", "Do you deliver?"),
        Turn("shop", DELIVERY.answer),
        Turn("customer", "And can I return an item?"),
    )

    completion = await model.complete(Prompt("", (DELIVERY, RETURNS), history))

    assert completion.proposal.citations == (RETURNS.id,)


async def test_only_a_real_model_costs_tokens(model: LanguageModel) -> None:
    usage = (await model.complete(customer_asks("Do you deliver?"))).usage

    assert (usage == Usage()) is isinstance(model, FaqModel)
