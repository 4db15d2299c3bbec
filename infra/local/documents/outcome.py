"""What one write makes of one document: Firestore's rules, without any I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.document_values import LARGEST_INT, SMALLEST_INT
from infra.local.documents.codec import decode
from infra.local.documents.order_keys import order_key
from shared.errors import AlreadyExists, Stale
from shared.ports.document_store import (
    DELETE,
    ArrayUnion,
    At,
    Create,
    Delete,
    FieldPath,
    Increment,
    Maximum,
    Merge,
    Set,
    Transform,
    Version,
    Write,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it stands: encoded fields."""

    data: str
    version: Version


def outcome(write: Write, stored: Stored | None) -> Mapping[str, Any] | None:
    """The document's fields after the write; None: there is none. Raises `AlreadyExists` or `Stale`."""
    _check_condition(write, stored)
    if isinstance(write, Delete):
        return None
    if isinstance(write, (Create, Set)):
        return write.data
    return _merged(write, decode(stored.data) if stored else {})


def _check_condition(write: Write, stored: Stored | None) -> None:
    if isinstance(write, Create):
        if stored is not None:
            raise AlreadyExists("a document that must not exist does")
        return
    if write.condition is None:
        return
    if stored is None:
        raise Stale("a document that must exist does not")
    if isinstance(write.condition, At) and write.condition.version != stored.version:
        raise Stale("a document has changed")


def _merged(write: Merge, fields: dict[str, Any]) -> dict[str, Any]:
    for path, value in write.fields.items():
        if value is DELETE:
            _remove(fields, path)
        else:
            _parent(fields, path)[path[-1]] = value
    for path, transform in write.transforms.items():
        parent = _parent(fields, path)
        parent[path[-1]] = _transformed(parent.get(path[-1]), transform)
    return fields


def _parent(fields: dict[str, Any], path: FieldPath) -> dict[str, Any]:
    """The map that holds the last name of a path. What stands in the way becomes a map."""
    for name in path[:-1]:
        if not isinstance(fields.get(name), dict):
            fields[name] = {}
        fields = fields[name]
    return fields


def _remove(fields: dict[str, Any], path: FieldPath) -> None:
    for name in path[:-1]:
        inner = fields.get(name)
        if not isinstance(inner, dict):
            return
        fields = inner
    fields.pop(path[-1], None)


def _transformed(value: Any, transform: Transform) -> Any:
    if isinstance(transform, ArrayUnion):
        return _united(value if isinstance(value, list) else [], transform)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if isinstance(transform, Increment):
        return _sum(value if is_number else 0, transform.by)
    # An equal number stays as it is: a stored 2.0 does not become 2.
    if not is_number:
        return transform.of
    if isinstance(transform, Maximum):
        return max(value, transform.of)
    return min(value, transform.of)


def _sum(number: float, by: int) -> float:
    """Integers stop at the ends of 64 bits instead of wrapping around."""
    if isinstance(number, int):
        return max(SMALLEST_INT, min(LARGEST_INT, number + by))
    return number + by


def _united(items: list[Any], transform: ArrayUnion) -> list[Any]:
    known = {order_key(item) for item in items}
    united = list(items)
    for value in transform.values:
        key = order_key(value)
        if key not in known:
            known.add(key)
            united.append(value)
    return united
