"""From text to stems that can be compared, Russian and English by the alphabet of each word."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

import snowballstemmer

from infra.llm.vocabulary import FAMILIES, FILLERS, GREETINGS, NEVER_A_TOPIC

_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile("[Ѐ-ӿ]")
_LATIN = re.compile("[A-Za-zÀ-ɏ]")
_RUSSIAN = snowballstemmer.stemmer("russian")
_ENGLISH = snowballstemmer.stemmer("english")


def words(text: str) -> list[str]:
    """Words in lower case, with ё as е; punctuation is gone."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return _WORD.findall(plain)


def telling(spoken: list[str]) -> frozenset[str]:
    """The stems of the words that say something: no fillers, greetings and bare numbers, unless all is greeting."""
    said = [word for word in spoken if word not in FILLERS and not word.isdecimal()]
    return frozenset(map(stem, [word for word in said if word not in GREETINGS] or said))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of one lower-case word, or of its whole family."""
    plain = _plain_stem(word)
    return _families().get(plain, plain)


def names_topic(stemmed: str) -> bool:
    """Whether a stem says what a question is about, and not only something about it."""
    return stemmed not in _no_topics()


def language_of(text: str) -> str:
    """`ru` or `en` by the alphabet that most letters belong to; empty where there are no such letters."""
    russian, english = len(_CYRILLIC.findall(text)), len(_LATIN.findall(text))
    if not russian and not english:
        return ""
    return "ru" if russian >= english else "en"


def _plain_stem(word: str) -> str:
    stemmer = _RUSSIAN if _CYRILLIC.search(word) else _ENGLISH
    return str(stemmer.stemWord(word))


@cache
def _families() -> dict[str, str]:
    stemmed = [[_plain_stem(word) for word in family.split()] for family in FAMILIES]
    return {member: family[0] for family in stemmed for member in family}


@cache
def _no_topics() -> frozenset[str]:
    return frozenset(map(stem, NEVER_A_TOPIC))
