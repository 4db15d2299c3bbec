"""A plan's resources, with every `for_each` expanded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Planned:
    """One resource that would be made.

    `values`: arguments as Terraform shows them, nested blocks as lists; what only Google will know is absent.
    `unknown`: the same tree with True in the place of those.
    """

    address: str
    type: str
    values: Mapping[str, Any]
    unknown: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What it is called in the project; some kinds call that otherwise."""
        return str(next(self.values[key] for key in _NAMES if key in self.values))

    def get(self, path: str) -> Any:
        """The value at dotted names, through single blocks: `template.scaling.max_instance_count`; None if there is
        none or nobody knows it yet."""
        found: Any = self.values
        for part in path.split("."):
            if isinstance(found, list):
                found = found[0] if found else None
            found = found.get(part) if isinstance(found, Mapping) else None
        return found

    def blocks(self, path: str) -> list[Mapping[str, Any]]:
        """All blocks of this name."""
        return list(self.get(path) or ())


_NAMES = ("name", "secret_id", "account_id", "repository_id", "service", "display_name")


@dataclass(frozen=True)
class Plan:
    """All resources that would be made."""

    resources: tuple[Planned, ...]
    outputs: Mapping[str, Any]

    @classmethod
    def read(cls, shown: Mapping[str, Any]) -> Plan:
        """From the JSON of `terraform show`."""
        made = (
            Planned(change["address"], change["type"], change["change"]["after"], change["change"]["after_unknown"])
            for change in shown.get("resource_changes", ())
            if change["mode"] == "managed" and change["change"]["actions"] == ["create"]
        )
        outputs = {name: output.get("value") for name, output in shown["planned_values"].get("outputs", {}).items()}
        return cls(tuple(made), outputs)

    def all(self, kind: str) -> Iterator[Planned]:
        """Of one type, given without `google_`."""
        return (resource for resource in self.resources if resource.type == f"google_{kind}")

    def named(self, kind: str) -> dict[str, Planned]:
        """Of one type by name; two of one name would be a mistake of the configuration."""
        found = list(self.all(kind))
        by_name = {resource.name: resource for resource in found}
        assert len(by_name) == len(found), f"two of {kind} have one name"
        return by_name

    def environment(self, kind: str, name: str) -> dict[str, Any]:
        """Variables of a service's container. One that is a secret has the secret's name, `secret:NAME`."""
        found = {}
        for variable in self.named(kind)[name].blocks("template.containers.env"):
            sources = variable.get("value_source") or []
            secrets = [reference["secret"] for source in sources for reference in source["secret_key_ref"]]
            found[variable["name"]] = f"secret:{secrets[0]}" if secrets else variable.get("value")
        return found
