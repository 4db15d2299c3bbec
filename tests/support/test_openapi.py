"""The checker notices what it is there for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.openapi import Exchange, VendorDocument, add, describe_errors, replace

THING = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.0",
    "info": {"title": "a vendor", "version": "1"},
    "servers": [{"url": "https://api.vendor.example"}],
    "components": {
        "schemas": {
            "Thing": THING,
            "Named": {
                "allOf": [
                    {"$ref": "#/components/schemas/Part"},
                    {"type": "object", "properties": {"name": {"type": "string"}}},
                ]
            },
            "Part": {"type": "object", "properties": {"id": {"type": "integer"}}},
        }
    },
    "paths": {
        "/things/{id}/": {
            "post": {
                "operationId": "makeThing",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9}},
                    {"name": "X-Key", "in": "header", "required": True, "schema": {"type": "string"}},
                ],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "responses": {
                    "200": {
                        "description": "made",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Named"}}},
                    }
                },
            }
        }
    },
}


def exchange(**changes: Any) -> Exchange:
    body: dict[str, Any] = {
        "method": "POST",
        "path": "/things/7/",
        "query": "limit=9",
        "headers": {"content-type": "application/json", "x-key": "k"},
        "body": b'{"id": 1}',
        "status": 200,
        "answer_headers": {"content-type": "application/json"},
        "answer": json.dumps({"id": 1, "name": "n"}).encode(),
    }
    return Exchange(**{**body, **changes})


def test_an_exchange_as_described_passes_and_names_its_operation() -> None:
    assert VendorDocument(DOCUMENT).check(exchange()) == "makeThing"


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "GET"},
        {"path": "/things/7"},
        {"path": "/things/seven/"},
        {"path": "/other/"},
        {"query": "limit=10"},
        {"headers": {"content-type": "application/json"}},
        {"headers": {"content-type": "text/plain", "x-key": "k"}},
        {"body": b"{}"},
        {"body": b'{"id": "one"}'},
        {"body": b'{"id": 1, "invented": 2}'},
        {"status": 404},
        {"answer": b'{"id": "one"}'},
        {"answer": b"no json"},
        {"answer_headers": {"content-type": "text/html"}},
    ],
)
def test_every_kind_of_difference_is_noticed(changes: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        VendorDocument(DOCUMENT).check(exchange(**changes))


def test_an_error_passes_once_its_form_is_described() -> None:
    document = VendorDocument(DOCUMENT, [describe_errors({"404": THING})])

    document.check(exchange(status=404, answer=b'{"id": 1}'))
    with pytest.raises(AssertionError):
        document.check(exchange(status=404, answer=b'{"error": 1}'))


def test_a_value_is_checked_against_a_schema_by_its_place() -> None:
    document = VendorDocument(DOCUMENT)

    document.check_value({"id": 1}, "components", "schemas", "Thing")
    with pytest.raises(AssertionError):
        document.check_value({"id": 1, "invented": 1}, "components", "schemas", "Thing")


def test_a_correction_that_no_longer_fits_the_document_fails() -> None:
    thing = ("components", "schemas", "Thing")

    VendorDocument(DOCUMENT, [replace((*thing, "required"), []), add((*thing, "nullable"), True)])
    with pytest.raises(AssertionError):
        VendorDocument(DOCUMENT, [replace((*thing, "nullable"), True)])
    with pytest.raises(AssertionError):
        VendorDocument(DOCUMENT, [add((*thing, "required"), [])])
