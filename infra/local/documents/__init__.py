"""The embedded document store: Firestore's model on one SQLite file."""

from infra.local.documents.store import SqliteDocumentStore

__all__ = ["SqliteDocumentStore"]
