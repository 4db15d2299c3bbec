"""Who deploys Parley and is not written to pays about nothing: nothing runs that nobody called."""

from __future__ import annotations

import re

import pytest

from tests.terraform.inputs import SMALLEST
from tests.terraform.planned import Plan
from tests.terraform.workspace import Workspace

pytestmark = pytest.mark.terraform
BY_THE_HOUR = re.compile(
    r"google_(compute_|sql_|alloydb_|redis_|memcache_|vpc_access_|container_|dataflow_|filestore_|spanner_|bigtable_"
    r"|network_|certificate_manager_|dns_|kms_|cloud_run_v2_worker_pool$|cloudfunctions|app_engine_)"
)
"""Machines, load balancers, NAT, connectors, databases by the hour, keys by the month."""


def test_nothing_is_paid_for_by_the_hour_unless_asked_for(smallest: Plan) -> None:
    assert [made.address for made in smallest.resources if BY_THE_HOUR.match(made.type)] == []


def test_personal_telegram_accounts_are_the_only_part_that_always_runs(whole: Plan) -> None:
    always_on = [made for made in whole.resources if BY_THE_HOUR.match(made.type)]

    assert [made.type for made in always_on] == ["google_cloud_run_v2_worker_pool"]
    assert always_on[0].get("scaling.manual_instance_count") == 1


def test_services_start_when_they_are_called_and_cost_nothing_in_between(whole: Plan) -> None:
    for name, service in whole.named("cloud_run_v2_service").items():
        assert service.get("template.scaling.min_instance_count") == 0, name
        assert not service.blocks("scaling"), f"{name} has instances beyond those of its revision"
        assert service.get("template.scaling.max_instance_count") > 0, name
        for container in service.blocks("template.containers"):
            assert container["resources"][0]["cpu_idle"] is True, name


def test_warm_instances_are_kept_only_where_they_are_asked_for(planning: Workspace) -> None:
    plan = planning.plan({**SMALLEST, "min_instances": {"api": 1, "webhooks": 2}})

    services = plan.named("cloud_run_v2_service").items()
    warm = {name: made.get("template.scaling.min_instance_count") for name, made in services}
    assert {name: count for name, count in warm.items() if count} == {
        "api": 1,
        "telegram-webhook": 2,
        "channel-webhook": 2,
    }


def test_before_there_is_an_image_nothing_calls_and_nothing_is_called(first: Plan) -> None:
    assert list(first.all("cloud_run_v2_service")) == []
    assert list(first.all("cloud_run_v2_worker_pool")) == []
    assert list(first.all("cloud_scheduler_job")) == []
    assert [made.name for made in first.all("pubsub_subscription") if made.blocks("push_config")] == []


def test_the_second_apply_only_adds_to_the_first_one(first: Plan, smallest: Plan) -> None:
    before, after = ({made.address for made in plan.resources} for plan in (first, smallest))

    assert before < after
