"""`python -m tests.terraform.check [folder]`: init, validate and test with the stub; says what Terraform says.

With `--plan variables.json` it plans instead and prints each resource that would be made.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.terraform.provider import stub
from tests.terraform.workspace import CONFIGURATION, Answer, Workspace, why_absent


def main() -> int:
    """The status of the first command that fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=CONFIGURATION)
    parser.add_argument("--inside", default=".", help="a folder of it instead, such as examples/minimal")
    parser.add_argument("--plan", type=Path, help="a JSON file with the variables")
    arguments = parser.parse_args()
    if reason := why_absent():
        sys.exit(reason)
    with stub() as environment, tempfile.TemporaryDirectory() as place:
        workspace = Workspace.copy(arguments.folder, Path(place) / "terraform", environment)
        if arguments.plan:
            workspace.init_for_plans()
            for resource in workspace.plan(json.loads(arguments.plan.read_text())).resources:
                print(resource.address, json.dumps(resource.values))
            return 0
        steps: list[Callable[[], Answer]] = [
            lambda: workspace.init(arguments.inside),
            lambda: workspace.validate(arguments.inside),
            lambda: workspace.test(inside=arguments.inside),
        ]
        for step in steps:
            answer = step()
            print(answer.text)
            if not answer.is_good:
                return answer.status
    return 0


if __name__ == "__main__":
    sys.exit(main())
