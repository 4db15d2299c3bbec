"""One inbox, three kinds of conversation: a thread's id says which, and what Wildberries calls it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from shared.domain.channels import ThreadKind
from shared.errors import ChannelRejected


@dataclass(frozen=True, slots=True)
class Thread:
    """Written `chat:1:4f0e...`, `question:2ncBt...`, `review:YX52R...`."""

    kind: ThreadKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


def read_thread(text: str) -> Thread:
    """The inverse of `str`. Raises `ChannelRejected`."""
    kind, _, id = text.partition(":")
    for known in get_args(ThreadKind):
        if kind == known and id:
            return Thread(known, id)
    raise ChannelRejected("not a conversation of Wildberries", code="thread_unknown")
