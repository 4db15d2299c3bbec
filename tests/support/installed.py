"""The product as a person starts it: a process of its own, reached over HTTP only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil

from infra.channels.registry import channel_class
from infra.emulators import free_port
from shared.domain.channels import ChannelKind

ROOT = Path(__file__).resolve().parents[2]
MODULES = {"embedded": "infra.local.product", "emulators": "infra.local.emulated"}
EMAIL = "demo@parley.example"
PASSWORD = "demo-password-of-a-test"
T = TypeVar("T")


@dataclass
class Installed:
    """One data folder, and the process that works on it."""

    stack: str
    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    token: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", MODULES[self.stack], "--port", str(self.port), "--data-dir", str(self.folder)]
        environment = {**os.environ, "PARLEY_DEMO_PASSWORD": PASSWORD}
        log = (self.folder.parent / f"{self.folder.name}.log").open("ab")
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        eventually(lambda: self._is_up(), seconds=240)
        form = {"username": EMAIL, "password": PASSWORD}
        self.token = str(self.call("POST", "/api/v1/auth/token", data=form)["access_token"])

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(60)

    def call(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """One request with the demo login; anything but success is a failure of the test."""
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        answer = httpx.request(method, self.url + path, headers=headers, timeout=30, **more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return dict(answer.json()) if answer.content else {}

    def write(self, channel: str, customer: str, text: str) -> None:
        self.call("POST", self._customer(channel, customer), json={"text": text})
        if not channel_class(ChannelKind(channel)).capabilities.pushes:
            # Its own turn would come within minutes.
            self.call("POST", f"{self.workspace}/inboxes/demo-{channel.replace('_', '-')}/pull")

    def seen(self, channel: str, customer: str) -> list[tuple[str, str]]:
        messages = self.call("GET", self._customer(channel, customer))["messages"]
        return [(message["from"], message["text"]) for message in messages]

    def conversation(self, channel: str, last_words: str) -> dict[str, Any] | None:
        """The one whose last message has these words: some vendors never tell a customer's name."""
        listed = self.call("GET", f"{self.workspace}/conversations", params={"channel": channel, "limit": 100})
        found = [item for item in listed["items"] if last_words in item["preview"]]
        return found[0] if found else None

    @property
    def workspace(self) -> str:
        return "/api/v1/workspaces/demo"

    def _is_up(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"the product stopped with {self.process.returncode}"
        try:
            return httpx.get(self.url + "/healthz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def _customer(self, channel: str, customer: str) -> str:
        return f"/sandbox/{channel}/demo-{channel.replace('_', '-')}/customers/{customer}"


@contextmanager
def installed(stack: str, folder: Path) -> Iterator[Installed]:
    """A running product, stopped at the end."""
    product = Installed(stack, folder)
    try:
        product.start()
        yield product
    finally:
        if product.process is not None and product.process.poll() is None:
            children = psutil.Process(product.process.pid).children(recursive=True)
            product.kill(signal.SIGTERM)
            _, left = psutil.wait_procs(children, timeout=20)
            assert left == [], "processes were left behind"


def smoke(product: Installed) -> subprocess.CompletedProcess[str]:
    """The operators' check from outside, with the demo login."""
    command = [sys.executable, "-m", "api.manage", "smoke", "--url", product.url, "--email", EMAIL]
    return subprocess.run(command, cwd=ROOT, input=f"{PASSWORD}\n", capture_output=True, text=True, timeout=200)


def eventually(look: Callable[[], T], *, seconds: float = 90) -> T:
    """The first truthy answer; a failure of the test when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")
