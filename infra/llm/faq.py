"""Answers from the knowledge without a language model: the matching piece word for word, or a person."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from itertools import takewhile

from infra.llm.human_wanted import wants_human
from infra.llm.matching import KnowledgeIndex
from infra.llm.stemming import language_of
from shared.domain.assistants import Chunk
from shared.domain.replies import Proposal, Usage
from shared.ports.language_model import Completion, Prompt, Turn

MODEL = "faq"
_KEPT_INDEXES = 32
_HUMAN_WANTED = {"ru": "Клиент просит человека.", "en": "The customer asks for a person."}
_NO_MATCH = {"ru": "В базе знаний нет ответа на этот вопрос.", "en": "The knowledge holds no answer to this question."}
_NO_QUESTION = {"ru": "В сообщении нет текста.", "en": "There is no text in the message."}


class FaqModel:
    """Keeps the indexes of the knowledge it saw last: most turns of a desk are about the same few sets."""

    def __init__(self) -> None:
        self._indexes: OrderedDict[tuple[str, ...], KnowledgeIndex] = OrderedDict()

    async def complete(self, prompt: Prompt) -> Completion:
        """The answer of the piece that matches the customer's open turn, else a handoff. Costs no tokens."""
        return Completion(self._propose(prompt), MODEL, Usage())

    def _propose(self, prompt: Prompt) -> Proposal:
        question = open_turn(prompt.history)
        if not question.strip():
            return _handoff(_NO_QUESTION, question)
        if wants_human(question):
            return _handoff(_HUMAN_WANTED, question)
        chunk = self._index(prompt.knowledge).find(question)
        if chunk is None:
            return _handoff(_NO_MATCH, question)
        return Proposal(reply=chunk.answer, language=language_of(chunk.answer), citations=(chunk.id,))

    def _index(self, chunks: tuple[Chunk, ...]) -> KnowledgeIndex:
        key = tuple(part for chunk in chunks for part in (chunk.id, chunk.question, chunk.answer))
        index = self._indexes.get(key)
        if index is None:
            index = self._indexes[key] = KnowledgeIndex(chunks)
        self._indexes.move_to_end(key)
        if len(self._indexes) > _KEPT_INDEXES:
            self._indexes.popitem(last=False)
        return index


def open_turn(history: Sequence[Turn]) -> str:
    """What the customer has written since the shop's last message."""
    turns = list(takewhile(lambda turn: turn.role == "customer", reversed(history)))
    return "\n".join(turn.text for turn in reversed(turns))


def _handoff(reason: dict[str, str], question: str) -> Proposal:
    return Proposal(handoff=True, handoff_reason=reason[language_of(question) or "en"])
