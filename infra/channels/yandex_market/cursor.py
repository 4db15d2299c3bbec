"""Where a pull starts: what is known already, for each kind of talk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from infra.channels.yandex_market.shapes import millis
from shared.domain.channels import ThreadKind

KINDS: tuple[ThreadKind, ...] = ("chat", "question", "review")


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a talk is known: the moment that its list showed (milliseconds), and its reader's own note."""

    at: int
    state: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """All talks of a kind that were listed until `since` (milliseconds) are known; later ones as far as marked."""

    since: int
    known: Mapping[str, Mark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Nothing before `floor` (milliseconds) is fetched: the shop's past stays at Market."""

    floor: int
    watches: Mapping[ThreadKind, Watch]

    @classmethod
    def starting(cls, moment: datetime) -> Cursor:
        """What came from this moment on."""
        floor = millis(moment)
        return cls(floor, {kind: Watch(floor) for kind in KINDS})

    @classmethod
    def read(cls, text: str | None) -> Cursor | None:
        """The cursor in its written form; None for none, or for what is not ours."""
        try:
            told = json.loads(text or "")
            return cls(int(told["from"]), {kind: _watch(told[kind]) for kind in KINDS})
        except (ValueError, TypeError, KeyError, RecursionError):
            return None

    def __str__(self) -> str:
        told: dict[str, Any] = {"from": self.floor}
        for kind, watch in self.watches.items():
            known = {id: [mark.at, mark.state] for id, mark in sorted(watch.known.items())}
            told[kind] = {"since": watch.since, "known": known}
        return json.dumps(told, separators=(",", ":"))

    def having(self, kind: ThreadKind, watch: Watch) -> Cursor:
        """The same with another watch of a kind."""
        return replace(self, watches={**self.watches, kind: watch})


def _watch(told: Any) -> Watch:
    return Watch(int(told["since"]), {str(id): Mark(int(at), str(state)) for id, (at, state) in told["known"].items()})
