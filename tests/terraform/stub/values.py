"""What the provider makes of a configuration: what only Google could know is unknown in a plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgpack
from tf.gen import tfplugin_pb2 as pb

from tests.terraform.stub.answers import DATA

Fill = Callable[[pb.Schema.Attribute], Any]
UNKNOWN = msgpack.ExtType(0, b"\0")
NOTHING = {"string": "", "number": 0, "bool": False}


def decoded(value: pb.DynamicValue) -> Any:
    """A value of Terraform's; None is its null."""
    return msgpack.unpackb(value.msgpack, ext_hook=msgpack.ExtType, strict_map_key=False)


def encoded(value: Any) -> pb.DynamicValue:
    """The reverse."""
    return pb.DynamicValue(msgpack=msgpack.packb(value))


def planned(block: pb.Schema.Block, value: dict[str, Any]) -> dict[str, Any]:
    """A resource before it is created."""
    return _filled(block, value, lambda attribute: UNKNOWN)


def answered(name: str, block: pb.Schema.Block, value: dict[str, Any]) -> dict[str, Any]:
    """A data source that was read."""
    known = DATA.get(name, {})
    return _filled(block, value, lambda attribute: known.get(attribute.name, _empty(attribute)))


def presumed(block: pb.Schema.Block, value: dict[str, Any]) -> list[str]:
    """Names that a configuration gives a value though only Google does. Terraform leaves this check to providers."""
    given = [attribute for attribute in block.attributes if value.get(attribute.name) is not None]
    found = [attribute.name for attribute in given if attribute.computed and not attribute.optional]
    for nested in block.block_types:
        for item in _items(value, nested):
            found += presumed(nested.block, item)
    return found


def _filled(block: pb.Schema.Block, value: dict[str, Any], fill: Fill) -> dict[str, Any]:
    """The same value with each computed attribute that is null replaced, in nested blocks too."""
    full = dict(value)
    for attribute in block.attributes:
        if attribute.computed and full.get(attribute.name) is None:
            full[attribute.name] = fill(attribute)
    for nested in block.block_types:
        if items := _items(value, nested):
            full[nested.type_name] = [_filled(nested.block, item, fill) for item in items]
    return full


def _items(value: dict[str, Any], nested: pb.Schema.NestedBlock) -> list[dict[str, Any]]:
    """Blocks of this kind; none where nobody knows yet how many there will be."""
    found = value.get(nested.type_name)
    return found if isinstance(found, list) else []


def _empty(attribute: pb.Schema.Attribute) -> Any:
    kind = json.loads(attribute.type)
    return NOTHING[kind] if isinstance(kind, str) else {} if kind[0] == "map" else []
