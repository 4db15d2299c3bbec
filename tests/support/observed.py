"""The whole product as processes whose every line of output is kept: the embedded one at the level DEBUG, or the
functions on the emulators, each with the command and environment that it has in the cloud."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.adapters import Ports
from infra.bootstrap import Desk
from infra.emulators import FIRESTORE, PUBSUB
from infra.local.emulated import function_processes
from infra.local.subscriptions import subscribe
from infra.settings import Settings, child_environment
from infra.topology import WEBHOOKS
from shared.domain.ids import WorkspaceId
from shared.errors import Unavailable
from shared.services.inbox_secrets import InboxSecrets
from shared.store.inboxes import Inboxes
from tests.support.emulators import fresh_project
from tests.support.installed import PASSWORD, ROOT, Installed, eventually

LOUD = "tests.support.loud_product"


@dataclass
class Observed(Installed):
    """A running product, and what all its processes write."""

    environment: Mapping[str, str] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    @property
    def logs(self) -> Path:
        return self.folder.parent / "logs"

    def start(self) -> None:
        command = [sys.executable, "-m", LOUD, "--port", str(self.port), "--data-dir", str(self.folder)]
        environment = {**os.environ, **self.environment, "PARLEY_DEMO_PASSWORD": PASSWORD}
        with (self.logs / "product.log").open("ab") as log, (self.logs / "welcome").open("ab") as welcome:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=welcome, stderr=log)
        eventually(self._is_up, seconds=240)
        form = {"username": "demo@parley.example", "password": PASSWORD}
        self.token = str(self.call("POST", "/api/v1/auth/token", data=form)["access_token"])

    def output(self) -> list[tuple[str, str]]:
        """Process and line, all that was written so far to standard output and standard error; but not the words for
        the person who starts the product, which show the demo's password on purpose."""
        return [
            (file.stem, line)
            for file in sorted(self.logs.glob("*.log"))
            for line in file.read_text(errors="replace").splitlines()
        ]

    def lines(self) -> list[dict[str, Any]]:
        """The log."""
        return [{"process": process, **json.loads(line)} for process, line in self.output()]

    def secrets(self) -> Sequence[str]:
        """Everything in use that must stay secret."""
        return [*asyncio.run(_sealed(self.settings)), PASSWORD, self.token]


@contextmanager
def observed(stack: str, folder: Path, **environment: str) -> Iterator[Observed]:
    """A running product; `emulators` needs those of this run."""
    data = folder / "data"
    (folder / "logs").mkdir(parents=True)
    product = Observed(stack, data, environment=environment, settings=Settings(data_dir=data))
    with ExitStack() as running:
        if stack == "emulators":
            _emulated(product, running)
        try:
            product.start()
            yield product
        finally:
            if product.process is not None and product.process.poll() is None:
                product.kill(signal.SIGTERM)


def _emulated(product: Observed, running: ExitStack) -> None:
    """Start the functions, and point the product at them."""
    project = fresh_project()
    product.settings = Settings(stack="emulators", project=project, data_dir=product.folder, public_url=product.url)
    addresses = {emulator.variable: os.environ[emulator.variable] for emulator in (FIRESTORE, PUBSUB)}
    environment = {**child_environment(product.settings, project, addresses), **product.environment}
    eventually(lambda: asyncio.run(_is_awake(product.settings)))
    urls = running.enter_context(function_processes(environment, product.logs))
    subscribe(project, urls)
    assert set(WEBHOOKS.values()) <= set(urls)
    secret = {"PARLEY_JWT_SECRET": "a-jwt-secret-of-this-test-that-nobody-may-see"}
    product.environment = {**environment, **secret, "PARLEY_FUNCTION_URLS": json.dumps(urls)}


async def _is_awake(settings: Settings) -> bool:
    """An emulator that has just begun takes its time for the first answers, longer than our calls have."""
    store = Ports(settings).store
    try:
        return await store.get("settings/llm") is None
    except Unavailable:
        return False
    finally:
        await store.close()  # type: ignore[attr-defined]


async def _sealed(settings: Settings) -> list[str]:
    """Keys, credentials and addresses' secrets."""
    desk = Desk(Ports(settings))
    store = desk.platform.workspace(WorkspaceId("demo"))
    sealed = InboxSecrets(desk.ports.cipher)
    found = [file.read_text().strip() for file in (settings.data_dir / "secrets").iterdir() if file.is_file()]
    found += [file.read_text().strip() for file in settings.data_dir.glob("jwt-secret*")]
    for inbox in await Inboxes(store).all():
        found += [await sealed.word(inbox), *_secret(await sealed.credentials(inbox))]
    await desk.ports.store.close()  # type: ignore[attr-defined]
    return [secret for secret in found if secret]


def _secret(credentials: Mapping[str, str]) -> list[str]:
    """Without addresses of hosts, which are no secrets."""
    return [value for name, value in credentials.items() if len(value) > 7 and "host" not in name]
