"""The settings pick the model; what is not used is not loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import SecretStr

from infra.llm.factory import LanguageModels, default_settings
from infra.llm.faq import FaqModel
from infra.sandbox.llm import LlmStandin, answers
from infra.settings import LlmEnvironment
from shared.domain.llm_settings import LlmSettings
from shared.errors import ModelUnavailable
from tests.support.clock import ManualClock
from tests.support.receiver import serve
from tests.unit.infra.llm.builders import customer_asks

PROVIDERS = ["openai", "deepseek", "ollama", "openai_compatible"]
NOTHING = LlmEnvironment(base_url="", api_key=SecretStr(""), model="", timeout_seconds=5)


def models(environment: LlmEnvironment = NOTHING) -> LanguageModels:
    return LanguageModels(environment, ManualClock())


def test_the_faq_answers_until_the_environment_names_a_server() -> None:
    assert default_settings(NOTHING).llm_provider == "faq"
    assert default_settings(LlmEnvironment(base_url="http://127.0.0.1/v1")).llm_provider == "openai_compatible"
    assert isinstance(models()(default_settings(NOTHING)), FaqModel)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_the_address_and_model_of_the_settings_go_before_those_of_the_environment(provider: str) -> None:
    clock = ManualClock()
    standin = LlmStandin(answers(lambda _: {"reply": "Yes."}), clock)
    async with serve(standin.app) as url:
        wrong = LlmEnvironment(base_url="http://127.0.0.1:1/v1", api_key=SecretStr("key"), model="b", timeout_seconds=5)
        right = wrong.model_copy(update={"base_url": f"{url}/v1"})
        for environment, settings in (
            (wrong, LlmSettings(llm_provider=provider, base_url=f"{url}/v1", llm_model="a")),  # type: ignore[arg-type]
            (right, LlmSettings(llm_provider=provider)),  # type: ignore[arg-type]
        ):
            picker = models(environment)
            await picker(settings).complete(customer_asks("Hi"))
            await picker.close()

    assert [asked.body["model"] for asked in standin.asked] == ["a", "b"]
    assert {asked.authorization for asked in standin.asked} == {"Bearer key"}


def test_the_same_settings_answer_the_same_model() -> None:
    picker = models()
    one, other = LlmSettings(llm_provider="ollama", llm_model="a"), LlmSettings(llm_provider="ollama", llm_model="b")

    assert picker(one) is picker(one)
    assert picker(one) is not picker(other)
    assert picker(LlmSettings()) is picker(LlmSettings(llm_enabled=False))


async def test_a_server_without_an_address_fails_when_it_is_asked_and_not_before() -> None:
    model = models()(LlmSettings(llm_provider="openai_compatible"))

    with pytest.raises(ModelUnavailable) as caught:
        await model.complete(customer_asks("Hi"))

    assert caught.value.code == "model_not_configured"


def test_the_faq_does_not_load_the_client_library() -> None:
    code = (
        "import asyncio, sys; from infra.llm.factory import *; from infra.system import SystemClock\n"
        "from shared.ports.language_model import Prompt, Turn\n"
        "model = LanguageModels(LlmEnvironment(), SystemClock())(LlmSettings())\n"
        "asyncio.run(model.complete(Prompt('', (), (Turn('customer', 'Hi'),))))\n"
        "sys.exit('openai' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
