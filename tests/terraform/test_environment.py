"""What the code reads from its environment is what terraform gives it: every setting, and no other name."""

from __future__ import annotations

import re

import pytest

from infra.cipher import KEYS_SECRET
from infra.platform_secrets import PLATFORM_SECRETS
from tests.terraform.derived import LOCAL_ONLY, secret_settings, settings
from tests.terraform.inputs import SMALLEST, WHOLE
from tests.terraform.planned import Plan
from tests.terraform.workspace import Workspace

pytestmark = pytest.mark.terraform
FRAMEWORK = {"FUNCTION_TARGET", "FUNCTION_SOURCE", "FUNCTION_USE_ASGI"}
"""Read by functions-framework."""
SECRET_OF = {secret.setting: name for name, secret in PLATFORM_SECRETS.items() if secret.setting}


def environments(plan: Plan) -> dict[str, dict[str, str]]:
    """Every service, the worker pool too, to its variables."""
    kinds = ("cloud_run_v2_service", "cloud_run_v2_worker_pool")
    return {name: plan.environment(kind, name) for kind in kinds for name in plan.named(kind)}


def given(plan: Plan) -> set[str]:
    """Names that some service is given."""
    return set().union(*environments(plan).values())


def offered(planning: Workspace) -> set[str]:
    """Names that the variable `settings` takes, as its refusal lists them."""
    refusal = planning.try_plan({**SMALLEST, "settings": {"NO_SUCH_SETTING": "1"}})
    assert not refusal.is_good, refusal.text
    listed = re.search(r"settings takes only ([A-Z_, ]+)\.", refusal.unwrapped)
    assert listed is not None, refusal.text
    return set(listed[1].split(", "))


def test_what_is_given_and_what_may_be_set_are_all_settings_of_the_code(whole: Plan, planning: Workspace) -> None:
    by_terraform, by_operator = given(whole) - FRAMEWORK, offered(planning)

    assert by_terraform | by_operator == set(settings()) - LOCAL_ONLY
    assert by_terraform & by_operator == set(), "what terraform decides, an operator cannot change"


def test_what_an_operator_sets_reaches_every_service(planning: Workspace) -> None:
    chosen = {"LLM_TIMEOUT_SECONDS": "45", "WEB_CHAT_URL": "https://chat.example"}

    plan = planning.plan({**WHOLE, "settings": chosen})

    for name, environment in environments(plan).items():
        assert chosen.items() <= environment.items(), name


def test_secrets_reach_services_by_reference_only(whole: Plan) -> None:
    assert set(SECRET_OF) == secret_settings()
    for service, environment in environments(whole).items():
        for name, value in environment.items():
            wanted = f"secret:{SECRET_OF[name]}" if name in SECRET_OF else None
            assert (value if str(value).startswith("secret:") else None) == wanted, (service, name)


def test_there_is_a_secret_for_each_that_the_code_knows_and_each_is_made_empty(whole: Plan) -> None:
    assert set(whole.named("secret_manager_secret")) == set(PLATFORM_SECRETS)
    assert list(whole.all("secret_manager_secret_version")) == []


def test_a_part_that_is_not_wanted_has_no_secret_to_be_filled(smallest: Plan) -> None:
    ours = {name for name, secret in PLATFORM_SECRETS.items() if not secret.is_given}

    assert set(smallest.named("secret_manager_secret")) == ours


def test_a_service_that_is_given_a_secret_may_read_it(whole: Plan) -> None:
    readers = {(grant.get("secret_id"), grant.get("member")) for grant in whole.all("secret_manager_secret_iam_member")}

    for kind in ("cloud_run_v2_service", "cloud_run_v2_worker_pool"):
        for name, service in whole.named(kind).items():
            member = f"serviceAccount:{service.get('template.service_account')}"
            for value in whole.environment(kind, name).values():
                if str(value).startswith("secret:"):
                    assert (value.removeprefix("secret:"), member) in readers


def test_keys_that_nobody_could_make_again_are_deleted_on_purpose_only(whole: Plan, planning: Workspace) -> None:
    off = planning.plan({**SMALLEST, "deletion_protection": False})

    kept, given_up = (
        {name for name, made in plan.named("secret_manager_secret").items() if made.get("deletion_protection")}
        for plan in (whole, off)
    )
    assert kept == {KEYS_SECRET}
    assert given_up == set()
