"""What a pull asks of each kind of talk: which there are, which of them have news, and what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from infra.channels.yandex_market.cursor import Mark
from infra.channels.yandex_market.wire import Said
from shared.domain.channels import ThreadKind
from shared.domain.model import EPOCH

TalkT = TypeVar("TalkT")
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Listed(Generic[TalkT]):
    """A talk as its list shows it. `at` is its moment there, in milliseconds."""

    id: str
    at: int
    talk: TalkT
    is_answered: bool = False
    """Something stands below it; chats do not tell."""
    is_followed: bool = False
    """It is worth reading again although nothing says that it has changed."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said in a talk, oldest first, and how far it is known now."""

    mark: Mark
    arrivals: Sequence[Said] = ()
    problems: Sequence[str] = ()
    is_sure: bool = False
    """Nothing more can come under the moment that the list shows."""


@dataclass(frozen=True, slots=True)
class Look:
    """How far one look goes. `is_deep`: over everything, not just over what is likely to have changed."""

    now: datetime
    since: int
    is_deep: bool

    def start(self, overlap: timedelta) -> datetime:
        """From where lists are looked at."""
        return EPOCH + self.since * MILLISECOND - overlap


class Source(Protocol[TalkT]):
    """A kind of talk."""

    @property
    def kind(self) -> ThreadKind:
        """Which one."""
        ...

    @property
    def every(self) -> timedelta:
        """No look sooner than this after the one before."""
        ...

    @property
    def deep_every(self) -> timedelta:
        """No deep look sooner than this after the one before."""
        ...

    @property
    def kept(self) -> timedelta:
        """For so long what is known of a talk is remembered."""
        ...

    async def listed(self, look: Look) -> Sequence[Listed[TalkT]]:
        """Talks that may have news."""
        ...

    def has_news(self, listed: Listed[TalkT], mark: Mark | None, *, is_deep: bool, is_sure: bool) -> bool:
        """Whether it is worth reading. `is_sure`: the last reading was, and the list shows the same moment."""
        ...

    async def read(self, listed: Listed[TalkT], mark: Mark | None, look: Look) -> Heard:
        """What is said in it that is not known."""
        ...
