"""When looks were done. Kept by the adapter while its process lives; a new process looks deep first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from infra.channels.yandex_market.sources import Source
from shared.domain.channels import ThreadKind


@dataclass(slots=True)
class Seen:
    """What pulls have seen."""

    looked: dict[ThreadKind, datetime] = field(default_factory=dict)
    looked_deep: dict[ThreadKind, datetime] = field(default_factory=dict)
    sure: dict[tuple[ThreadKind, str], int] = field(default_factory=dict)
    """Talks whose last reading was sure, with the moment that the list showed then."""

    def add(self, kind: ThreadKind, now: datetime, *, is_deep: bool) -> None:
        """A look was finished."""
        self.looked[kind] = now
        if is_deep:
            self.looked_deep[kind] = now


class Pace:
    """What a pull has seen counts once its cursor is in use: a crash before that must not hide anything."""

    def __init__(self) -> None:
        self._seen = Seen()
        self._promised: tuple[str | None, Seen] = ("", Seen())

    def promise(self, cursor: str | None, seen: Seen) -> None:
        """A pull is done, and its caller has yet to store what it found."""
        self._promised = cursor, seen

    def settle(self, cursor: str | None) -> None:
        """A pull begins: whether the one before it was stored shows in where this one starts."""
        promised, seen = self._promised
        self._promised = "", Seen()
        if promised == cursor:
            self._seen.looked |= seen.looked
            self._seen.looked_deep |= seen.looked_deep
            self._seen.sure |= seen.sure

    def is_due(self, source: Source[Any], now: datetime) -> bool:
        """Whether it is time for a look."""
        return self.is_deep_due(source, now) or now - self._seen.looked[source.kind] >= source.every

    def is_deep_due(self, source: Source[Any], now: datetime) -> bool:
        """Whether it is time for a deep one."""
        last = self._seen.looked_deep.get(source.kind)
        return last is None or now - last >= source.deep_every

    def is_sure(self, kind: ThreadKind, talk: str, at: int) -> bool:
        """Whether a talk was read for good when its list showed this moment."""
        return self._seen.sure.get((kind, talk)) == at

    def keep_only(self, kind: ThreadKind, talks: Collection[str]) -> None:
        """Forget what no list shows any more."""
        gone = [key for key in self._seen.sure if key[0] == kind and key[1] not in talks]
        for key in gone:
            del self._seen.sure[key]
