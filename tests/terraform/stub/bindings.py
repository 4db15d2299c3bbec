"""Reads the shapes of Google's resources out of the published TypeScript bindings of provider 6.50.

The bindings are generated, so each fact stands in a line of fixed form: a class a resource or nested block, a getter an
attribute, a setter where configuration may give it, a `reset` where it may leave it out, a child object a nested block.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

LINE = re.compile(
    r"^class (?P<klass>\w+) extends cdktf\.(?P<base>\w+)"
    r"|^ +terraformResourceType: '(?P<type_name>\w+)'"
    r"|^ +// (?P<flagged>\w+) - computed: (?P<computed>\w+), optional: (?P<optional>\w+), required: (?P<required>\w+)"
    r"|^ +this\._\w+ = new (?:\w+\.)?(?P<child>\w+)\(this, \"(?P<child_name>\w+)\"(?:, (?P<is_set>true|false))?\);"
    r"|^    get (?P<getter>\w+)\(\) \{\n"
    r" +return (?P<as_set>cdktf\.Fn\.tolist\()?this\.get(?P<kind>\w*)Attribute\('(?P<name>\w+)'"
    r"|^    set (?P<setter>\w+)\(value\)"
    r"|^    reset(?P<resetter>\w+)\(\)",
    re.MULTILINE,
)
KINDS = {
    "String": "string",
    "Number": "number",
    "Boolean": "bool",
    "List": ["list", "string"],
    "NumberList": ["list", "number"],
    "StringMap": ["map", "string"],
}
MAPS = {"StringMap": ["map", "string"], "StringMapList": ["list", ["map", "string"]]}
BASES = {"TerraformResource": "resource", "TerraformDataSource": "data"}


@dataclass
class Attribute:
    """One value: its type as Terraform writes it in JSON, and who gives it."""

    type: object
    is_settable: bool = False
    is_optional: bool = False


@dataclass
class Child:
    """A nested block, or (computed only) a list of objects."""

    shape: str
    is_single: bool
    is_set: bool
    is_required: bool
    is_computed: bool


@dataclass
class Shape:
    """What one class of the bindings says. `kind`: resource, data, or empty for a nested block."""

    kind: str
    type_name: str = ""
    attributes: dict[str, Attribute] = field(default_factory=dict)
    children: dict[str, Child] = field(default_factory=dict)


def shapes(wheel_archive: Path) -> dict[str, Shape]:
    """Every class of the bindings by its name."""
    found: dict[str, Shape] = {}
    for source in _sources(wheel_archive):
        found.update(_shapes_of(source))
    return found


def _sources(archive: Path) -> Iterator[str]:
    with tarfile.open(archive) as packed:
        for member in packed:
            if member.name.endswith(".js") and (file := packed.extractfile(member)) is not None:
                yield file.read().decode()


def _shapes_of(source: str) -> dict[str, Shape]:
    found: dict[str, Shape] = {}
    shape, by_getter = Shape(""), dict[str, Attribute]()
    flags: re.Match[str] | None = None
    for line in LINE.finditer(source):
        match line.lastgroup:
            case "base":
                shape, by_getter = Shape(BASES.get(line["base"], "")), {}
                found[line["klass"]] = shape
            case "type_name":
                shape.type_name = line["type_name"]
            case "required":
                flags = line
            case "child_name" | "is_set":
                _add_child(shape, line, flags)
            case "name":
                by_getter[line["getter"].lower()] = shape.attributes[line["name"]] = Attribute(_type(line))
            case "setter":
                if line["setter"].lower() in by_getter:
                    by_getter[line["setter"].lower()].is_settable = True
            case "resetter":
                if line["resetter"].lower() in by_getter:
                    by_getter[line["resetter"].lower()].is_optional = True
    return found


def _type(line: re.Match[str]) -> object:
    plain = KINDS[line["kind"]]
    return ["set", *plain[1:]] if line["as_set"] else plain


def _add_child(shape: Shape, line: re.Match[str], flags: re.Match[str] | None) -> None:
    """A block is announced by a comment with its flags; the class of its content ends in OutputReference."""
    name, child = line["child_name"], line["child"]
    if child in MAPS:
        shape.attributes[name] = Attribute(MAPS[child])
        return
    is_single = child.endswith("OutputReference")
    assert flags is not None, f"no flags of {child}.{name}"
    assert flags["flagged"] == name, f"no flags of {child}.{name}"
    shape.children[name] = Child(
        shape=child if is_single else child.removesuffix("List") + "OutputReference",
        is_single=is_single,
        is_set=line["is_set"] == "true",
        is_required=flags["required"] == "true",
        is_computed=flags["computed"] == "true",
    )
