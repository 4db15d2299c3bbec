"""Firestore has the indexes that the code's queries need, and forgets what the code lets expire."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.store.indexes import INDEXES, Index
from tests.terraform.derived import EXPIRY, asked_fields, expiring
from tests.terraform.planned import Plan, Planned

pytestmark = pytest.mark.terraform
DIRECTIONS = {"asc": ("ASCENDING", None), "desc": ("DESCENDING", None), "contains": (None, "CONTAINS")}
Row = tuple[str, str, tuple[tuple[str, str | None, str | None], ...]]


def wanted(index: Index) -> Row:
    scope = "COLLECTION_GROUP" if index.group else "COLLECTION"
    return index.collection, scope, tuple((field, *DIRECTIONS[direction]) for field, direction in index.fields)


def composite(made: Planned) -> Row:
    fields = tuple((row["field_path"], row["order"], row["array_config"]) for row in made.blocks("fields"))
    return made.get("collection"), made.get("query_scope"), fields


def single_fields(plan: Plan) -> Iterator[tuple[str, str, Planned]]:
    for made in plan.all("firestore_field"):
        yield made.get("collection"), made.get("field"), made


def test_composite_indexes_are_those_that_the_queries_need(smallest: Plan) -> None:
    made = [composite(index) for index in smallest.all("firestore_index")]

    assert sorted(made, key=str) == sorted((wanted(index) for index in INDEXES if index.is_composite), key=str)


def test_fields_asked_over_all_workspaces_are_indexed_so_and_no_others(smallest: Plan) -> None:
    made = [
        (collection, row["query_scope"], ((field, row["order"], row["array_config"]),))
        for collection, field, override in single_fields(smallest)
        for row in override.blocks("index_config.indexes")
    ]

    assert sorted(made, key=str) == sorted((wanted(index) for index in INDEXES if index.is_group_field), key=str)


def test_a_field_that_is_not_indexed_by_itself_any_more_is_not_asked_for(smallest: Plan) -> None:
    """Whatever terraform says of a field replaces the indexes that Firestore would have made of it."""
    overridden = {(collection, field) for collection, field, _ in single_fields(smallest)}
    of_one_collection = {(index.collection, index.fields[0][0]) for index in INDEXES if not index.group}
    bare = {(collection, field) for collection, field, made in single_fields(smallest) if not _has_index(made)}

    assert overridden & of_one_collection == set()
    assert {field for _, field in bare} & asked_fields() == set()
    assert bare & {(index.collection, field) for index in INDEXES for field, _ in index.fields} == set()


def _has_index(made: Planned) -> bool:
    return bool(made.blocks("index_config.indexes"))


def test_what_the_code_lets_expire_is_removed_by_firestore(smallest: Plan) -> None:
    writers = expiring()
    made = {(collection, field) for collection, field, row in single_fields(smallest) if row.blocks("ttl_config")}

    assert [writer for writer, collections in writers.items() if not collections] == []
    assert made == {(collection, EXPIRY) for collections in writers.values() for collection in collections}
