"""What went over the wire against a vendor's own OpenAPI document: requests, answers, webhook bodies.

tap = Wiretap(standin.app)                      # serve this in place of the stand-in
document = VendorDocument.load("vendor.json", corrections=[...])
seen = {document.check(exchange) for exchange in tap.exchanges}
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.finders import APICallPathFinder
from openapi_schema_validator import OAS30Validator
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from werkzeug.datastructures import Headers, ImmutableMultiDict

Correction = Callable[[dict[str, Any]], None]
"""Changes a vendor's document in place where it is known to be wrong; fails when there is nothing to change."""

_HOST = "https://vendor.example"


@dataclass(slots=True)
class Exchange:
    """One request with its answer. `path` is as it was sent, without the part under which the server hangs."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    status: int = 0
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer: bytes = b""


class Wiretap:
    """ASGI middleware that keeps every exchange."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.exchanges: list[Exchange] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await _whole(receive)
        path = scope["raw_path"].decode().removeprefix(scope.get("root_path", ""))
        exchange = Exchange(scope["method"], path, scope["query_string"].decode(), _headers(scope), body)
        self.exchanges.append(exchange)

        async def heard(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status, exchange.answer_headers = message["status"], _headers(message)
            else:
                exchange.answer += message.get("body", b"")
            await send(message)

        await self._app(scope, _once(body), heard)


async def _whole(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


def _once(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _headers(holder: Any) -> dict[str, str]:
    return {name.decode().lower(): value.decode("latin-1") for name, value in holder.get("headers", ())}


class _Request:
    """An exchange's request as openapi-core wants it."""

    def __init__(self, exchange: Exchange) -> None:
        self.host_url = _HOST
        self.path = exchange.path
        self.method = exchange.method.lower()
        self.content_type = exchange.headers.get("content-type", "")
        self.body = exchange.body or None
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(exchange.query, keep_blank_values=True)),
            header=Headers(list(exchange.headers.items())),
        )


class _Answer:
    def __init__(self, exchange: Exchange) -> None:
        self.status_code = exchange.status
        self.content_type = exchange.answer_headers.get("content-type", "")
        self.headers = Headers(list(exchange.answer_headers.items()))
        self.data = exchange.answer


class VendorDocument:
    """A vendor's OpenAPI 3.0 document, corrected and closed: a field that it does not name is a mistake of ours."""

    def __init__(self, document: Mapping[str, Any], corrections: Sequence[Correction] = ()) -> None:
        self._document = deepcopy(dict(document))
        for correct in corrections:
            correct(self._document)
        _move(self._document)
        _close(self._document)

    @classmethod
    def load(cls, name: str, corrections: Sequence[Correction] = ()) -> VendorDocument:
        """A file of the folder PARLEY_SPECS; skips the test where there is none."""
        folder = os.environ.get("PARLEY_SPECS", "")
        if not folder:
            pytest.skip("PARLEY_SPECS does not name the folder with the vendors' documents")
        text = (Path(folder) / name).read_text(encoding="utf-8")
        return cls(json.loads(text) if name.endswith(".json") else yaml.safe_load(text), corrections)

    def check(self, exchange: Exchange) -> str:
        """The `operationId` of an exchange (its method and path where it has none).

        Raises AssertionError where it is not as the document says.
        """
        request = _Request(exchange)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # OAuth schemes: we check the header as a parameter
                self._api.validate_request(request)
                self._api.validate_response(request, _Answer(exchange))
            return self._operation(request)
        except OpenAPIError as error:
            where = f"{exchange.method} {exchange.path} -> {exchange.status}"
            raise AssertionError(f"{where}: {error} {error.__cause__ or ''}") from error

    def check_value(self, value: Any, *pointer: str) -> None:
        """A JSON value against the schema at this place of the document."""
        schema: Any = self._document
        for step in pointer:
            schema = schema[step]
        whole = {**schema, "components": self._document["components"]}
        faults = [f"{list(fault.path)}: {fault.message}" for fault in OAS30Validator(whole).iter_errors(value)]
        assert not faults, faults

    @cached_property
    def _api(self) -> OpenAPI:
        document = json.loads(json.dumps(self._document))
        return OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))  # type: ignore[arg-type]

    def _operation(self, request: _Request) -> str:
        found = APICallPathFinder(self._api.spec, base_url=None).find(request.method, _HOST + request.path)
        name = self._document["paths"][found.path.parts[-1]][request.method].get("operationId")
        return str(name or f"{request.method.upper()} {found.path.parts[-1]}")


def _move(document: dict[str, Any]) -> None:
    """All paths to one host: which host a call goes to is a setting of ours."""
    for holder in (node for path in document["paths"].values() for node in (path, *path.values())):
        if isinstance(holder, dict):
            holder.pop("servers", None)
    document["servers"] = [{"url": _HOST}]


def _close(document: dict[str, Any]) -> None:
    """Refuse unknown fields wherever fields are listed, but not in parts that are put together (allOf and kin)."""
    parts = set(_parts(document, inside=False))
    for schema in _schemas(document):
        if id(schema) not in parts and schema.get("properties") and "additionalProperties" not in schema:
            schema["additionalProperties"] = False


def _schemas(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            yield node
        for name, child in node.items():
            if name not in ("example", "examples", "x-examples"):
                yield from _schemas(child)
    elif isinstance(node, list):
        for child in node:
            yield from _schemas(child)


def _parts(document: dict[str, Any], inside: bool, node: Any = None) -> Iterator[int]:
    """Identities of the schemas that other ones are put together from, and of those that put together."""
    node = document if node is None else node
    if isinstance(node, list):
        for child in node:
            yield from _parts(document, inside, child)
    elif isinstance(node, dict):
        if inside:
            yield id(_target(document, node))
        composed = [node[name] for name in ("allOf", "oneOf", "anyOf") if isinstance(node.get(name), list)]
        if composed:
            yield id(node)
            yield from _parts(document, True, composed)
        for child in (child for child in node.values() if isinstance(child, dict | list) and child not in composed):
            yield from _parts(document, False, child)


def _target(document: dict[str, Any], node: dict[str, Any]) -> Any:
    if "$ref" not in node:
        return node
    target: Any = document
    for step in node["$ref"].removeprefix("#/").split("/"):
        target = target[step.replace("~1", "/").replace("~0", "~")]
    return target


def replace(pointer: Sequence[str], value: Any) -> Correction:
    """Put another value in a place that must exist."""

    def correct(document: dict[str, Any]) -> None:
        node: Any = document
        for step in pointer[:-1]:
            node = node[step]
        assert pointer[-1] in node, f"nothing to correct at {pointer}"
        node[pointer[-1]] = value

    return correct


def add(pointer: Sequence[str], value: Any) -> Correction:
    """Say something that the document leaves out and must not say yet."""

    def correct(document: dict[str, Any]) -> None:
        node: Any = document
        for step in pointer[:-1]:
            node = node[step]
        assert pointer[-1] not in node, f"already said at {pointer}"
        node[pointer[-1]] = value

    return correct


def describe_errors(schemas: Mapping[str, Mapping[str, Any]]) -> Correction:
    """Add error answers to every operation that does not describe them: status to schema."""

    def correct(document: dict[str, Any]) -> None:
        for path in document["paths"].values():
            for operation in (path[verb] for verb in ("get", "post", "put", "patch", "delete") if verb in path):
                for status, schema in schemas.items():
                    answer = {
                        "description": "an error",
                        "content": {"application/json": {"schema": deepcopy(dict(schema))}},
                    }
                    operation["responses"].setdefault(status, answer)

    return correct
