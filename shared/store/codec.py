"""Nouns to document fields and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from enum import Enum
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.domain.model import to_micros
from shared.ports.document_store import DELETE, Document, FieldPath, Fields, Value, ValueOrDelete

N = TypeVar("N", bound=BaseModel)


def fields_of(noun: BaseModel) -> dict[str, Value]:
    """A noun as fields: instants as microseconds, hours as text, enums as their values, what is None left out."""
    return {name: plain(value) for name, value in noun if value is not None}


def plain(value: Any) -> Value:
    """One value as a store holds it."""
    if isinstance(value, datetime):
        return to_micros(value)
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value  # type: ignore[no-any-return]
    if isinstance(value, BaseModel):
        return fields_of(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, frozenset, set)):
        return [plain(item) for item in value]
    return value  # type: ignore[no-any-return]


def noun_of(kind: type[N], fields: Fields) -> N:
    """The inverse of `fields_of`."""
    return kind.model_validate(fields)


def noun_or_none(kind: type[N], document: Document | None) -> N | None:
    """The noun of a document that may not be there."""
    return None if document is None else noun_of(kind, document.data)


def top_level(fields: Mapping[str, Any]) -> dict[FieldPath, ValueOrDelete]:
    """Named top-level fields for a `Merge`; None removes a field, as `fields_of` leaves it out."""
    return {(name,): DELETE if value is None else plain(value) for name, value in fields.items()}


def at_paths(fields: Mapping[FieldPath, Any]) -> dict[FieldPath, ValueOrDelete]:
    """Nested fields for a `Merge`; None removes a field."""
    return {path: DELETE if value is None or value is DELETE else plain(value) for path, value in fields.items()}
