"""Whoever calls waits longer than whoever works: otherwise work would be done twice at once."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest

from infra.gcp.cloud_tasks import DISPATCH_DEADLINE
from infra.settings import LlmEnvironment
from infra.task_queues import function_of
from infra.topology import FUNCTIONS
from shared.domain.tasks import Task
from tests.terraform.planned import Plan
from tests.terraform.test_topology import address, service

pytestmark = pytest.mark.terraform
WORKERS = {function_of(kind.model_construct()) for kind in get_args(get_args(Task)[0])}
"""Functions that Cloud Tasks calls."""
PUBSUB_WAITS_AT_MOST = timedelta(seconds=600)


def seconds(text: str) -> timedelta:
    """Google's way to write a duration."""
    return timedelta(seconds=float(text.removesuffix("s")))


@pytest.fixture
def timeouts(whole: Plan) -> dict[str, timedelta]:
    """Address of each function to the time that it has."""
    services = whole.named("cloud_run_v2_service")
    names = {address(whole, function): services[service(function)] for function in FUNCTIONS}
    return {at: seconds(made.get("template.timeout")) for at, made in names.items()}


def test_pubsub_waits_longer_than_the_function_works(whole: Plan, timeouts: dict[str, timedelta]) -> None:
    pushed = [made for made in whole.all("pubsub_subscription") if made.blocks("push_config")]

    assert pushed
    for made in pushed:
        waits = timedelta(seconds=made.get("ack_deadline_seconds"))
        assert timeouts[made.get("push_config.push_endpoint")] < waits <= PUBSUB_WAITS_AT_MOST, made.name


def test_cloud_scheduler_waits_longer_than_the_function_works(whole: Plan, timeouts: dict[str, timedelta]) -> None:
    jobs = list(whole.all("cloud_scheduler_job"))

    assert jobs
    for job in jobs:
        assert timeouts[job.get("http_target.uri")] < seconds(job.get("attempt_deadline")), job.name


@pytest.mark.parametrize("function", sorted(WORKERS))
def test_cloud_tasks_waits_longer_than_the_function_works(
    whole: Plan, timeouts: dict[str, timedelta], function: str
) -> None:
    assert timeouts[address(whole, function)] < DISPATCH_DEADLINE


@pytest.mark.parametrize("function", ["llm_reply", "run_task"])
def test_a_model_that_does_not_answer_is_given_up_in_time(
    whole: Plan, timeouts: dict[str, timedelta], function: str
) -> None:
    """As long again is left for what is read before and written after it."""
    model = timedelta(seconds=LlmEnvironment.model_fields["timeout_seconds"].default)

    assert 2 * model <= timeouts[address(whole, function)]
