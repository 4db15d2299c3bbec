"""The language model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from shared.domain.assistants import Chunk
from shared.domain.replies import Proposal, Usage


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message: the customer's, or ours."""

    role: Literal["customer", "shop"]
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """All that a model is told. Customers' words appear only in `history`, and are data there."""

    instructions: str
    """The assistant's system text, whole."""
    knowledge: tuple[Chunk, ...]
    history: tuple[Turn, ...]
    """Oldest first; the last ones are the customer's open turn."""
    model: str = ""
    """Empty: the adapter's default."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A proposal with what it cost."""

    proposal: Proposal
    model: str
    usage: Usage
    """All attempts together, repairs included."""


class LanguageModel(Protocol):
    """Proposes a reply. Raises `ModelUnavailable` or `ModelMisbehaved`."""

    async def complete(self, prompt: Prompt) -> Completion:
        """One structured result, validated; at most one repair attempt."""
        ...
