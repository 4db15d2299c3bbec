"""Nobody may do more than their work, wherever in the configuration a right is given."""

from __future__ import annotations

import re

import pytest

from tests.terraform.planned import Plan

pytestmark = pytest.mark.terraform
OF_THE_PROJECT = {
    "roles/datastore.user",
    "roles/logging.logWriter",
    "roles/run.viewer",
    "roles/telemetry.tracesWriter",
}
"""What Google cannot give for a single resource."""
GOOGLES_OWN = re.compile(
    r"serviceAccount:(service-\d+@gcp-sa-pubsub\.iam|gmail-api-push@system)\.gserviceaccount\.com|allUsers"
)
BROAD = re.compile(r"roles/(owner|editor|viewer|.*[aA]dmin)$")


def members(plan: Plan) -> set[str]:
    """The accounts that are made, as grants name them."""
    made = plan.all("service_account")
    return {f"serviceAccount:{account.name}@{account.get('project')}.iam.gserviceaccount.com" for account in made}


def test_every_service_runs_as_an_account_of_its_own(whole: Plan) -> None:
    services = [*whole.all("cloud_run_v2_service"), *whole.all("cloud_run_v2_worker_pool")]
    accounts = {f"serviceAccount:{service.get('template.service_account')}" for service in services}

    assert len(accounts) == len(services)
    assert accounts <= members(whole)
    assert list(whole.all("service_account_key")) == []


def test_rights_are_added_and_never_replace_those_of_others(whole: Plan) -> None:
    assert [made.address for made in whole.resources if made.type.endswith(("_iam_binding", "_iam_policy"))] == []


def test_no_role_is_broad_and_few_hold_for_the_whole_project(whole: Plan) -> None:
    grants = [made for made in whole.resources if made.type.endswith("_iam_member")]

    assert [grant.address for grant in grants if BROAD.match(grant.get("role"))] == []
    assert {grant.get("role") for grant in grants if grant.type == "google_project_iam_member"} == OF_THE_PROJECT


def test_rights_are_given_to_accounts_that_are_made_here(whole: Plan) -> None:
    ours = members(whole)
    given = {made.get("member") for made in whole.resources if made.type.endswith("_iam_member")}

    assert [member for member in given - ours if not GOOGLES_OWN.fullmatch(str(member))] == []
    assert ours <= given, "an account that may do nothing is for nobody"
