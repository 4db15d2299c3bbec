"""Assistants and what they know."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from api.schemas.common import Out
from shared.domain.assistants import ANSWER_LIMIT, QUESTION_LIMIT, Mode
from shared.domain.model import Instant, Strict

Name = Annotated[str, Field(min_length=1, max_length=100)]
Instructions = Annotated[str, Field(max_length=20_000)]
Tone = Annotated[str, Field(max_length=500)]
Seconds = Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)]
Question = Annotated[str, Field(min_length=1, max_length=QUESTION_LIMIT)]
Answer = Annotated[str, Field(min_length=1, max_length=ANSWER_LIMIT)]
Position = Annotated[int, Field(ge=0, le=1_000_000)]


class AssistantIn(Strict):
    """A new assistant."""

    name: Name
    instructions: Instructions = ""
    tone: Tone = ""
    mode: Mode = Mode.DRAFT
    debounce_seconds: Seconds = 3.0


class _Patch(Strict):
    """What is named is changed; null counts as not named."""

    def changes(self) -> dict[str, Any]:
        """The named fields."""
        return self.model_dump(exclude_unset=True, exclude_none=True)


class AssistantPatch(_Patch):
    """Changes of an assistant."""

    name: Name | None = None
    instructions: Instructions | None = None
    tone: Tone | None = None
    mode: Mode | None = None
    debounce_seconds: Seconds | None = None


class AssistantOut(Out):
    """An assistant with the versions of its settings and its knowledge."""

    id: str
    name: str
    instructions: str
    tone: str
    mode: Mode
    debounce_seconds: float
    version: int
    knowledge_version: int
    created_at: Instant
    updated_at: Instant


class ChunkIn(Strict):
    """A new piece of knowledge, put behind the others unless it names its position."""

    question: Question
    answer: Answer
    position: Position | None = None


class ChunkPatch(_Patch):
    """Changes of a piece of knowledge."""

    question: Question | None = None
    answer: Answer | None = None
    position: Position | None = None


class ChunkOut(Out):
    """A piece of knowledge."""

    id: str
    question: str
    answer: str
    position: int
    created_at: Instant
    updated_at: Instant
