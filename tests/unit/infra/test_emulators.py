"""Starting and stopping launchers that, like Google's, run the server as a child of a script."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from infra.emulators import FIRESTORE, PUBSUB, EmulatorError, missing_parts, running

ROOT = Path(__file__).parents[3]
SERVER = """
import os, pathlib, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Ok(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass

port = int(sys.argv[-1].removeprefix("--port="))
pathlib.Path(__file__).with_name("child.pid").write_text(str(os.getpid()))
HTTPServer(("127.0.0.1", port), Ok).serve_forever()
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in launcher is a shell script")


def fake_sdk(folder: Path, script: str) -> Path:
    launcher = FIRESTORE.path(folder)
    launcher.parent.mkdir(parents=True)
    launcher.write_text(f"#!/bin/sh\n{script}\n")
    launcher.chmod(0o755)
    (launcher.parent / "server.py").write_text(SERVER)
    return folder


def child_of(sdk: Path) -> int:
    return int((FIRESTORE.path(sdk).parent / "child.pid").read_text())


@pytest.fixture
def sdk(tmp_path: Path) -> Path:
    return fake_sdk(tmp_path / "sdk", f'"{sys.executable}" "$(dirname "$0")/server.py" "$@"\necho ended')


def is_alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def has_ended(pid: int) -> bool:
    """Killed processes go a moment after the signal."""
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=5)
    return not is_alive(pid)


def test_the_server_answers_while_it_is_wanted_and_its_whole_group_ends(sdk: Path, tmp_path: Path) -> None:
    with running(FIRESTORE, sdk, tmp_path / "log") as address:
        child = child_of(sdk)
        assert address.startswith("127.0.0.1:")
        assert is_alive(child)

    assert has_ended(child)


def test_an_interrupt_ends_it_too(sdk: Path, tmp_path: Path) -> None:
    def interrupted() -> None:
        with running(FIRESTORE, sdk, tmp_path / "log"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert has_ended(child_of(sdk))


def test_a_launcher_that_gives_up_is_told_with_the_place_of_its_log(tmp_path: Path) -> None:
    sdk = fake_sdk(tmp_path / "sdk", "echo no luck; exit 3")

    with pytest.raises(EmulatorError, match=str(tmp_path / "log")), running(FIRESTORE, sdk, tmp_path / "log"):
        pass

    assert (tmp_path / "log").read_text() == "no luck\n"


def test_what_is_missing_is_named(sdk: Path) -> None:
    assert missing_parts(None) == ["the Google Cloud CLI"]
    assert f"the {PUBSUB.name} emulator" in missing_parts(sdk)
    assert f"the {FIRESTORE.name} emulator" not in missing_parts(sdk)


@pytest.mark.parametrize(("required", "outcome"), [("", "1 passed, 1 skipped"), ("browser, emulators", "1 error")])
def test_an_absent_part_skips_its_tests_unless_it_is_required(required: str, outcome: str) -> None:
    test = "tests/contract/test_document_store_queries.py::TestCount::test_nothing_is_zero"

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", test],
        cwd=ROOT,
        env={**os.environ, "PARLEY_CLOUD_SDK": "", "PARLEY_REQUIRE": required},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert outcome in run.stdout
    assert ("Google Cloud CLI cannot be found, and PARLEY_REQUIRE names emulators" in run.stdout) == bool(required)
