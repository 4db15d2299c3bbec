"""Which language model the settings ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.llm.faq import FaqModel
from infra.settings import LlmEnvironment
from shared.domain.llm_settings import LlmSettings
from shared.ports.clock import Clock
from shared.ports.language_model import LanguageModel

if TYPE_CHECKING:
    from infra.llm.openai_compatible import OpenAICompatible

ADDRESSES = {
    "openai": "https://api.openai.com/v1",
    "deepseek": "https://api.deepseek.com",
    "ollama": "http://127.0.0.1:11434/v1",
    "openai_compatible": "",
}
"""Base URLs by provider; an address of the settings or of the environment goes before them."""


def default_settings(environment: LlmEnvironment) -> LlmSettings:
    """What holds while no settings are stored: the environment's server where it names one, else the FAQ."""
    return LlmSettings(llm_provider="openai_compatible" if environment.base_url else "faq")


class LanguageModels:
    """A `ModelPicker`. Keeps the adapters, with their connections and what they learned of their servers."""

    def __init__(self, environment: LlmEnvironment, clock: Clock) -> None:
        self._environment = environment
        self._clock = clock
        self._faq = FaqModel()
        self._servers: dict[tuple[str, str], OpenAICompatible] = {}

    def __call__(self, settings: LlmSettings) -> LanguageModel:
        """The model for these settings. Whether anything may be generated (`llm_enabled`) is the caller's to ask."""
        if settings.llm_provider == "faq":
            return self._faq
        base_url = settings.base_url or self._environment.base_url or ADDRESSES[settings.llm_provider]
        model = settings.llm_model or self._environment.model
        if (base_url, model) not in self._servers:
            self._servers[base_url, model] = self._open(base_url, model)
        return self._servers[base_url, model]

    async def close(self) -> None:
        """Let go of all connections."""
        for server in self._servers.values():
            await server.close()
        self._servers.clear()

    def _open(self, base_url: str, model: str) -> OpenAICompatible:
        # The client library takes nearly half a second of CPU to import: only who uses it pays.
        from infra.llm.openai_compatible import OpenAICompatible

        return OpenAICompatible(
            base_url,
            self._environment.api_key,
            model=model,
            timeout_seconds=self._environment.timeout_seconds,
            clock=self._clock,
        )
