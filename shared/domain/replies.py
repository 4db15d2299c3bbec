"""What a language model proposes, and why it was or was not sent."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from shared.domain.ids import AssistantId, MessageId
from shared.domain.model import Instant, Noun


class Proposal(Noun):
    """The structured result that a model must give. It is a proposal: code decides what becomes of it."""

    reply: str = Field(default="", description="The reply to the customer, as plain text. Empty when handing off.")
    language: str = Field(default="", description="ISO 639-1 code of the language of the reply.")
    handoff: bool = Field(default=False, description="True when a person must answer instead.")
    handoff_reason: str = Field(default="", description="Why a person must answer, in one sentence, for the staff.")
    citations: tuple[str, ...] = Field(default=(), description="Ids of the knowledge pieces the reply relies on.")


class Usage(Noun):
    """Tokens of one completion. Discarded generations count too."""

    input_tokens: int = 0
    output_tokens: int = 0


class Decision(StrEnum):
    """What the gate made of a proposal."""

    SEND = "send"
    DRAFT = "draft"
    HANDOFF = "handoff"
    LEAVE = "leave"
    """Nothing to do: somebody answered, or something newer came."""


class Check(Noun):
    """One rule of the gate with its verdict."""

    rule: str
    passed: bool
    detail: str = ""


class EvidenceCard(Noun):
    """Why an automatic message was allowed, with the versions it used."""

    decision: Decision
    checks: tuple[Check, ...] = ()
    citations: tuple[str, ...] = ()
    assistant_id: AssistantId | None = None
    assistant_version: int = 0
    knowledge_version: int = 0
    model: str = ""
    usage: Usage = Usage()
    latency_ms: int = 0
    approved_by: str = ""


class Draft(Noun):
    """A proposed reply that waits for a member's verdict. `id` becomes the id of the message once approved."""

    id: MessageId
    text: str
    language: str = ""
    answers: tuple[MessageId, ...] = ()
    evidence: EvidenceCard
    created_at: Instant
