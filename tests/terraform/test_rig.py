"""The stub of the provider says what the real one would; the real one is used where it can be had."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.terraform.registry import is_reachable, real_provider
from tests.terraform.stub.answers import PROJECT_NUMBER
from tests.terraform.workspace import Workspace

pytestmark = pytest.mark.terraform
SOUND = """
terraform {
  required_providers {
    google = { source = "hashicorp/google" }
  }
}
provider "google" {
  project = "desk-of-a-test"
}
data "google_project" "this" {}
resource "google_service_account" "each" {
  for_each   = toset(["one", "two"])
  account_id = each.key
}
resource "google_cloud_run_v2_service" "one" {
  name     = "one"
  location = "europe-west1"
  template {
    service_account = google_service_account.each["one"].email
    containers {
      image = "image"
      env {
        name  = "NUMBER"
        value = data.google_project.this.number
      }
    }
  }
}
"""


@pytest.fixture
def sound(stubbed: Mapping[str, str], tmp_path: Path) -> Workspace:
    """A small configuration without a mistake."""
    (tmp_path / "main.tf").write_text(SOUND)
    return Workspace(tmp_path, stubbed)


def test_a_plan_has_every_instance_what_is_known_and_what_only_google_knows(sound: Workspace) -> None:
    sound.init_for_plans()

    plan = sound.plan({})

    assert set(plan.named("service_account")) == {"one", "two"}
    service = plan.named("cloud_run_v2_service")["one"]
    assert plan.environment("cloud_run_v2_service", "one") == {"NUMBER": PROJECT_NUMBER}
    assert service.get("template.service_account") is None
    assert service.unknown["template"][0]["service_account"] is True
    assert service.unknown["uri"] is True
    assert service.get("template.timeout") is None
    assert "timeout" not in service.unknown["template"][0]


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("account_id = each.key", "acount_id = each.key", 'An argument named "acount_id" is not expected here'),
        ('location = "europe-west1"', "", 'The argument "location" is required'),
        ("template {", "templates {", 'Blocks of type "templates" are not expected here'),
        ("each.key", "[]", "string required"),
        ('["one"].email', '["one"].mail', 'exported attribute named "mail"'),
        (
            "google_project.this.number",
            "google_project.this.size",
            'exported attribute named "size"',
        ),
        ('"google_service_account" "each"', '"google_servce_account" "each"', "google_servce_account"),
        ('image = "image"', 'image = "image"\n uri = "x"', 'An argument named "uri" is not expected here'),
        ('name     = "one"', 'name     = "one"\n uri = "x"', "uri is Google's to say"),
    ],
)
def test_what_does_not_fit_the_provider_is_refused(sound: Workspace, right: str, wrong: str, says: str) -> None:
    assert right in SOUND
    (sound.folder / "main.tf").write_text(SOUND.replace(right, wrong))
    assert (answer := sound.init()).is_good, answer.text

    answer = sound.validate()

    assert not answer.is_good
    assert says in answer.unwrapped, answer.text


def test_a_block_that_may_come_once_may_not_come_twice(sound: Workspace) -> None:
    twice = 'template {\n    containers {\n      image = "image"\n    }\n  }\n  template {'
    (sound.folder / "main.tf").write_text(SOUND.replace("template {", twice))
    assert (answer := sound.init()).is_good, answer.text

    assert 'No more than 1 "template" blocks are allowed' in sound.validate().unwrapped


def test_an_element_of_a_set_has_no_place_in_it(sound: Workspace) -> None:
    place = "google_cloud_run_v2_service.one.template[0].containers[0].env[0]"
    (sound.folder / "main.tf").write_text(f'{SOUND}\noutput "first" {{\n  value = {place}\n}}\n')
    assert (answer := sound.init()).is_good, answer.text

    assert "Cannot index a set value" in sound.validate().unwrapped


def test_a_registry_that_takes_the_call_and_says_nothing_counts_as_absent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not is_reachable(f"http://127.0.0.1:{silent.getsockname()[1]}/versions", seconds=0.3)


def test_a_provider_that_was_downloaded_is_used_from_then_on(sound: Workspace, tmp_path: Path) -> None:
    platform = json.loads(sound.run("version", "-json").text)["platform"]
    folder = tmp_path / "kept/registry.terraform.io/hashicorp/google/7.77.0" / platform
    folder.mkdir(parents=True)
    (folder / "terraform-provider-google_v7.77.0").touch(mode=0o755)

    environment = real_provider(tmp_path, tmp_path / "kept")

    assert environment is not None
    assert "google v7.77.0" in Workspace(sound.folder, environment).init().text


def test_what_an_operator_chose_takes_no_part_in_the_tests(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    for name in ("terraform.tfvars", "a.auto.tfvars", "b.auto.tfvars.json", "terraform.tfvars.example", "main.tf"):
        (tmp_path / "theirs" / name).touch()

    copy = Workspace.copy(tmp_path / "theirs", tmp_path / "ours", {})

    assert {path.name for path in copy.folder.iterdir()} == {"terraform.tfvars.example", "main.tf"}
