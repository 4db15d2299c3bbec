"""One image is a function, the API or the worker, by the command that terraform gives it."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
import uvicorn

from infra.topology import FUNCTIONS
from tests.terraform.inputs import IMAGE
from tests.terraform.planned import Plan, Planned
from tests.terraform.test_topology import service

pytestmark = pytest.mark.terraform


def command(made: Planned) -> list[str]:
    """The command line of its container; empty: the image's own."""
    container = made.blocks("template.containers")[0]
    return [*(container["command"] or ()), *(container["args"] or ())]


def test_all_run_the_one_image(whole: Plan) -> None:
    made = [*whole.all("cloud_run_v2_service"), *whole.all("cloud_run_v2_worker_pool")]

    assert {each.get("template.containers.image") for each in made} == {IMAGE}
    assert {len(each.blocks("template.containers")) for each in made} == {1}


def test_functions_run_what_the_image_runs_by_itself(whole: Plan) -> None:
    services = whole.named("cloud_run_v2_service")

    assert [function for function in FUNCTIONS if command(services[service(function)])] == []


def test_the_api_runs_under_uvicorn_on_the_port_that_is_asked(whole: Plan) -> None:
    api = whole.named("cloud_run_v2_service")["api"]
    program, *arguments = command(api)

    chosen = uvicorn.main.make_context(program, arguments).params
    assert program == "uvicorn"
    assert chosen["app"] == "api.server:app"
    assert chosen["host"] == "0.0.0.0"
    assert chosen["port"] == api.get("template.containers.ports.container_port")
    assert find_spec("api.server") is not None


def test_the_worker_runs_the_module_of_personal_accounts(whole: Plan) -> None:
    (worker,) = whole.all("cloud_run_v2_worker_pool")

    assert command(worker) == ["python", "-m", "functions.telegram_accounts.main"]
    assert find_spec(command(worker)[-1]) is not None


def test_a_container_is_given_up_when_it_does_not_start_in_a_minute(whole: Plan) -> None:
    for made in whole.all("cloud_run_v2_service"):
        (probe,) = made.blocks("template.containers.startup_probe")
        assert probe["http_get"][0]["path"] == "/healthz"
        assert probe["period_seconds"] * probe["failure_threshold"] <= 60, made.name
