"""What runs in the cloud: each service's command and environment, as terraform plans it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.terraform.planned import Planned
from tests.terraform.provider import stub
from tests.terraform.workspace import CONFIGURATION, Workspace

PROJECT = "parley-test-1"
DIGEST = "0" * 64
VARIABLES = {
    "project": PROJECT,
    "image": f"europe-west1-docker.pkg.dev/{PROJECT}/parley/parley@sha256:{DIGEST}",
    "llm": {"base_url": "https://llm.example/v1", "model": "a-model"},
    "google_client_id": "1.apps.googleusercontent.com",
    "telegram_accounts": {"enabled": True, "api_id": 1},
}
"""Everything switched on, so that every secret has its place."""
SECRET = "a-value-of-a-secret-0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Service:
    """A Cloud Run service or worker pool. An empty command is the image's own."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    port: str
    """Where the platform sends requests; empty: it sends none."""
    probe: str
    """The path that says whether it has started; empty: nobody asks."""
    callers: tuple[str, ...]
    """The accounts whose calls it lets in; none: it asks for none."""


def planned_services() -> dict[str, Service]:
    """All of them by name, from the plan of a deployment with every option."""
    with stub() as environment, tempfile.TemporaryDirectory() as place:
        workspace = Workspace.copy(CONFIGURATION, Path(place) / "terraform", environment)
        workspace.init_for_plans()
        plan = workspace.plan(VARIABLES)
    made = [*plan.all("cloud_run_v2_service"), *plan.all("cloud_run_v2_worker_pool")]
    return {resource.name: _service(resource) for resource in made}


def _service(resource: Planned) -> Service:
    (container,) = resource.blocks("template.containers")
    environment = {one["name"]: SECRET if one["value_source"] else one["value"] for one in container["env"]}
    (port,) = container.get("ports") or [{"container_port": ""}]
    probe = _only(_only(container.get("startup_probe")).get("http_get"))
    return Service(
        resource.name,
        (*(container["command"] or ()), *(container["args"] or ())),
        environment,
        str(port["container_port"]),
        str(probe.get("path", "")),
        tuple(json.loads(environment.get("PARLEY_PUSH_ACCOUNTS", "[]"))),
    )


def _only(blocks: Any) -> Any:
    return blocks[0] if blocks else {}
