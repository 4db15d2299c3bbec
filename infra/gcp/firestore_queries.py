"""Our queries as the client's."""

from __future__ import annotations

from google.cloud.firestore import AsyncClient
from google.cloud.firestore_v1.async_query import AsyncQuery
from google.cloud.firestore_v1.base_query import FieldFilter

from infra.document_rules import cursor_of, full_order, is_descending
from infra.gcp.firestore_writes import quoted
from shared.ports.document_store import Query


def filtered(client: AsyncClient, query: Query) -> AsyncQuery:
    """The documents that match, in no order."""
    name = query.collection
    asked: AsyncQuery = client.collection_group(name) if query.group else AsyncQuery(client.collection(name))
    for condition in query.filters:
        asked = asked.where(filter=FieldFilter(quoted([condition.field]), condition.op, condition.value))
    return asked


def ordered(client: AsyncClient, query: Query) -> AsyncQuery:
    """One page of the documents that match."""
    asked = filtered(client, query)
    for part in full_order(query):
        asked = asked.order_by(quoted([part.field]), direction=_direction(part.descending))
    asked = asked.order_by("__name__", direction=_direction(is_descending(query.order)))
    if query.after is not None:
        asked = asked.start_after([*cursor_of(query), client.document(query.after.path)])
    return asked if query.limit is None else asked.limit(query.limit)


def _direction(descending: bool) -> str:
    return "DESCENDING" if descending else "ASCENDING"
