"""The stub of the provider `google` as a process of this test run."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".venv-tools" / ("Scripts" if sys.platform == "win32" else "bin")
ADDRESS = "registry.terraform.io/hashicorp/google"


@contextmanager
def stub() -> Iterator[dict[str, str]]:
    """The environment in which Terraform talks to a stub of the provider, which lives as long as this."""
    with tempfile.TemporaryDirectory(prefix="parley-") as folder:  # a socket's path must be short
        socket = str(Path(folder) / "provider")
        command = [str(TOOLS / "python"), "-m", "tests.terraform.stub.server", socket]
        server = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        with server:  # leaving it closes the server's input, and that ends it
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n", "the stub of the provider did not start"
            yield {"TF_REATTACH_PROVIDERS": json.dumps({ADDRESS: _reattached(server.pid, socket)})}


def _reattached(pid: int, socket: str) -> dict[str, object]:
    address = {"Network": "unix", "String": socket}
    return {"Protocol": "grpc", "ProtocolVersion": 6, "Pid": pid, "Test": True, "Addr": address}
