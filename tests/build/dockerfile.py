"""Reads the Dockerfile and its ignore list, and lays out the image's own files in a folder."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: the number of its stage, its keyword, and its words as they stand."""

    stage: int
    keyword: str
    text: str


def parsed(text: str) -> list[Instruction]:
    """The instructions in order; comments dropped, continued lines joined."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found: list[Instruction] = []
    stage = -1
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if line.strip():
            keyword, _, rest = line.strip().partition(" ")
            stage += keyword == "FROM"
            found.append(Instruction(stage, keyword, rest.strip()))
    return found


@cache
def dockerfile() -> list[Instruction]:
    """The project's own."""
    return parsed((ROOT / "Dockerfile").read_text())


def of(keyword: str, *, stage: int | None = None) -> list[str]:
    """What an instruction says, wherever it stands or in one stage."""
    return [one.text for one in dockerfile() if one.keyword == keyword and stage in (None, one.stage)]


def last_stage() -> int:
    """The stage that becomes the image."""
    return dockerfile()[-1].stage


def copies(stage: int) -> list[tuple[str, str]]:
    """Source in the project and place in the image of each COPY that is not from another stage."""
    pairs = [shlex.split(text) for text in of("COPY", stage=stage)]
    return [(words[0], words[1]) for words in pairs if not words[0].startswith("--")]


def environment() -> dict[str, str]:
    """What ENV sets in the image."""
    pairs = [word.partition("=") for text in of("ENV", stage=last_stage()) for word in shlex.split(text)]
    return {name: value for name, _, value in pairs}


def is_ignored(path: str) -> bool:
    """Whether `.dockerignore` keeps this path (relative, with slashes) from the builder: the last rule decides."""
    ignored = False
    for rule in _rules():
        if re.fullmatch(_regex(rule.removeprefix("!")), path):
            ignored = not rule.startswith("!")
    return ignored


@cache
def _rules() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


@cache
def _regex(rule: str) -> str:
    """A rule speaks of a path and of everything beneath it; `**` is any number of folders."""
    escaped = re.escape(rule).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
    return f"{escaped}(?:/.*)?"


def context(folder: Path) -> Iterator[Path]:
    """The files of a folder of the project that the builder gets."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not is_ignored(path.relative_to(ROOT).as_posix()):
            yield path


def lay_out(target: Path) -> Path:
    """Copy the project's files to where the image has them, below `target`; gives the working directory."""
    workdir = target / of("WORKDIR", stage=last_stage())[0].lstrip("/")
    for source, place in copies(last_stage()):
        for path in context(ROOT / source):
            copied = workdir / place / path.relative_to(ROOT / source)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copied)
    return workdir


def run_lines(word: str, *, stage: int) -> str:
    """The RUN of a stage that has this word."""
    (found,) = [text for text in of("RUN", stage=stage) if word in text]
    return found
