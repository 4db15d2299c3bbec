"""Language models under observation."""

from __future__ import annotations

from infra.log_events import LogEvent
from infra.observing import Observer
from shared.domain.llm_settings import LlmSettings
from shared.ports.language_model import Completion, LanguageModel, Prompt
from shared.ports.model_picker import ModelPicker


class ObservedPicker:
    """A `ModelPicker` in front of another."""

    def __init__(self, pick: ModelPicker, observer: Observer) -> None:
        self._pick = pick
        self._observer = observer

    def __call__(self, settings: LlmSettings) -> LanguageModel:
        """The model that the settings name."""
        return ObservedModel(self._pick(settings), settings.llm_model or settings.llm_provider, self._observer)


class ObservedModel:
    """A `LanguageModel` in front of another."""

    def __init__(self, model: LanguageModel, name: str, observer: Observer) -> None:
        self._model = model
        self._name = name
        self._observer = observer

    async def complete(self, prompt: Prompt) -> Completion:
        """One structured result. What a failed call has cost, nobody says."""
        facts = {"model": prompt.model or self._name, "tokens_in": 0, "tokens_out": 0}
        with self._observer.call(LogEvent.MODEL_CALLED, "model complete", {}, facts) as more:
            completion = await self._model.complete(prompt)
            usage = completion.usage
            more |= {"model": completion.model, "tokens_in": usage.input_tokens, "tokens_out": usage.output_tokens}
            return completion
