"""The worker of personal Telegram accounts as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(sys.platform == "win32", reason="there it is stopped by other means")
def test_it_works_until_it_is_told_to_stop_and_ends_in_order(tmp_path: Path) -> None:
    environment = {**os.environ, "PARLEY_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "functions.telegram_accounts.main"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 30
        while not (tmp_path / "desk.db").exists() and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)

    assert process.returncode == 0
    assert "ERROR" not in output
