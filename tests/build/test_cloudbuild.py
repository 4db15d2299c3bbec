"""The build's configuration is one that Cloud Build takes, and one that keeps our rules. Planted errors are found."""

from __future__ import annotations

import pytest

from tests.build.cloudbuild import FILE, all_before, faults, loaded, project

TEXT = FILE.read_text()


def test_nothing_is_wrong_with_it() -> None:
    assert faults(project()) == []


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("waitFor: [test]", "waitsFor: [test]", "waitsFor"),
        ("timeout: 3600s", "timeout: 3600", "3600"),
        ("timeout: 3600s", "timeout: 60min", "60min"),
        ("E2_STANDARD_2", "E2_STANDARD_4", "E2_STANDARD_4"),
        ("logging: CLOUD_LOGGING_ONLY", "logging: CLOUD_LOGGING", "CLOUD_LOGGING"),
        ("tags: [parley]", "tags: parley", "parley"),
        ("tags: [parley]", "status: SUCCESS", "status"),
        ("sourceProvenanceHash: [SHA256]", "sourceProvenanceHash: SHA256", "SHA256"),
        ("volumes: [{ name: tools, path: /tools }]", "volumes: [{ name: tools, mount: /tools }]", "mount"),
        ('  _STATE_BUCKET: ""\n', "", "_STATE_BUCKET is used and nobody sets it"),
        ("region=$_REGION", "region=$_REGOIN", "_REGOIN is used and nobody sets it"),
        ("substitutions:\n", "substitutions:\n  _OLD: x\n", "_OLD is declared and never used"),
        ("$IMAGE:packages", "$IMAGES:packages", "IMAGES is used and nobody sets it"),
        ('images: ["${_IMAGE}:${BUILD_ID}"]', "images: []", "no image is pushed by Cloud Build itself"),
        ('images: ["${_IMAGE}:${BUILD_ID}"]', "images: ['${_IMAGE}:latest']", "latest may be anything"),
        ("python:3.13-slim-bookworm", "python", "test: python is not pinned"),
        ("python:3.13-slim-bookworm", "python:latest", "test: python:latest is not pinned"),
        ("waitFor: [test]", 'waitFor: ["-"]', "build does not wait for test"),
        ("waitFor: [scan]", "waitFor: [build]", "push does not wait for scan"),
        ("waitFor: [push]", 'waitFor: ["-"]', "deploy does not wait for push"),
        ("waitFor: [test]", "waitFor: [tests]", "build waits for tests, which is no earlier step"),
        ("- id: scan", "- id: build", "a step has no id of its own: build"),
        ("VERIFIED", "BEST_EFFORT", "options.requestedVerifyOption is not VERIFIED"),
        ("  dynamicSubstitutions: true", "  dynamicSubstitutions: false", "_IMAGE would not be put together"),
        ("serviceAccount: ", "logsBucket: ", "it runs as an account"),
        (
            "    entrypoint: bash",
            "    script: exit 0\n    entrypoint: bash",
            "smoke: with a script there is no entrypoint",
        ),
    ],
)
def test_a_planted_error_is_found(right: str, wrong: str, told: str) -> None:
    assert right in TEXT
    found = faults(loaded(TEXT.replace(right, wrong)))

    assert any(told in fault for fault in found), found


def test_the_tools_are_fetched_side_by_side_and_before_the_tests() -> None:
    steps = {step["id"]: step for step in project()["steps"]}

    assert [steps[name]["waitFor"] for name in ("emulators", "terraform")] == [["-"], ["-"]]
    assert all_before(project(), "test") == {"emulators", "terraform"}


def test_each_substitution_is_explained_above_it() -> None:
    lines = TEXT.splitlines()

    for name in project()["substitutions"]:
        (at,) = [number for number, line in enumerate(lines) if line.startswith(f"  {name}:")]
        assert lines[at - 1].startswith("  # ")


def test_the_image_that_is_attested_is_the_one_that_is_pushed_scanned_and_tried() -> None:
    steps = {step["id"]: step for step in project()["steps"]}
    (image,) = project()["images"]

    assert steps["scan"]["args"][0] == f"docker:{image}"
    assert steps["smoke"]["name"] == image
    assert project()["options"]["env"] == ["IMAGE=${_IMAGE}"]
    for name in ("build", "push"):
        assert f'"{image.replace("${_IMAGE}:${BUILD_ID}", "$IMAGE:$BUILD_ID")}"' in steps[name]["script"]


def test_a_critical_vulnerability_that_can_be_mended_stops_the_build() -> None:
    (scan,) = [step for step in project()["steps"] if step["id"] == "scan"]

    assert scan["args"][1:] == ["--only-fixed", "--fail-on", "critical"]
    assert not {"allowFailure", "allowExitCodes"} & {key for step in project()["steps"] for key in step}
