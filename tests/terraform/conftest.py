"""Terraform's configuration, ready to be run; see `workspace.py` and `planned.py` for what can be done with it."""

from __future__ import annotations

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
def provider(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The environment in which Terraform finds the real provider, or the stub where there is none."""
    own = tmp_path_factory.getbasetemp()
    environment = real_provider(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)
    return environment or request.getfixturevalue("stubbed")


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
def plan_of(planning: Workspace) -> Callable[[Mapping[str, Any]], Plan]:
    """Variables to their plan; each is made once a process."""
    made: dict[str, Plan] = {}

    def plan_of(variables: Mapping[str, Any]) -> Plan:
        key = json.dumps(variables, sort_keys=True)
        if key not in made:
            made[key] = planning.plan(variables)
        return made[key]

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
