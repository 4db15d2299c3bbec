"""Checks every call and answer of a run against Gmail's own discovery document, as the client library ships it."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs

from googleapiclient.discovery_cache import get_static_doc
from jsonschema import Draft202012Validator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DOCUMENT: dict[str, Any] = json.loads(get_static_doc("gmail", "v1"))
_FORMATS = {"uint64": r"^\d+$", "int64": r"^-?\d+$", "byte": r"^[A-Za-z0-9_=-]*$"}


def _schema(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in node:
        return {"$ref": f"#/$defs/{node['$ref']}"}
    if node.get("type") == "object" and "properties" in node:
        properties = {name: _schema(child) for name, child in node["properties"].items()}
        return {"type": "object", "properties": properties, "additionalProperties": False}
    if node.get("type") == "array":
        return {"type": "array", "items": _schema(node["items"])}
    schema = {key: node[key] for key in ("type", "enum") if key in node}
    return schema | ({"pattern": _FORMATS[node["format"]]} if node.get("format") in _FORMATS else {})


_DEFINITIONS = {name: _schema(node) for name, node in DOCUMENT["schemas"].items()}


def _methods(resource: dict[str, Any]) -> list[dict[str, Any]]:
    found = list(resource.get("methods", {}).values())
    for child in resource.get("resources", {}).values():
        found += _methods(child)
    return found


_METHODS = _methods(DOCUMENT)


def problems(method: str, path: str, query: dict[str, list[str]], sent: Any, answer: Any) -> list[str]:
    """What is wrong with one successful exchange."""
    declared = next((m for m in _METHODS if m["httpMethod"] == method and _matches(m["path"], path)), None)
    if declared is None:
        return [f"{method} {path} is no method of Gmail"]
    parameters = declared.get("parameters", {}) | DOCUMENT["parameters"]
    found = [f"{path}: no parameter {name}" for name in query if name not in parameters]
    found += [
        f"{path}: {name} repeated"
        for name, values in query.items()
        if len(values) > 1 and not parameters.get(name, {}).get("repeated")
    ]
    found += [
        f"{path}: {name} cannot be {value}"
        for name, values in query.items()
        for value in values
        if value not in parameters.get(name, {}).get("enum", [value])
    ]
    for part, name in ((sent, "request"), (answer, "response")):
        found += _errors(part, declared.get(name, {}).get("$ref"), f"{method} {path} {name}")
    return found


def _errors(value: Any, reference: str | None, where: str) -> list[str]:
    if reference is None:
        return [] if value in (None, {}) else [f"{where}: nothing was expected"]
    validator = Draft202012Validator({"$ref": f"#/$defs/{reference}", "$defs": _DEFINITIONS})
    return [f"{where}: {error.json_path} {error.message[:200]}" for error in validator.iter_errors(value)]


def _matches(template: str, path: str) -> bool:
    pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template))
    return re.fullmatch(f"/{pattern}", path) is not None


class Witness:
    """ASGI middleware that collects what breaks Gmail's contract, and counts what it saw."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.problems: list[str] = []
        self.calls: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/gmail/"):
            await self._app(scope, receive, send)
            return
        asked, answered, status = bytearray(), bytearray(), 0

        async def listening() -> Message:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def speaking(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            answered.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, listening, speaking)
        self.calls.append(f"{scope['method']} {scope['path'].removeprefix('/gmail/v1/users/me')}")
        if status in (200, 204) and not (status == 200 and not answered):
            query = parse_qs(scope["query_string"].decode())
            self.problems += problems(scope["method"], scope["path"], query, _json(asked), _json(answered))


def _json(body: bytearray) -> Any:
    return json.loads(bytes(body)) if body else None
