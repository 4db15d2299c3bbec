"""What is wrong with a Cloud Build configuration, in words: against its published schema, and against our own rules."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml
from googleapiclient.discovery_cache import get_static_doc
from jsonschema import Draft202012Validator

from tests.build.dockerfile import ROOT

FILE = ROOT / "cloudbuild.yaml"
BUILT_IN = {"PROJECT_ID", "PROJECT_NUMBER", "BUILD_ID", "LOCATION", "COMMIT_SHA"}
"""What Cloud Build itself fills in, as far as we use it."""
OF_THE_SHELL = {"PATH"}
_VARIABLE = re.compile(r"(?<!\$)\$(?:\{(\w+)(?::?-[^}]*)?\}|(\w+))")
_PINNED = re.compile(r"[\w./-]+:[\w.-]+(@sha256:[0-9a-f]{64})?")
_FORMATS = {
    "google-duration": {"pattern": r"^\d+(\.\d{1,9})?s$"},
    "google-datetime": {"format": "date-time"},
    "int64": {"pattern": r"^-?\d+$"},
}


def loaded(text: str) -> dict[str, Any]:
    """The configuration as Cloud Build reads it."""
    return dict(yaml.safe_load(text))


@cache
def project() -> dict[str, Any]:
    """The project's own."""
    return loaded(FILE.read_text())


@cache
def _schema() -> Draft202012Validator:
    """JSON schema of a `Build`, made of the API's discovery document: no unknown field, nothing that only the service
    itself may set."""
    document = json.loads(get_static_doc("cloudbuild", "v1"))
    definitions = {name: _converted(schema) for name, schema in document["schemas"].items()}
    return Draft202012Validator({"$ref": "#/$defs/Build", "$defs": definitions})


def _converted(schema: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {key: schema[key] for key in ("type", "enum") if key in schema}
    if "$ref" in schema:
        made["$ref"] = f"#/$defs/{schema['$ref']}"
    if "items" in schema:
        made["items"] = _converted(schema["items"])
    if "properties" in schema:
        given = {name: one for name, one in schema["properties"].items() if not one.get("readOnly")}
        made["properties"] = {name: _converted(one) for name, one in given.items()}
    if schema.get("type") == "object":
        more = schema.get("additionalProperties")
        made["additionalProperties"] = _converted(more) if more else False
    return made | _FORMATS.get(schema.get("format", ""), {})


def faults(build: Mapping[str, Any]) -> list[str]:
    """Everything that is wrong; empty: nothing."""
    against_schema = [f"{'.'.join(map(str, error.path))}: {error.message}" for error in _schema().iter_errors(build)]
    return against_schema or [*_of_substitutions(build), *_of_images(build), *_of_steps(build), *_of_options(build)]


def _of_substitutions(build: Mapping[str, Any]) -> Iterator[str]:
    declared = set(build.get("substitutions", {}))
    used = {name for text in _strings(build) for name in variables(text)}
    set_here = {word.partition("=")[0] for word in build["options"].get("env", [])}
    yield from (f"{name} is declared and never used" for name in sorted(declared - used))
    for name in sorted(used - declared - set_here - BUILT_IN - OF_THE_SHELL):
        if name.isupper():  # small letters are a script's own
            yield f"{name} is used and nobody sets it"


def variables(text: str) -> set[str]:
    """The names that stand behind a dollar."""
    return {braced or bare for braced, bare in _VARIABLE.findall(text)}


def _strings(value: Any) -> Iterator[str]:
    """Every text, those of environments and comments of a shell included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def _of_images(build: Mapping[str, Any]) -> Iterator[str]:
    if not build.get("images"):
        yield "no image is pushed by Cloud Build itself, so none gets provenance"
    ours = set(build.get("images", []))
    for step in build["steps"]:
        name = step["name"]
        if ":latest" in name or (name not in ours and not _PINNED.fullmatch(name)):
            yield f"{step['id']}: {name} is not pinned to a version"
    yield from (f"{text.strip()}: latest may be anything" for text in _strings(build) if ":latest" in text)


def _of_steps(build: Mapping[str, Any]) -> Iterator[str]:
    seen: list[str] = []
    for step in build["steps"]:
        name = step.get("id", "")
        if not name or name in seen:
            yield f"a step has no id of its own: {name or step['name']}"
        if "script" in step and {"args", "entrypoint"} & step.keys():
            yield f"{name}: with a script there is no entrypoint and there are no args"
        yield from (f"{name} waits for {one}, which is no earlier step" for one in waits(step) if one not in seen)
        if len([one for one in build["steps"] if _volumes(one) & _volumes(step)]) < 2 and _volumes(step):
            yield f"{name}: nobody shares its volume"
        seen.append(name)
    for earlier, later in (
        ("test", "build"),
        ("build", "scan"),
        ("scan", "push"),
        ("push", "deploy"),
        ("deploy", "smoke"),
    ):
        if earlier not in all_before(build, later):
            yield f"{later} does not wait for {earlier}"


def waits(step: Mapping[str, Any]) -> list[str]:
    """The steps that a step waits for by name."""
    return [name for name in step.get("waitFor", []) if name != "-"]


def _volumes(step: Mapping[str, Any]) -> set[str]:
    return {volume["name"] for volume in step.get("volumes", [])}


def all_before(build: Mapping[str, Any], step: str) -> set[str]:
    """Every step that is over when this one begins."""
    over: dict[str, set[str]] = {}
    for one in build["steps"]:
        direct = [name for name in waits(one) if name in over] if one.get("waitFor") else list(over)
        over[one.get("id", "")] = set(direct).union(*(over[name] for name in direct))
    return over.get(step, set())


def _of_options(build: Mapping[str, Any]) -> Iterator[str]:
    wanted = {"requestedVerifyOption": "VERIFIED", "logging": "CLOUD_LOGGING_ONLY", "automapSubstitutions": True}
    for name, value in wanted.items():
        if build["options"].get(name) != value:
            yield f"options.{name} is not {value}"
    if "serviceAccount" not in build:
        yield "it runs as an account that has rights of its own accord"
    nested = [name for name, value in build.get("substitutions", {}).items() if "$" in value]
    if nested and not build["options"].get("dynamicSubstitutions"):
        yield f"{', '.join(nested)} would not be put together"
