"""Assistants and their knowledge."""

from __future__ import annotations

from enum import StrEnum

from shared.domain.ids import AssistantId, ChunkId, WorkspaceId
from shared.domain.model import Instant, Noun

QUESTION_LIMIT = 1000
ANSWER_LIMIT = 2000


class Mode(StrEnum):
    """How far an assistant may go. `off` keeps its settings."""

    OFF = "off"
    DRAFT = "draft"
    AUTONOMOUS = "autonomous"


class Assistant(Noun):
    """A persona that answers for one or more inboxes."""

    id: AssistantId
    workspace_id: WorkspaceId
    name: str
    instructions: str = ""
    tone: str = ""
    mode: Mode = Mode.DRAFT
    debounce_seconds: float = 3.0
    """Quiet time after the customer's last message before a reply is written; 0 answers at once."""
    version: int = 1
    """Grows with every edit of the assistant."""
    knowledge_version: int = 0
    """Grows with every edit of a chunk: a reader with the same version need not read the chunks again."""
    created_at: Instant
    updated_at: Instant
    schema_version: int = 1


class Chunk(Noun):
    """One question-and-answer piece of the prompt."""

    id: ChunkId
    question: str
    answer: str
    position: int = 0
    created_at: Instant
    updated_at: Instant
    schema_version: int = 1
