"""What leaves with a workspace: its documents as lines of JSON, without secrets, and which files they name."""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.domain.ids import WorkspaceId
from shared.domain.messages import GONE
from shared.ports.document_store import Document, DocumentStore
from shared.store.workspace_tree import COLLECTIONS, SECRET_COLLECTIONS, SECRET_FIELDS, WorkspaceTree

EXPORTED: Final = tuple(name for name in COLLECTIONS if name not in SECRET_COLLECTIONS)
LEFT_OUT: Final = (
    "credentials and webhook secrets of inboxes, and the access tokens made with them: connect the accounts anew",
    "users, their passwords and sessions: they belong to the platform; what a workspace knows of them is in members",
    "look-ups, leases and counters: they follow from the rest",
    "vendors' calls that nobody could read: they wait among the dead letters",
)
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that an exported document names. `key`: of our copy; empty: there is none, and `why` says why."""

    document: str
    index: int
    name: str
    mime_type: str
    key: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class ExportWorkspace:
    """Reads page by page: a workspace of any size takes the same memory."""

    store: DocumentStore

    async def lines(
        self, workspace: WorkspaceId, collection: str, after: str | None = None
    ) -> AsyncIterator[list[str]]:
        """Pages of lines, in the order of the documents' paths; `after`: behind the document of this path."""
        start = None if after is None else f"workspaces/{workspace}/{after}"
        async for page in WorkspaceTree(self.store, workspace).pages(collection, start):
            yield [line_of(document, workspace, collection) for document in page]

    async def has(self, workspace: WorkspaceId) -> bool:
        """Whether the workspace is still there."""
        return await self.store.get(f"workspaces/{workspace}") is not None

    async def gone(self, workspace: WorkspaceId, paths: list[str]) -> list[str]:
        """Which of these documents are no longer there."""
        found = await self.store.get_many([f"workspaces/{workspace}/{path}" for path in paths])
        return [path for path, document in zip(paths, found, strict=True) if document is None]


def line_of(document: Document, workspace: WorkspaceId, collection: str) -> str:
    """`{"path": below the workspace, "data": {...}}`; the fields that are secret are not in it."""
    secret = SECRET_FIELDS.get(collection, frozenset())
    data = {name: _plain(value) for name, value in document.data.items() if name not in secret}
    return _ENCODER.encode({"path": document.path.removeprefix(f"workspaces/{workspace}/"), "data": data})


def path_of(line: str) -> str:
    """The path in a line. Raises `ValueError` where the line is not whole."""
    return str(json.loads(line)["path"])


def files_of(line: str, workspace: WorkspaceId) -> Iterator[NamedFile]:
    """The files that an exported line names: attachments of a message, the one of an upload."""
    read = json.loads(line)
    data = read["data"]
    attachments = data.get("attachments") or ([data["attachment"]] if "attachment" in data else [])
    for index, attachment in enumerate(attachments):
        yield _named(read["path"], index, attachment, workspace)


def _named(path: str, index: int, attachment: Mapping[str, Any], workspace: WorkspaceId) -> NamedFile:
    blob = str(attachment.get("blob") or "")
    name, mime_type = str(attachment.get("name") or ""), str(attachment.get("mime_type") or "")
    if blob.startswith(GONE):
        return NamedFile(path, index, name, mime_type, "", blob.removeprefix(GONE))
    if not blob.startswith(f"{workspace}/"):
        return NamedFile(path, index, name, mime_type, "", "never_copied")
    return NamedFile(path, index, name, mime_type, blob)


def _plain(value: Any) -> Any:
    """What JSON has no form for stands in an object with one name that begins with a dollar."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, bytes):
        return {"$bytes": b64encode(value).decode()}
    if isinstance(value, float) and not math.isfinite(value):
        return {"$number": str(value)}
    return value
