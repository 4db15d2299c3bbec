"""Terraform on a copy of a configuration."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.terraform.planned import Plan
from tests.terraform.provider import ROOT, TOOLS

CONFIGURATION = ROOT / "terraform"
LEFT_BEHIND = shutil.ignore_patterns(".terraform", "*.tfstate*", "*.tfplan", "*.tfvars", "*.tfvars.json")


def why_absent() -> str:
    """Why Terraform's tests cannot run here; empty: they can."""
    if shutil.which("terraform") is None:
        return "Terraform cannot be found (its command line, 1.9 or newer, must be on the PATH)"
    if not (TOOLS / "checkov").exists():
        return "the tools of tests/terraform are not installed (python3 run.py test does it)"
    return ""


@dataclass(frozen=True)
class Answer:
    """How a command of Terraform's ended, and all that it said."""

    status: int
    text: str

    @property
    def is_good(self) -> bool:
        return self.status == 0

    @property
    def unwrapped(self) -> str:
        """The text as one line: Terraform breaks its own where it likes."""
        return " ".join(self.text.replace("│", " ").split())


@dataclass(frozen=True)
class Workspace:
    """A folder with a configuration, and the environment that names the provider."""

    folder: Path
    environment: Mapping[str, str]

    @classmethod
    def copy(cls, source: Path, folder: Path, environment: Mapping[str, str]) -> Workspace:
        """A copy that a test may change."""
        shutil.copytree(source, folder, ignore=LEFT_BEHIND)
        return cls(folder, environment)

    def run(self, *arguments: str, inside: str = ".", seconds: float = 240) -> Answer:
        """One command. Neither the machine's own configuration of Terraform nor its variables take part."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "GOOGLE_"))}
        fixed = {"TF_CLI_CONFIG_FILE": os.devnull, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}
        fixed["GOGC"] = "400"  # a third of Terraform's time would go into collecting garbage
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder / inside,
            env={**own, **fixed, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
        )
        return Answer(done.returncode, done.stdout)

    def init(self, inside: str = ".", *, seconds: float = 240) -> Answer:
        """Read the modules, find the provider; the state stays out of it."""
        return self.run("init", "-backend=false", "-no-color", inside=inside, seconds=seconds)

    def validate(self, inside: str = ".") -> Answer:
        """Every argument against the provider's schema."""
        return self.run("validate", "-no-color", inside=inside)

    def test(self, *arguments: str, inside: str = ".") -> Answer:
        """The configuration's own tests."""
        return self.run("test", "-no-color", *arguments, inside=inside)

    def init_for_plans(self) -> None:
        """Plans are made as if the state were empty and kept here: where it is kept in truth cannot be reached."""
        (self.folder / "test_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
        answer = self.run("init", "-no-color")
        assert answer.is_good, answer.text

    def plan(self, variables: Mapping[str, Any]) -> Plan:
        """What would be made in an empty project. A refused variable or any other error fails the test."""
        return Plan.read(json.loads(self.shown_plan(variables)))

    def shown_plan(self, variables: Mapping[str, Any]) -> str:
        """The same as Terraform writes it."""
        answer = self.try_plan(variables)
        assert answer.is_good, answer.text
        shown = self.run("show", "-json", "test.tfplan")
        assert shown.is_good, shown.text
        return shown.text

    def try_plan(self, variables: Mapping[str, Any]) -> Answer:
        """What Terraform says of these variables."""
        (self.folder / "test.auto.tfvars.json").write_text(json.dumps(dict(variables)))
        return self.run("plan", "-no-color", "-out", "test.tfplan")
