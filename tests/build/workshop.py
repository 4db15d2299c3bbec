"""Runs a build step's script here, with recorders in the place of the programs that would reach the world."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.build.cloudbuild import project

RECORDED = ("apt-get", "docker", "gcloud", "python", "terraform")
REAL = ("bash", "basename", "cat", "cp", "env", "sh", "tee")
"""Nothing else is found by a script."""
_RECORDER = """#!{python}
import json, os, pathlib, sys
here = pathlib.Path({folder!r})
call = [os.path.basename(sys.argv[0]), *sys.argv[1:]]
with (here / "calls").open("a") as calls:
    calls.write(json.dumps([call, dict(os.environ)]) + "\\n")
answers = json.loads((here / "answers").read_text())
for start, (status, text) in answers.items():
    if " ".join(call).startswith(start):
        print(text)
        sys.exit(status)
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a script ended, and what it said."""

    status: int
    said: str


@dataclass
class Workshop:
    """A build of its own: `/workspace`, `/tools`, the substitutions, and the programs on the PATH."""

    folder: Path
    given: Mapping[str, str]
    """What a person or a trigger gives: substitutions, and of the built-in ones what is known."""
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Beginning of a command to its status and output; others succeed without a word."""

    def __post_init__(self) -> None:
        for name in ("bin", "tools", "workspace"):
            (self.folder / name).mkdir()
        (self.folder / "calls").touch()
        for name in RECORDED:
            self.recorder(self.folder / "bin" / name)
        for name in REAL:
            real = shutil.which(name, path="/usr/bin:/bin")
            assert real is not None
            (self.folder / "bin" / name).symlink_to(real)

    @property
    def workspace(self) -> Path:
        """Where the source is."""
        return self.folder / "workspace"

    def recorder(self, place: Path) -> None:
        """A program that notes how it was called."""
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(_RECORDER.format(python=sys.executable, folder=str(self.folder)))
        place.chmod(0o755)

    def run(self, name: str) -> Ended:
        """One step, by the interpreter that its script or its entrypoint names."""
        (step,) = [one for one in project()["steps"] if one["id"] == name]
        (self.folder / "answers").write_text(json.dumps(self.answers))
        done = subprocess.run(
            self._command(step),
            cwd=self.workspace,
            env=self._environment(step),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        return Ended(done.returncode, done.stdout)

    def calls(self) -> list[list[str]]:
        """The programs that were called so far, with their arguments."""
        return [call for call, _ in self._records()]

    def environment_of(self, program: str) -> dict[str, str]:
        """What the last call of a program found in its environment."""
        return [environment for call, environment in self._records() if call[0] == program][-1]

    def _records(self) -> list[tuple[list[str], dict[str, str]]]:
        return [tuple(json.loads(line)) for line in (self.folder / "calls").read_text().splitlines()]

    def _command(self, step: Mapping[str, Any]) -> list[str]:
        if "script" not in step:
            return [step["entrypoint"], *(filled_in(word, self._known()) for word in step["args"])]
        file = self.folder / "script"
        file.write_text(step["script"].replace("/tools", str(self.folder / "tools")))
        file.chmod(0o755)
        return [str(file)]

    def _environment(self, step: Mapping[str, Any]) -> dict[str, str]:
        known = self._known()
        words = [*project()["options"]["env"], *step.get("env", [])]
        named = dict(filled_in(word, known).split("=", 1) for word in words)
        return {**known, **named, "PATH": str(self.folder / "bin")}

    def _known(self) -> dict[str, str]:
        known = {**project()["substitutions"], **self.given}
        return {name: filled_in(value, known) for name, value in known.items()}


def filled_in(text: str, known: Mapping[str, str]) -> str:
    """Substitute as Cloud Build does; what it does not know is empty."""
    return re.sub(r"\$\{(\w+)\}|\$(\w+)", lambda found: known.get(found[1] or found[2], ""), text)
