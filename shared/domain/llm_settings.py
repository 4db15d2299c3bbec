"""Run-time settings of the language model: changed without a deployment."""

from __future__ import annotations

from typing import Literal

from shared.domain.model import Noun


class LlmSettings(Noun):
    """`settings/llm`. Disabled: nothing is generated anywhere, every turn goes to people."""

    llm_provider: Literal["faq", "openai", "deepseek", "ollama", "openai_compatible"] = "faq"
    llm_model: str = ""
    llm_enabled: bool = True
    base_url: str = ""
