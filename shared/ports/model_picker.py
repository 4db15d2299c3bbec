"""From run-time settings to a language model."""

from __future__ import annotations

from typing import Protocol

from shared.domain.llm_settings import LlmSettings
from shared.ports.language_model import LanguageModel


class ModelPicker(Protocol):
    """Adapters are kept: the same settings answer the same model."""

    def __call__(self, settings: LlmSettings) -> LanguageModel:
        """The model that the settings name."""
        ...
