"""Which paths, writes and queries a document store takes, checked alike by every store before it does anything.

Everything here raises `InvalidInput` and names neither ids nor values.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from infra.document_values import (
    LONGEST_NAME,
    check_fields,
    check_name,
    check_text,
    check_value,
    is_reserved,
)
from shared.errors import InvalidInput
from shared.ports.document_store import (
    DELETE,
    ArrayUnion,
    Create,
    FieldPath,
    Filter,
    Increment,
    Maximum,
    Merge,
    Minimum,
    Order,
    Query,
    Set,
    Transform,
    Write,
)

_RANGES = frozenset({"<", "<=", ">", ">="})
_OPERATORS = _RANGES | {"==", "in", "array_contains"}
MOST_ALTERNATIVES = 30
"""Firestore's limit on what the `in` filters of one query multiply to."""
_LONGEST_PATH = 6 * 1024
_FIRST_PRINTABLE = " "


def check_document_path(path: str) -> None:
    """`workspaces/w/conversations/c`: an even number of segments."""
    if len(_segments(path)) % 2:
        raise InvalidInput("a document's path has an even number of segments")


def check_writes(writes: Sequence[Write]) -> None:
    """Paths, values and field paths of one commit; each document at most once."""
    paths = {write.path for write in writes}
    if len(paths) < len(writes):
        raise InvalidInput("a commit writes each document at most once")
    for write in writes:
        check_document_path(write.path)
        if isinstance(write, (Create, Set)):
            check_fields(write.data)
        elif isinstance(write, Merge):
            _check_merge(write)


def check_query(query: Query) -> None:
    """A collection, filters that Firestore answers too, a limit of 1 or more, and a cursor that fits the order."""
    segments = _segments(query.collection)
    if len(segments) % 2 == 0 or (query.group and len(segments) > 1):
        raise InvalidInput("a query names one collection, or the last name of a group of them")
    if query.limit is not None and query.limit < 1:
        raise InvalidInput("a limit is 1 or more")
    for condition in query.filters:
        _check_filter(condition)
    _check_alternatives(query.filters)
    names = [order.field for order in query.order]
    for name in names:
        check_name(name)
    if len(set(names)) < len(names):
        raise InvalidInput("a query orders by each field at most once")
    if query.after is not None:
        cursor_of(query)


def full_order(query: Query) -> tuple[Order, ...]:
    """The order that Firestore takes: the asked one, then the fields of range filters that it does not name.

    These follow by name in the direction of the last asked order, ascending where there is none. Paths break ties.
    """
    asked = [order.field for order in query.order]
    ranged = {condition.field for condition in query.filters if condition.op in _RANGES}
    descending = is_descending(query.order)
    return (*query.order, *(Order(name, descending) for name in sorted(ranged.difference(asked))))


def is_descending(order: Sequence[Order]) -> bool:
    """The direction in which paths break ties."""
    return bool(order) and order[-1].descending


def cursor_of(query: Query) -> list[Any]:
    """The values of the order's fields in the document to start behind."""
    if query.after is None:
        return []
    check_document_path(query.after.path)
    try:
        values: list[Any] = [query.after.data[order.field] for order in full_order(query)]
    except KeyError:
        raise InvalidInput("the document to start behind lacks a field of the order") from None
    for value in values:
        check_value(value)
    return values


def _segments(path: str) -> list[str]:
    segments = path.split("/")
    if len(path) > _LONGEST_PATH:
        raise InvalidInput("a path is too long")
    for segment in segments:
        if not segment or segment in {".", ".."} or is_reserved(segment):
            raise InvalidInput("a path has an empty or reserved segment")
        if not segment.isascii() or len(segment) > LONGEST_NAME:
            _check_long_or_foreign(segment)
    # The embedded store parts segments with a control character, so that its order of paths is Firestore's.
    if min(path) < _FIRST_PRINTABLE:
        raise InvalidInput("a path has a control character")
    return segments


def _check_long_or_foreign(segment: str) -> None:
    check_text(segment)
    if len(segment.encode()) > LONGEST_NAME:
        raise InvalidInput("a segment of a path is too long")


def _check_merge(write: Merge) -> None:
    paths = sorted([*write.fields, *write.transforms])
    for path in paths:
        _check_field_path(path)
    # In this order a path is followed at once by what lies below it.
    if any(path == below[: len(path)] for path, below in pairwise(paths)):
        raise InvalidInput("a field path is a prefix of another one of the same write")
    for path, value in write.fields.items():
        if value is not DELETE:
            check_value(value, len(path) - 1)
    for path, transform in write.transforms.items():
        _check_transform(transform, len(path) - 1)


def _check_field_path(path: FieldPath) -> None:
    if not path or not isinstance(path, tuple):
        raise InvalidInput("a field path is a tuple of names that is not empty")
    for name in path:
        check_name(name)


def _check_transform(transform: Transform, depth: int) -> None:
    match transform:
        case ArrayUnion(values):
            check_value(values, depth)
        case Increment(number) | Maximum(number) | Minimum(number):
            if type(number) is not int:
                raise InvalidInput("a transform takes an integer")
            check_value(number)


def _check_filter(condition: Filter) -> None:
    check_name(condition.field)
    if condition.op not in _OPERATORS:
        raise InvalidInput("an unknown operator")
    if condition.op == "in":
        _check_choice(condition.value)
        return
    if condition.value is None and condition.op != "==":
        raise InvalidInput("None can only be asked for with ==")
    check_value(condition.value)


def _check_choice(values: Any) -> None:
    if not isinstance(values, (list, tuple)) or not values or any(value is None for value in values):
        raise InvalidInput("`in` takes a list of values, and None is not one of them")
    for value in values:
        check_value(value)


def _check_alternatives(filters: Sequence[Filter]) -> None:
    alternatives = 1
    for condition in filters:
        if condition.op == "in" and isinstance(condition.value, (list, tuple)):
            alternatives *= len(condition.value)
    if alternatives > MOST_ALTERNATIVES:
        raise InvalidInput(f"`in` filters multiply to more than {MOST_ALTERNATIVES} alternatives")
    if sum(condition.op == "array_contains" for condition in filters) > 1:
        raise InvalidInput("a query has at most one array_contains")
