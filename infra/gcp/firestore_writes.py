"""Our writes as the writes of Firestore's Commit call.

The client's own batch cannot say all of it: a condition on a merge, and a transform beside fields, exist only in the
message itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from google.api_core.datetime_helpers import DatetimeWithNanoseconds
from google.cloud.firestore_v1._helpers import encode_dict, encode_value
from google.cloud.firestore_v1.field_path import FieldPath as QuotedPath
from google.cloud.firestore_v1.types import ArrayValue, DocumentMask, DocumentTransform, Precondition
from google.cloud.firestore_v1.types import Document as DocumentMessage
from google.cloud.firestore_v1.types import Write as WriteMessage
from google.protobuf.timestamp_pb2 import Timestamp

from shared.errors import InvalidInput
from shared.ports.document_store import (
    DELETE,
    ArrayUnion,
    At,
    Condition,
    Create,
    Delete,
    FieldPath,
    Fields,
    Increment,
    Maximum,
    Merge,
    Minimum,
    Set,
    Transform,
    Version,
    Write,
)

_MUST_NOT_EXIST = {"exists": False}


def quoted(path: Iterable[str]) -> str:
    """A field path in Firestore's spelling: names that are no identifiers stand in backticks."""
    return str(QuotedPath(*path).to_api_repr())


def version_of(moment: DatetimeWithNanoseconds | Timestamp) -> Version:
    """The time of a document's last change, to the nanosecond. The client answers both types."""
    stamp = moment if isinstance(moment, Timestamp) else moment.timestamp_pb()
    return str(stamp.ToJsonString())


def message_of(write: Write, root: str) -> WriteMessage:
    """One write. `root` is the full name of the database's documents, with a slash at its end."""
    name = root + write.path
    match write:
        case Create(data=data):
            return WriteMessage(update=_document(name, data), current_document=_MUST_NOT_EXIST)
        case Set(data=data, condition=condition):
            return WriteMessage(update=_document(name, data), current_document=_precondition(condition))
        case Merge(fields=fields, transforms=transforms, condition=condition):
            return WriteMessage(
                update=_document(name, _nested(fields)),
                # Named paths without a value are removed.
                update_mask=DocumentMask(field_paths=[quoted(path) for path in fields]),
                update_transforms=[_transform(path, transform) for path, transform in transforms.items()],
                current_document=_precondition(condition),
            )
        case Delete(condition=condition):
            return WriteMessage(delete=name, current_document=_precondition(condition))


def _document(name: str, fields: Fields) -> DocumentMessage:
    return DocumentMessage(name=name, fields=encode_dict(fields))


def _precondition(condition: Condition | None) -> Precondition | None:
    if condition is None:
        return None
    if not isinstance(condition, At):
        return Precondition(exists=True)
    stamp = Timestamp()
    try:
        stamp.FromJsonString(condition.version)
    except ValueError:
        raise InvalidInput("a version that is none of this store") from None
    return Precondition(update_time=stamp)


def _nested(fields: Mapping[FieldPath, Any]) -> dict[str, Any]:
    """Values at their paths; no path is a prefix of another."""
    root: dict[str, Any] = {}
    for path, value in fields.items():
        if value is DELETE:
            continue
        parent = root
        for name in path[:-1]:
            parent = parent.setdefault(name, {})
        parent[path[-1]] = value
    return root


def _transform(path: FieldPath, transform: Transform) -> DocumentTransform.FieldTransform:
    name = quoted(path)
    match transform:
        case Increment(by=number):
            return DocumentTransform.FieldTransform(field_path=name, increment=encode_value(number))
        case Maximum(of=number):
            return DocumentTransform.FieldTransform(field_path=name, maximum=encode_value(number))
        case Minimum(of=number):
            return DocumentTransform.FieldTransform(field_path=name, minimum=encode_value(number))
        case ArrayUnion(values=values):
            missing = ArrayValue(values=[encode_value(value) for value in values])
            return DocumentTransform.FieldTransform(field_path=name, append_missing_elements=missing)
