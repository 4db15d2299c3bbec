"""The document store: Firestore's model, cut to what the desk uses.

A document lives at a path of even length (`workspaces/w/conversations/c`), a collection at an odd one. Fields
hold None, bool, int (64 bits), float, str, bytes, aware datetime (microseconds), lists and maps with string keys
of these. A field path names a nested field: `("window", "m1", "is_open")`.

Both adapters pass the same contract suite; what it shows is the meaning of this file.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Literal, Protocol, TypeAlias, TypeVar

Value: TypeAlias = "bool | int | float | str | bytes | datetime | Sequence[Value] | Mapping[str, Value] | None"
Fields: TypeAlias = Mapping[str, Value]
FieldPath: TypeAlias = tuple[str, ...]
Version: TypeAlias = str
"""Opaque; changes with every write of a document."""
T = TypeVar("T")


class _Delete(Enum):
    DELETE = "delete"


DELETE = _Delete.DELETE
"""As a value of `Merge.fields`: remove the field."""
ValueOrDelete: TypeAlias = "Value | _Delete"


@dataclass(frozen=True, slots=True)
class Increment:
    """Add to a number; a missing or non-number field counts as 0."""

    by: int


@dataclass(frozen=True, slots=True)
class Maximum:
    """Keep the larger of the stored number and this one; a missing or non-number field is replaced."""

    of: int


@dataclass(frozen=True, slots=True)
class Minimum:
    """Keep the smaller of the stored number and this one; a missing or non-number field is replaced."""

    of: int


@dataclass(frozen=True, slots=True)
class ArrayUnion:
    """Append the values that the list does not hold yet; a missing or non-list field counts as []."""

    values: tuple[Value, ...]


Transform: TypeAlias = Increment | Maximum | Minimum | ArrayUnion


@dataclass(frozen=True, slots=True)
class Exists:
    """The document must be there."""


@dataclass(frozen=True, slots=True)
class At:
    """The document must be in exactly this version."""

    version: Version


Condition: TypeAlias = Exists | At


@dataclass(frozen=True, slots=True)
class Create:
    """Write a document that must not exist; else the commit raises `AlreadyExists`."""

    path: str
    data: Fields


@dataclass(frozen=True, slots=True)
class Set:
    """Write a whole document, whether or not it exists."""

    path: str
    data: Fields
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """Write only the named field paths, creating the document when it is missing (unless conditioned).

    Each value replaces what stands at its path as a whole: a map value is not merged with the stored map. Maps on
    the way to a path are created; something else than a map on the way is replaced by one. No path may be a prefix
    of another one of the same write, values and transforms together.
    """

    path: str
    fields: Mapping[FieldPath, ValueOrDelete] = field(default_factory=dict)
    transforms: Mapping[FieldPath, Transform] = field(default_factory=dict)
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a document, if it is there. What lies below it stays."""

    path: str
    condition: Condition | None = None


Write: TypeAlias = Create | Set | Merge | Delete


@dataclass(frozen=True, slots=True)
class Document:
    """A stored document as it was read."""

    path: str
    data: Fields
    version: Version

    @property
    def id(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


Operator = Literal["==", "<", "<=", ">", ">=", "in", "array_contains"]


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on a field. Range operators compare only values of the same type, as Firestore does."""

    field: str
    op: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Order:
    """Sort by a field; documents without the field are left out. Ties are broken by path, in the direction of
    the last order (ascending where there is none)."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Documents of one collection, or with `group` of every collection of that last name."""

    collection: str
    filters: tuple[Filter, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    after: Document | None = None
    """Start behind this document: the last one of the page before."""
    group: bool = False


class Reader(Protocol):
    """Reads inside a transaction. All reads come before the writes are returned."""

    async def get(self, path: str) -> Document | None:
        """The document, or None."""
        ...


class DocumentStore(Protocol):
    """Where the state lives. Every method raises `Unavailable` when the store cannot be reached in time."""

    async def get(self, path: str) -> Document | None:
        """The document at a path, or None."""
        ...

    async def get_many(self, paths: Sequence[str]) -> list[Document | None]:
        """The documents at these paths in the same order, in one request."""
        ...

    async def query(self, query: Query) -> list[Document]:
        """Matching documents in order."""
        ...

    async def count(self, query: Query) -> int:
        """How many match; `order`, `limit` and `after` are ignored."""
        ...

    async def commit(self, writes: Sequence[Write]) -> list[Version | None]:
        """All writes or none, each document at most once. Answers the new versions (None for a delete).

        Raises `AlreadyExists` (a `Create` met a document), `Stale` (a condition did not hold), `TooLarge`
        (a document over 1 MiB), `InvalidInput` (a path or value that cannot be stored).
        """
        ...

    async def transaction(self, body: Callable[[Reader], Awaitable[tuple[T, Sequence[Write]]]]) -> T:
        """Run `body`, commit the writes it returns if nothing it read has changed, else run it again.

        Only where a value must be read to be decided. `body` may run several times and does no other I/O.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
