"""A query as SQL.

A field is compared by its order key: the column where `shared.store.indexes` declares one, else a function that
reads it out of the document, which is right for any field and slow for large collections.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from infra.document_rules import cursor_of, full_order, is_descending
from infra.local.documents.codec import decode
from infra.local.documents.order_keys import order_key, type_bounds
from infra.local.documents.schema import column, indexed_fields, quoted
from infra.local.documents.stored_paths import stored_path
from shared.ports.document_store import Document, Filter, Query


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with the values of its question marks."""

    text: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sorted:
    key: Sql
    descending: bool

    @property
    def sign(self) -> str:
        return "<" if self.descending else ">"


def select(query: Query) -> Sql:
    """The rows (path, version, data) of a query, in order."""
    kin = _kin(query)
    order = [_Sorted(_key(kin, part.field), part.descending) for part in full_order(query)]
    conditions = [*_conditions(query), *(Sql(f"{part.key.text} IS NOT NULL", part.key.values) for part in order)]
    order.append(_Sorted(Sql("path"), is_descending(query.order)))
    if query.after is not None:
        conditions.append(_behind(order, _place(query, query.after)))
    where = _joined(" AND ", conditions)
    by = _joined(", ", [Sql(part.key.text + " DESC" * part.descending, part.key.values) for part in order])
    limit = -1 if query.limit is None else query.limit
    return Sql(
        f"SELECT path, version, data FROM documents WHERE {where.text} ORDER BY {by.text} LIMIT ?",  # noqa: S608 - no value
        (*where.values, *by.values, limit),
    )


def count(query: Query) -> Sql:
    """One row with the number of documents that match."""
    where = _joined(" AND ", list(_conditions(query)))
    return Sql(f"SELECT count(*) FROM documents WHERE {where.text}", where.values)  # noqa: S608 - no value in the text


def add_functions(connection: sqlite3.Connection) -> None:
    """Teach a connection the functions that these statements call."""
    connection.create_function("order_key", 2, _field_key, deterministic=True)
    connection.create_function("list_holds", 3, _list_holds, deterministic=True)


def _kin(query: Query) -> str:
    return query.collection.rpartition("/")[2]


def _key(kin: str, name: str) -> Sql:
    return Sql(column(name)) if name in indexed_fields(kin) else Sql("order_key(data, ?)", (name,))


def _conditions(query: Query) -> Iterator[Sql]:
    kin = _kin(query)
    yield Sql(f"kin = {quoted(kin)}")
    if not query.group:
        yield Sql("collection = ?", (stored_path(query.collection),))
    for condition in query.filters:
        yield _condition(kin, condition)


def _condition(kin: str, condition: Filter) -> Sql:
    if condition.op == "array_contains":
        return Sql("list_holds(data, ?, ?)", (condition.field, order_key(condition.value)))
    key = _key(kin, condition.field)
    if condition.op == "in":
        choice: Any = condition.value
        marks = ", ".join("?" for _ in choice)
        return Sql(f"{key.text} IN ({marks})", (*key.values, *map(order_key, choice)))
    wanted = order_key(condition.value)
    if condition.op == "==":
        return Sql(f"{key.text} = ?", (*key.values, wanted))
    start, end = type_bounds(wanted)
    side = (
        Sql(f"{key.text} < ?", (*key.values, end))
        if ">" in condition.op
        else Sql(f"{key.text} >= ?", (*key.values, start))
    )
    return _joined(" AND ", [Sql(f"{key.text} {condition.op} ?", (*key.values, wanted)), side])


def _place(query: Query, after: Document) -> list[Any]:
    return [*map(order_key, cursor_of(query)), stored_path(after.path)]


def _behind(order: Sequence[_Sorted], place: Sequence[Any]) -> Sql:
    """Rows that sort behind a place. The first comparison stands alone so that an index can start there."""
    first, value = order[0], place[0]
    key, values = first.key.text, first.key.values
    if len(order) == 1:
        return Sql(f"{key} {first.sign} ?", (*values, value))
    rest = _behind(order[1:], place[1:])
    return Sql(
        f"{key} {first.sign}= ? AND ({key} {first.sign} ? OR {rest.text})",
        (*values, value, *values, value, *rest.values),
    )


def _joined(separator: str, pieces: Sequence[Sql]) -> Sql:
    return Sql(separator.join(piece.text for piece in pieces), tuple(v for piece in pieces for v in piece.values))


@lru_cache(maxsize=4)
def _decoded(data: str) -> dict[str, Any]:
    """One statement asks the same row several times."""
    return decode(data)


def _field_key(data: str, name: str) -> bytes | None:
    fields = _decoded(data)
    return order_key(fields[name]) if name in fields else None


def _list_holds(data: str, name: str, key: bytes) -> bool:
    items = _decoded(data).get(name)
    return isinstance(items, list) and any(order_key(item) == key for item in items)
