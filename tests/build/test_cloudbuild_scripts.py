"""Each step's script, run: which commands go out, with which digest, and that a failure ends it there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.build import dockerfile
from tests.build.cloudbuild import project
from tests.build.dockerfile import ROOT
from tests.build.workshop import Workshop

DIGEST = "sha256:" + "5" * 64
IMAGE = "europe-west1-docker.pkg.dev/parley-shop-1/parley/parley"
BY_HAND = {"PROJECT_ID": "parley-shop-1", "PROJECT_NUMBER": "123456789012", "BUILD_ID": "b-1"}
BY_TRIGGER = {**BY_HAND, "COMMIT_SHA": "c0ffee", "_STATE_BUCKET": "parley-shop-1-terraform"}
STEPS = {step["id"]: step for step in project()["steps"]}
SCRIPTS = [name for name, step in STEPS.items() if "script" in step]
INSPECT = "docker buildx imagetools inspect"


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path, BY_TRIGGER, {INSPECT: (0, DIGEST)})


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_well_formed_and_strict(name: str) -> None:
    script = STEPS[name]["script"]
    first, second, *_ = script.splitlines()

    strict = {"#!/usr/bin/env bash": ("bash", "set -euo pipefail"), "#!/bin/sh": ("sh", "set -eu")}
    shell, wanted = strict[first]
    assert second == wanted
    subprocess.run([shell, "-n"], input=script, text=True, check=True)


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck cannot be found")
@pytest.mark.parametrize("name", SCRIPTS)
def test_shellcheck_finds_nothing(name: str) -> None:
    subprocess.run(["shellcheck", "-"], input=STEPS[name]["script"], text=True, check=True)


def test_the_tests_get_the_emulators_and_terraform_from_their_makers_images(workshop: Workshop) -> None:
    sdk = workshop.folder / "sdk"
    workshop.recorder(sdk / "bin" / "gcloud")
    workshop.answers["gcloud info"] = (0, str(sdk))
    workshop.recorder(workshop.workspace / ".ci" / "run")

    assert [workshop.run(name).status for name in ("emulators", "terraform", "test")] == [0, 0, 0]

    tools = workshop.folder / "tools"
    assert workshop.calls() == [
        ["gcloud", "info", "--format=value(installation.sdk_root)"],
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "openjdk-17-jre-headless"],
        ["run"],
    ]
    path = workshop.environment_of("run")["PATH"]
    assert shutil.which("terraform", path=path) == str(tools / "terraform")
    assert shutil.which("gcloud", path=path) == str(tools / "google-cloud-sdk" / "bin" / "gcloud")


def test_the_tests_are_those_of_the_readme() -> None:
    command = "python3 run.py test"

    assert command in (ROOT / "README.md").read_text()
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith(command)


def test_the_image_is_built_from_the_last_packages_and_knows_its_commit(workshop: Workshop) -> None:
    assert workshop.run("build").status == 0

    packages, image = workshop.calls()
    assert packages[:3] == image[:3] == ["docker", "build", "--provenance=false"]
    assert packages[-1] == image[-1] == "."
    assert packages[packages.index("--target") + 1] in " ".join(dockerfile.of("FROM", stage=0)).split()
    for call, tag in ((packages, f"{IMAGE}:packages"), (image, f"{IMAGE}:b-1")):
        assert call[call.index("--tag") + 1] == tag
        assert call[call.index("--cache-from") + 1] == f"{IMAGE}:packages"
    assert "BUILDKIT_INLINE_CACHE=1" in packages
    assert image[image.index("--build-arg") + 1] == "REVISION=c0ffee"
    assert workshop.environment_of("docker")["DOCKER_BUILDKIT"] == "1"


def test_a_build_by_hand_has_no_commit_and_says_which_build_it_was(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path, BY_HAND)

    assert workshop.run("build").status == 0
    assert "REVISION=b-1" in workshop.calls()[-1]


def test_what_the_registry_has_got_is_deployed_and_tried(workshop: Workshop) -> None:
    assert [workshop.run(name).status for name in ("push", "deploy", "smoke")] == [0, 0, 0]

    init = ["init", "-input=false", "-backend-config=bucket=parley-shop-1-terraform", "-backend-config=prefix=parley"]
    assert workshop.calls() == [
        ["docker", "push", f"{IMAGE}:packages"],
        ["docker", "push", f"{IMAGE}:b-1"],
        ["docker", "buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}", f"{IMAGE}:b-1"],
        ["terraform", "-chdir=terraform", *init],
        [
            *("terraform", "-chdir=terraform", "apply", "-input=false", "-auto-approve", "-refresh=false"),
            *("-lock-timeout=10m", "-var", "project=parley-shop-1", "-var", "region=europe-west1"),
            *("-var", f"image={IMAGE}@{DIGEST}"),
        ],
        [
            *("python", "-m", "api.manage", "smoke"),
            *("--url", "https://api-123456789012.europe-west1.run.app"),
        ],
    ]
    account = "parley-deploy@parley-shop-1.iam.gserviceaccount.com"
    environment = workshop.environment_of("terraform")
    assert environment["GOOGLE_IMPERSONATE_SERVICE_ACCOUNT"] == account
    assert environment["GOOGLE_BACKEND_IMPERSONATE_SERVICE_ACCOUNT"] == account


def test_without_a_state_nothing_is_deployed_and_a_person_reads_how_to(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path, BY_HAND, {INSPECT: (0, DIGEST)})

    ends = [workshop.run(name) for name in ("push", "deploy", "smoke")]

    assert [end.status for end in ends] == [0, 0, 0]
    assert f"-var image={IMAGE}@{DIGEST}" in ends[1].said
    assert {call[0] for call in workshop.calls()} == {"docker"}


@pytest.mark.parametrize("said", ["", "<nil>", f"{IMAGE}:b-1"])
def test_a_registry_without_a_digest_ends_the_build(workshop: Workshop, said: str) -> None:
    workshop.answers[INSPECT] = (0, said)

    assert workshop.run("push").status != 0
    assert workshop.run("deploy").status != 0
    assert not [call for call in workshop.calls() if call[0] == "terraform"]


FAILURES = [
    ("emulators", "gcloud info", 1),
    ("test", "apt-get update", 1),
    ("test", "apt-get install", 2),
    ("test", "run", 3),
    ("build", "docker build --provenance=false --target", 1),
    ("build", "docker build --provenance=false --tag", 2),
    ("push", f"docker push {IMAGE}:packages", 1),
    ("push", f"docker push {IMAGE}:b-1", 2),
    ("push", INSPECT, 3),
    ("deploy", "terraform -chdir=terraform init", 1),
    ("deploy", "terraform -chdir=terraform apply", 2),
    ("smoke", "python", 1),
]


@pytest.mark.parametrize(("step", "failing", "calls"), FAILURES)
def test_a_failure_ends_the_step_there(workshop: Workshop, step: str, failing: str, calls: int) -> None:
    workshop.recorder(workshop.workspace / ".ci" / "run")
    (workshop.workspace / "image.digest").write_text(f"{IMAGE}@{DIGEST}")
    workshop.answers[failing] = (3, "")

    assert workshop.run(step).status != 0
    assert len(workshop.calls()) == calls


def test_a_missing_terraform_ends_the_build_before_the_tests(workshop: Workshop) -> None:
    (workshop.folder / "bin" / "terraform").unlink()

    assert workshop.run("terraform").status != 0


def test_no_step_is_left_out_here_but_the_scan_which_has_no_script() -> None:
    assert {step for step, _, _ in FAILURES} | {"terraform", "scan"} == set(STEPS)
