#!/usr/bin/env python3
"""Sets Parley up and starts it. Needs Python 3.11 or newer and nothing else.

python3 run.py                  everything on http://127.0.0.1:8000 (--host --port --data-dir --reload --install-only)
python3 run.py test [...]       the checks and the tests; arguments go to pytest
python3 run.py bench [name]     the benchmarks (--json)
python3 run.py emulators        the same product on the Firestore and Pub/Sub emulators
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
TOOLS = HERE / ".venv-tools"
"""What checks the terraform files. Its packages and ours need different versions of the same others."""
TO_RUN = HERE / "requirements.txt"
TO_TEST = HERE / "tests" / "requirements.txt"
TO_CHECK_TERRAFORM = HERE / "tests" / "terraform" / "requirements.txt"
NOISE = ("Collecting ", "Downloading ", "Installing collected")


def say(text: str) -> None:
    """One line about what is going on."""
    print(f"parley: {text}", flush=True)


def python(venv: Path) -> Path:
    """The interpreter of a virtual environment."""
    return venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


PYTHON = python(VENV)


def install(requirements: Path, venv: Path = VENV) -> None:
    """Make a virtual environment hold these packages. Quick when it does already."""
    if not python(venv).exists():
        say(f"making a virtual environment in {venv.name}")
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    stamp = venv / f"installed-{requirements.parent.name}"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    say(f"installing what {requirements.relative_to(HERE)} lists (a minute or two the first time)")
    started = time.monotonic()
    command = [str(python(venv)), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    with subprocess.Popen(  # the lists are whole, so nothing beyond them is wanted
        [*command, "--no-deps", "--require-hashes", "-r", str(requirements)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        kept = [line for line in pip.stdout or () if not _shown(line)]
    if pip.returncode != 0:
        sys.exit("".join(kept[-25:]) + "parley: the installation failed; the lines above say why")
    stamp.write_text(digest)
    say(f"installed in {time.monotonic() - started:.0f} s")


def _shown(line: str) -> bool:
    """Print a line that shows progress; keep the others for an error."""
    if line.startswith(NOISE):
        print("  " + line.split("(")[0].strip()[:100], flush=True)
        return True
    return False


def run(*command: str) -> int:
    """Run a program of the virtual environment to its end."""
    child = subprocess.Popen([str(PYTHON), *command], cwd=HERE)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue  # it got the same signal and is stopping


def start(module: str, arguments: argparse.Namespace) -> int:
    """Run the product until it is interrupted."""
    command = ["-m", module, "--host", arguments.host, "--port", str(arguments.port)]
    command += ["--data-dir", str(arguments.data_dir)]
    if arguments.reload:
        return _reloading(command)
    if os.name == "posix":  # no process in between: signals reach the product itself
        os.chdir(HERE)
        os.execv(PYTHON, [str(PYTHON), *command])
    return run(*command)


def _reloading(command: list[str]) -> int:
    """Start again whenever a Python file changes."""
    while True:
        child = subprocess.Popen([str(PYTHON), *command], cwd=HERE)
        seen = _fingerprint()
        try:
            while child.poll() is None and _fingerprint() == seen:
                time.sleep(0.7)
        except KeyboardInterrupt:
            return child.wait()
        if child.poll() is not None:
            return child.returncode
        say("a file changed, starting again")
        child.terminate()
        child.wait()


def _fingerprint() -> int:
    rooms = ("api", "functions", "infra", "shared")
    files = (path for room in rooms for path in (HERE / room).rglob("*.py"))
    return hash(tuple(sorted((str(path), path.stat().st_mtime_ns) for path in files)))


def test(arguments: list[str]) -> int:
    """Format, lint, types, imports, then pytest; with arguments only pytest."""
    checks = [
        ("format", ["-m", "ruff", "format", "--check", "--quiet", "."]),
        ("lint", ["-m", "ruff", "check", "--quiet", "."]),
        ("types", ["-m", "mypy"]),
        ("imports", ["-c", "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"]),
    ]
    for name, command in [] if arguments else checks:
        say(f"checking {name}")
        if status := run(*command):
            return status
    say("running the tests")
    # Tests wait for emulators and sockets more than they compute.
    return run("-m", "pytest", *(arguments or ["-n", "4", "--dist", "worksteal"]))


def parsed() -> argparse.Namespace:
    """The command line. What follows `test` and `bench` is theirs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="?", choices=["start", "test", "bench", "emulators"], default="start")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data-dir", type=Path, default=HERE / ".data")
    parser.add_argument("--install-only", action="store_true")
    parser.add_argument("--reload", action="store_true")
    return parser.parse_args()


def main() -> int:
    """What was asked for."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file may be started by an older one
        sys.exit("parley: Python 3.11 or newer is needed")
    command, *rest = sys.argv[1:] or ["start"]
    if command in ("test", "bench"):
        install(TO_TEST)
        if command == "bench":
            return run("-m", "tests.bench", *rest)
        install(TO_CHECK_TERRAFORM, TOOLS)
        return test(rest)
    arguments = parsed()
    install(TO_RUN)
    if arguments.install_only:
        return 0
    return start("infra.local.emulated" if arguments.command == "emulators" else "infra.local.product", arguments)


if __name__ == "__main__":
    sys.exit(main())
