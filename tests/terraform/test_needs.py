"""No function is refused what its code does: what each used on a running machine is among the rights that it has."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from infra.channels.registry import REGISTRY
from infra.topology import FUNCTIONS
from shared.domain.channels import ChannelKind
from tests.support.machine import FAQ, Site
from tests.terraform.needs import FILES, SECRETS, Need, NotedMachine
from tests.terraform.planned import Plan
from tests.terraform.test_topology import service

pytestmark = pytest.mark.terraform
DELIVERY = next(iter(FAQ))
OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"
FILE_RIGHTS = {"roles/storage.objectViewer": ("reads",), "roles/storage.objectUser": ("reads", "writes")}
VENDORS = [kind for kind in REGISTRY if kind is not ChannelKind.WEB_CHAT]


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[NotedMachine]:
    async with Site().listening() as site:
        machine = NotedMachine(tmp_path, site.url)
        async with machine.behind(site):
            yield machine


def rights(plan: Plan) -> set[Need]:
    """What the configuration lets the functions do."""
    return {(service, *right) for service in map(service_name, FUNCTIONS) for right in rights_of(plan, service)}


def rights_of(plan: Plan, name: str) -> Iterator[tuple[str, str]]:
    member = f"serviceAccount:{plan.named('cloud_run_v2_service')[name].get('template.service_account')}"
    (files,) = {plan.environment("cloud_run_v2_service", name)["PARLEY_BUCKET"]}
    for grant in plan.resources:
        if grant.get("member") != member:
            continue
        match grant.type:
            case "google_pubsub_topic_iam_member":
                yield "publishes", grant.get("topic")
            case "google_cloud_tasks_queue_iam_member":
                yield "enqueues", grant.name
            case "google_secret_manager_secret_iam_member":
                yield SECRETS, grant.get("secret_id")
            case "google_storage_bucket_iam_member" if grant.get("bucket") == files:
                yield from ((right, FILES) for right in FILE_RIGHTS[grant.get("role")])


service_name = service
