"""Google's shapes as the answer to Terraform's question for a provider's schema (plugin protocol 6)."""

from __future__ import annotations

import json
from pathlib import Path

from tf.gen import tfplugin_pb2 as pb

from tests.terraform.stub.bindings import Attribute, Child, Shape, shapes

GIVEN_BY_GOOGLE = {"id", "project", "region", "zone", "etag", "fingerprint"}
"""Optional arguments that have a value after the plan all the same; the bindings do not tell which these are."""
PROVIDER = {
    "project": "string",
    "region": "string",
    "zone": "string",
    "billing_project": "string",
    "user_project_override": "bool",
    "default_labels": ["map", "string"],
    "add_terraform_attribution_label": "bool",
}
"""Arguments of a `provider "google"` block."""


def provider_schema(wheel_archive: Path) -> pb.GetProviderSchema.Response:
    """All resources and data sources of the provider."""
    known = shapes(wheel_archive)
    arguments = [pb.Schema.Attribute(name=n, type=json.dumps(t).encode(), optional=True) for n, t in PROVIDER.items()]
    answer = pb.GetProviderSchema.Response(provider=pb.Schema(block=pb.Schema.Block(attributes=arguments)))
    for shape in known.values():
        if shape.kind == "resource":
            answer.resource_schemas[shape.type_name].block.CopyFrom(_block(shape, known))
        elif shape.kind == "data":
            answer.data_source_schemas[shape.type_name].block.CopyFrom(_block(shape, known))
    return answer


def _block(shape: Shape, known: dict[str, Shape]) -> pb.Schema.Block:
    computed = [name for name, child in shape.children.items() if child.is_computed]
    return pb.Schema.Block(
        attributes=[
            *(_attribute(name, attribute) for name, attribute in shape.attributes.items()),
            *(_attribute(name, Attribute(_type(shape.children[name], known))) for name in computed),
        ],
        block_types=[_nested(n, child, known) for n, child in shape.children.items() if not child.is_computed],
    )


def _attribute(name: str, attribute: Attribute) -> pb.Schema.Attribute:
    return pb.Schema.Attribute(
        name=name,
        type=json.dumps(attribute.type).encode(),
        required=attribute.is_settable and not attribute.is_optional,
        optional=attribute.is_settable and attribute.is_optional,
        computed=not attribute.is_settable or (attribute.is_optional and name in GIVEN_BY_GOOGLE),
    )


def _nested(name: str, child: Child, known: dict[str, Shape]) -> pb.Schema.NestedBlock:
    modes = pb.Schema.NestedBlock
    block = _block(known[child.shape], known)
    if name == "timeouts":
        return modes(type_name=name, block=block, nesting=modes.SINGLE)
    return modes(
        type_name=name,
        block=block,
        nesting=modes.SET if child.is_set else modes.LIST,
        min_items=int(child.is_required),
        max_items=int(child.is_single),
    )


def _type(child: Child, known: dict[str, Shape]) -> object:
    """The type of a list of objects that only Google fills."""
    shape = known[child.shape]
    members = {name: attribute.type for name, attribute in shape.attributes.items()}
    members |= {name: _type(inner, known) for name, inner in shape.children.items()}
    return ["set" if child.is_set else "list", ["object", members]]
