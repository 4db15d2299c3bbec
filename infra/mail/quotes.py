"""The text stage of finding what a writer wrote now: attributions, quotes and signatures of English and Russian
clients. Cautious: what might be an answer between quoted lines stays whole."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MAIL = r"<[^<>\s]+@[^<>\s]+>"
_MONTH = r"(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|січ|лют|бер|кві|тра|чер|лип|сер|вер|жов|лис|гру)\w*\.?"
_WEEKDAY = r"(?:пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)"
_WROTE = rf"(?:{_MAIL}|написала?(?:\(а\))?|пишет)"
_ATTRIBUTION = re.compile(
    rf"""
    on\s.{{6,200}}\swrote:
    | {_WEEKDAY}\b.{{4,200}}{_WROTE}\s*:
    | \d{{1,2}}\.\d{{1,2}}\.\d{{2,4}}\b.{{0,200}}{_WROTE}\s*:
    | \d{{1,2}}\s{_MONTH}\s.{{0,200}}{_WROTE}\s*:
    | -{{2,}}\s*(?:original\s+message|forwarded\s+message|исходное\s+сообщение|пересылаемое\s+сообщение)\s*-{{2,}}
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FROM = re.compile(r"\*?(?:from|от|від)\s*:", re.IGNORECASE)
_SENT = re.compile(r"\*?(?:sent|date|отправлено|дата|надіслано)\s*:", re.IGNORECASE)
_RULE = re.compile(r"_{10,}")
_DEVICE = re.compile(r"(?:sent from my|отправлено с|отправлено из|get outlook for)\b.{0,80}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cut:
    """A text in two: what was written now, and what was folded away. Nothing is dropped."""

    visible: str
    quoted: str = ""


def cut_text(text: str) -> Cut:
    """Cut a plain text at its attribution, then its signature, then its trailing quoted lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").split("\n")
    end = _quote_start(lines)
    end = _signature_start(lines, end)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith(">")):
        end -= 1
    if not end or is_attribution(" ".join(lines[:end])):  # nothing of the writer's own: better the quote than silence
        return Cut("\n".join(lines).strip())
    return Cut("\n".join(lines[:end]).strip(), "\n".join(lines[end:]).strip())


def is_attribution(text: str) -> bool:
    """Whether this is a line like "On Monday Anna wrote:"."""
    return bool(_ATTRIBUTION.fullmatch(" ".join(text.split())))


def _quote_start(lines: list[str]) -> int:
    """Index of the line where the quote begins, or the number of lines."""
    for index in range(len(lines)):
        if (begin := _marker_length(lines, index)) and any(line.strip() for line in lines[:index]):
            return len(lines) if _answers_between(lines[index + begin :]) else index
    return len(lines)


def _marker_length(lines: list[str], index: int) -> int:
    """How many lines from here on introduce a quote; 0: none does."""
    line = _bare(lines[index])
    if not line:
        return 0
    if is_attribution(line):
        return 1
    following = [_bare(other) for other in lines[index + 1 : index + 6]]
    if _FROM.match(line) and any(_SENT.match(other) for other in following):
        return 5
    if _RULE.fullmatch(line) and any(_FROM.match(other) for other in following[:2]):
        return 6
    # An attribution wrapped by the client; unless the next line is one by itself, and this one the writer's.
    if following and following[0] and not is_attribution(following[0]) and is_attribution(f"{line} {following[0]}"):
        return 2
    return 0


def _bare(line: str) -> str:
    return line.lstrip("> \t").strip()[:400]


def _answers_between(lines: list[str]) -> bool:
    """Whether the writer's own lines follow quoted ones: answers point by point, or below the quote."""
    quoted = [index for index, line in enumerate(lines) if line.lstrip().startswith(">")]
    if not quoted:
        return False
    after = [line.strip() for line in lines[quoted[0] :]]
    end = after.index("--") if "--" in after else len(after)
    return any(line and not line.startswith(">") and not _DEVICE.fullmatch(line) for line in after[:end])


def _signature_start(lines: list[str], end: int) -> int:
    """Index of the signature before `end`, if the writer's text stands above it."""
    filled = [index for index in range(end) if lines[index].strip()]
    for index in filled[1:]:
        if lines[index].rstrip() == "--" or (index == filled[-1] and _DEVICE.fullmatch(lines[index].strip())):
            return index
    return end
