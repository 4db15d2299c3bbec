"""Terraform's configuration, ready to be run; see `workspace.py` and `planned.py` for what can be done with it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.terraform.inputs import FIRST, SMALLEST, WHOLE
from tests.terraform.planned import Plan
from tests.terraform.provider import stub
from tests.terraform.registry import real_provider
from tests.terraform.workspace import CONFIGURATION, Workspace


@pytest.fixture(scope="session")
def stubbed() -> Iterator[Mapping[str, str]]:
    """The environment in which Terraform finds the stub of the provider."""
    with stub() as environment:
        yield environment


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all processes of this test run."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def provider(request: pytest.FixtureRequest, run_folder: Path) -> Mapping[str, str]:
    """The environment in which Terraform finds the real provider, or the stub where there is none."""
    return real_provider(run_folder) or request.getfixturevalue("stubbed")


@pytest.fixture(scope="session")
def initialised(provider: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The configuration with its modules read. Not to be changed."""
    workspace = Workspace.copy(CONFIGURATION, tmp_path_factory.mktemp("configuration") / "terraform", provider)
    answer = workspace.init()
    assert answer.is_good, answer.text
    return workspace


@pytest.fixture
def copied(initialised: Workspace, tmp_path: Path) -> Workspace:
    """The same for one test, which may change it."""
    shutil.copytree(initialised.folder, tmp_path / "terraform", symlinks=True)
    return Workspace(tmp_path / "terraform", initialised.environment)


@pytest.fixture(scope="session")
def planning(stubbed: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A configuration to plan with."""
    workspace = Workspace.copy(CONFIGURATION, tmp_path_factory.mktemp("plans") / "terraform", stubbed)
    workspace.init_for_plans()
    return workspace


@pytest.fixture(scope="session")
def plan_of(request: pytest.FixtureRequest, run_folder: Path) -> Callable[[Mapping[str, Any]], Plan]:
    """Variables to their plan; each is made once a test run."""

    def plan_of(variables: Mapping[str, Any]) -> Plan:
        text = json.dumps(variables, sort_keys=True)
        kept = run_folder / f"plan-{hashlib.sha256(text.encode()).hexdigest()[:12]}.json"
        with kept.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                planning: Workspace = request.getfixturevalue("planning")
                kept.write_text(planning.shown_plan(variables))
        return Plan.read(json.loads(kept.read_text()))

    return plan_of


@pytest.fixture(scope="session")
def first(plan_of: Callable[[Mapping[str, Any]], Plan]) -> Plan:
    """The plan before there is an image."""
    return plan_of(FIRST)


@pytest.fixture(scope="session")
def smallest(plan_of: Callable[[Mapping[str, Any]], Plan]) -> Plan:
    """The plan of who wants nothing special."""
    return plan_of(SMALLEST)


@pytest.fixture(scope="session")
def whole(plan_of: Callable[[Mapping[str, Any]], Plan]) -> Plan:
    """The plan with every part."""
    return plan_of(WHOLE)
