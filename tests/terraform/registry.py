"""The real provider `google`, where Terraform's registry can be reached."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.terraform.provider import TOOLS
from tests.terraform.workspace import CONFIGURATION, Workspace

ADDRESS = "https://registry.terraform.io/v1/providers/hashicorp/google/versions"
KEPT = TOOLS.parent / "providers"
"""Downloaded once, and used from then on."""
DOWNLOAD_SECONDS = 180


def is_reachable(address: str = ADDRESS, *, seconds: float = 2) -> bool:
    """Whether a whole answer comes in this time."""
    command = [sys.executable, "-c", f"import httpx; httpx.get({address!r}, timeout={seconds}).raise_for_status()"]
    try:
        return subprocess.run(command, capture_output=True, timeout=seconds + 1).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def real_provider(run_folder: Path, kept: Path = KEPT) -> Mapping[str, str] | None:
    """The environment in which Terraform finds the real provider, or None. Processes of one run ask once together."""
    tried = run_folder / "provider-tried"
    with (run_folder / "provider.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists() and not tried.exists():
            tried.touch()
            if is_reachable():
                _download(run_folder, kept)
    if not kept.exists():
        return None
    settings = run_folder / "terraform.rc"
    settings.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{kept}"\n  }}\n}}\n')
    return {"TF_CLI_CONFIG_FILE": str(settings)}


def _download(run_folder: Path, kept: Path) -> None:
    """A cache of Terraform's is laid out as a mirror, so it can serve as one."""
    half = run_folder / "providers"
    half.mkdir()
    workspace = Workspace.copy(CONFIGURATION, run_folder / "download", {"TF_PLUGIN_CACHE_DIR": str(half)})
    try:
        is_whole = workspace.init(seconds=DOWNLOAD_SECONDS).is_good
    except subprocess.TimeoutExpired:
        return
    if is_whole:
        half.rename(kept)
