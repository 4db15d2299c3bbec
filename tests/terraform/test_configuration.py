"""Terraform's own checks, and those of checkov."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.terraform.provider import ROOT, TOOLS
from tests.terraform.workspace import CONFIGURATION, Workspace

pytestmark = pytest.mark.terraform
EXAMPLES = sorted(str(path.relative_to(CONFIGURATION)) for path in CONFIGURATION.glob("examples/*/"))
TESTS = sorted(str(path.relative_to(CONFIGURATION)) for path in CONFIGURATION.rglob("*.tftest.hcl"))
SKIP = re.compile(r"#\s*checkov:skip=(?P<check>\w+):?(?P<reason>.*)")


def test_files_are_formatted(initialised: Workspace) -> None:
    answer = initialised.run("fmt", "-check", "-recursive", "-diff", "-no-color", str(CONFIGURATION))

    assert answer.is_good, answer.text


def test_the_root_fits_the_provider_and_so_do_all_modules(initialised: Workspace) -> None:
    answer = initialised.validate()

    assert answer.is_good, answer.text
    assert "Warning" not in answer.text, answer.text


def test_every_module_is_used_by_the_root(initialised: Workspace) -> None:
    listed = json.loads((initialised.folder / ".terraform/modules/modules.json").read_text())["Modules"]

    used = {module["Dir"] for module in listed}
    assert used == {".", *(f"modules/{path.name}" for path in CONFIGURATION.glob("modules/*/"))}


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_fits_the_root(copied: Workspace, example: str) -> None:
    for answer in (copied.init(example), copied.validate(example)):
        assert answer.is_good, answer.text


@pytest.mark.parametrize("file", TESTS)
def test_terraforms_own_tests_pass(copied: Workspace, file: str) -> None:
    folder = Path(file).parents[1]
    if folder != Path():
        assert (answer := copied.init(str(folder))).is_good, answer.text

    answer = copied.test(f"-filter={Path(file).relative_to(folder)}", inside=str(folder))

    assert answer.is_good, answer.text
    runs = re.findall(r'^run "', (CONFIGURATION / file).read_text(), re.MULTILINE)
    assert f"Success! {len(runs)} passed, 0 failed" in answer.text


def test_checkov_finds_nothing_that_is_not_justified() -> None:
    command = [str(TOOLS / "checkov"), "-d", str(CONFIGURATION), "--framework", "terraform", "--skip-download"]

    done = subprocess.run([*command, "--output", "json"], cwd=ROOT, capture_output=True, text=True, timeout=280)

    found = json.loads(done.stdout)
    failed = [
        f"{each['check_id']} {each['resource']} {each['file_path']}" for each in found["results"]["failed_checks"]
    ]
    assert failed == []
    assert found["results"]["parsing_errors"] == []
    assert found["summary"]["resource_count"] > len(list(CONFIGURATION.rglob("*.tf")))


def test_each_check_that_is_skipped_has_its_reason_beside_it() -> None:
    skips = [
        (path.name, match["check"], match["reason"])
        for path in CONFIGURATION.rglob("*.tf")
        for match in SKIP.finditer(path.read_text())
    ]

    assert skips, "checkov is asked to skip nothing: then this test is not needed"
    assert [skip for skip in skips if len(skip[2].split()) < 4] == []
