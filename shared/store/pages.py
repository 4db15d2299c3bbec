"""Lists by cursor: the cursor is the id of the last document of the page before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from shared.errors import InvalidInput
from shared.ports.document_store import Document, Fields, Query
from shared.store.codec import noun_of

N = TypeVar("N", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Page(Generic[N]):
    """Some items, and where the next ones start (None: that was all)."""

    items: list[N]
    next_cursor: str | None


class _Queryable(Protocol):
    async def query(self, query: Query) -> list[Document]: ...


async def page_of(store: _Queryable, query: Query, kind: type[N], cursor: str | None) -> Page[N]:
    """Run a limited query from a cursor. Raises `InvalidInput` for a cursor that is none of ours."""
    limit = query.limit or 50
    start = None if cursor is None else read_cursor(query, cursor)
    found = await store.query(replace(query, limit=limit + 1, after=start))
    shown = found[:limit]
    more = len(found) > limit
    return Page(
        [noun_of(kind, document.data) for document in shown],
        write_cursor(query, shown[-1]) if more else None,
    )


def write_cursor(query: Query, document: Document) -> str:
    """The order values of a document and its id, as one string."""
    parts = [str(document.data[order.field]) for order in query.order]
    return "~".join([*parts, document.id])


def read_cursor(query: Query, cursor: str) -> Document:
    """The document that a cursor stands for, as far as the order needs it. All order fields are numbers here."""
    *values, identity = cursor.split("~")
    if len(values) != len(query.order) or not identity or "/" in identity:
        raise InvalidInput("unknown cursor", code="bad_cursor")
    try:
        numbers: Mapping[str, int] = {order.field: int(value) for order, value in zip(query.order, values, strict=True)}
    except ValueError as error:
        raise InvalidInput("unknown cursor", code="bad_cursor") from error
    fields: Fields = dict(numbers)
    return Document(f"{query.collection}/{identity}", fields, "")
