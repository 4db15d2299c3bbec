"""Prompts and knowledge for the tests of the language models."""

from __future__ import annotations

from datetime import UTC, datetime

from infra.sandbox.demo_faq import DEMO_FAQ
from shared.domain.assistants import Chunk
from shared.domain.ids import ChunkId
from shared.ports.language_model import Prompt, Turn

AT = datetime(2026, 11, 20, tzinfo=UTC)


def a_chunk(id: str, question: str, answer: str) -> Chunk:
    return Chunk(id=ChunkId(id), question=question, answer=answer, created_at=AT, updated_at=AT)


DELIVERY = a_chunk("delivery", "Do you deliver?", "Yes, in two days for 5 euros.")
RETURNS = a_chunk("returns", "Can I return an item?", "Yes, within 14 days.")
DEMO = tuple(a_chunk(f"demo{at}", pair.question, pair.answer) for at, pair in enumerate(DEMO_FAQ))


def customer_asks(*texts: str, knowledge: tuple[Chunk, ...] = (DELIVERY, RETURNS), model: str = "") -> Prompt:
    return Prompt("You are the shop's assistant.", knowledge, tuple(Turn("customer", text) for text in texts), model)
