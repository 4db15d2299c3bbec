"""The indexes that the queries of the product need, as data.

The embedded store builds each of them. Firestore has single fields of one collection by itself; terraform declares
the rest, and a test compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Direction: TypeAlias = Literal["asc", "desc", "contains"]


@dataclass(frozen=True, slots=True)
class Index:
    """Fields of the documents of a collection, in the order in which a query compares and sorts them.

    `contains`: the field is a list that is asked for one of its values. `group`: over all collections of this name.
    """

    collection: str
    fields: tuple[tuple[str, Direction], ...]
    group: bool = False

    @property
    def is_composite(self) -> bool:
        """Firestore needs a composite index (`google_firestore_index`)."""
        return len(self.fields) > 1

    @property
    def is_group_field(self) -> bool:
        """Firestore needs this single field's index widened to the group (`google_firestore_field`)."""
        return self.group and len(self.fields) == 1


_NEWEST: tuple[str, Direction] = ("last_message_at", "desc")

INDEXES: tuple[Index, ...] = (
    Index("conversations", (_NEWEST,)),
    Index("conversations", (("status", "asc"), _NEWEST)),
    Index("conversations", (("inbox_id", "asc"), _NEWEST)),
    Index("conversations", (("status", "asc"), ("inbox_id", "asc"), _NEWEST)),
    Index("conversations", (("channel", "asc"), _NEWEST)),
    Index("conversations", (("owner", "asc"), _NEWEST)),
    Index("conversations", (("is_unread", "asc"), _NEWEST)),
    Index("conversations", (("labels", "contains"), _NEWEST)),
    Index("conversations", (("updated_at", "asc"),)),
    Index("conversations", (("due_at", "asc"),), group=True),
    Index("messages", (("at", "asc"),)),
    Index("messages", (("at", "desc"),)),
    Index("messages", (("source_id", "asc"),)),
    Index("contacts", (("last_seen_at", "desc"),)),
    Index("inboxes", (("health", "asc"),), group=True),
    Index("leads", (("created_at", "desc"),)),
    Index("topics", (("place", "asc"),)),
    Index("topics", (("topic", "asc"),)),
    Index("group_candidates", (("seen_at", "desc"),)),
    Index("chunks", (("position", "asc"),)),
    Index("members", (("user_id", "asc"),), group=True),
    Index("sessions", (("user_id", "asc"),)),
)
"""Filters that stand together without an index of their own are answered in Firestore by merging those of
(field, last_message_at), and in the embedded store by testing the rows of one of them."""
