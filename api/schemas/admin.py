"""The platform."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.common import Out
from shared.domain.model import Instant, Strict

Provider = Literal["faq", "openai", "deepseek", "ollama", "openai_compatible"]


class LlmSettingsIn(Strict):
    """Run-time settings of the model. What is not named stays."""

    llm_provider: Provider | None = None
    llm_model: Annotated[str, Field(max_length=200)] | None = None
    llm_enabled: bool | None = None
    base_url: Annotated[str, Field(max_length=500, pattern=r"^(https?://[^\s]+)?$")] | None = None

    def changes(self) -> dict[str, Any]:
        """The named fields."""
        return self.model_dump(exclude_none=True)


class LlmSettingsOut(Out):
    """Run-time settings of the model."""

    llm_provider: Provider
    llm_model: str
    llm_enabled: bool
    base_url: str


class DeadLetterOut(Out):
    """Work that was given up."""

    id: str
    target: str
    body: str
    attempts: int
    error: str
    at: Instant
