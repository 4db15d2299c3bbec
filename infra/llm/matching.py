"""Finds the question-and-answer piece that answers a question: ranked by BM25, accepted by a rule that can be checked.

A piece is accepted when it is the very same question, or when either
- all telling words of the query stand in its question, or in its answer and in no other piece, or
- its question shares a distinct word with the query (one that few other questions have, and that names a topic), and
  the piece covers at least half of the telling words, each weighed by how rare it is among the pieces. A word that
  stands only in the answer counts half; one that no piece has weighs as much as the least distinct word.

It knows words and not meaning: "Do you ship dogs?" gets what is known of delivery.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from infra.llm.stemming import language_of, names_topic, stem, telling, words
from shared.domain.assistants import Chunk

MOST_WORDS = 150
"""A longer letter says more than one piece can answer."""
_COVERAGE = 0.5
_ANSWER_CREDIT = 0.5
_K1, _B = 1.2, 0.5


@dataclass(frozen=True, slots=True)
class _Entry:
    chunk: Chunk
    language: str
    words: tuple[str, ...]
    """The question's words as they stand, for the very same question."""
    question: frozenset[str]
    answer: frozenset[str]
    """Telling stems of either."""
    weights: dict[str, float]
    """All stems, fillers too, to how much of the piece they are: a word of the answer counts less."""
    length: float


class KnowledgeIndex:
    """The pieces of one assistant, ready to be searched."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._entries = [_entry(chunk) for chunk in chunks]
        self._pieces = Counter(stem for entry in self._entries for stem in entry.weights)
        self._questions = Counter(stem for entry in self._entries for stem in entry.question)
        self._mean_length = sum(entry.length for entry in self._entries) / max(len(self._entries), 1)
        self._distinct_limit = max(2, len(self._entries) // 5)
        """In how many pieces a word may stand and still tell them apart."""

    def find(self, text: str) -> Chunk | None:
        """The piece that answers this question, in the customer's language where there is a choice, or None."""
        spoken = words(text)
        if not 0 < len(spoken) <= MOST_WORDS:
            return None
        query, all_stems = telling(spoken), frozenset(map(stem, spoken))
        same, language = tuple(spoken), language_of(text)
        best = max(
            (entry for entry in self._entries if entry.words == same or self._accepts(entry, query)),
            key=lambda entry: (entry.language == language, entry.words == same, self._score(entry, all_stems)),
            default=None,
        )
        return best.chunk if best else None

    def _accepts(self, entry: _Entry, query: frozenset[str]) -> bool:
        asked = query & entry.question
        answered = (query & entry.answer) - asked
        own = {stem for stem in answered if self._pieces[stem] == 1}
        distinct = {stem for stem in asked if self._questions[stem] <= self._distinct_limit}
        if query == asked | own:
            return any(map(names_topic, distinct | own))
        covered = self._weigh(asked) + _ANSWER_CREDIT * self._weigh(answered)
        return any(map(names_topic, distinct)) and covered >= _COVERAGE * self._weigh(query)

    def _score(self, entry: _Entry, query: frozenset[str]) -> float:
        stretch = _K1 * (1 - _B + _B * entry.length / self._mean_length)
        return sum(
            self._rarity(stem) * weight * (_K1 + 1) / (weight + stretch)
            for stem in query
            if (weight := entry.weights.get(stem))
        )

    def _weigh(self, stems: frozenset[str]) -> float:
        return sum(map(self._rarity, stems))

    def _rarity(self, stem: str) -> float:
        """BM25's inverse document frequency."""
        total = len(self._entries)
        count = self._pieces[stem] or min(self._distinct_limit, total)
        return math.log(1 + (total - count + 0.5) / (count + 0.5))


def _entry(chunk: Chunk) -> _Entry:
    asked, answered = words(chunk.question), words(chunk.answer)
    weights: dict[str, float] = Counter(map(stem, asked))  # type: ignore[assignment]
    for word in answered:
        weights[stem(word)] = weights.get(stem(word), 0.0) + _ANSWER_CREDIT
    return _Entry(
        chunk=chunk,
        language=language_of(chunk.answer),
        words=tuple(asked),
        question=telling(asked),
        answer=telling(answered),
        weights=weights,
        length=sum(weights.values()),
    )
