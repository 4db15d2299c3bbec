"""The whole product and its floors, running as children, ready for customers who write to the Telegram bot."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient
from google.pubsub_v1.types import PushConfig

from infra.emulators import free_port
from infra.local.emulated import function_processes
from infra.local.subscriptions import subscribe
from infra.sandbox.demo import ASSISTANT, EMAIL, WORKSPACE, demo_inbox
from shared.domain.channels import ChannelKind
from tests.bench.load import until
from tests.bench.stage import FLOORS, JWT_SECRET, ROOT, Process, Stage, breathe, child, function, is_open
from tests.bench.vendor import Vendor

PASSWORD = "the-password-of-this-run"
WEBHOOK = f"/hooks/telegram/{demo_inbox(ChannelKind.TELEGRAM_BOT)}"
_START_SECONDS = 60.0
_FLOOR_STEPS = {"floor-received": "reply", "floor-queued": "deliver"}
"""Topic to the handler that its events are pushed to."""


@dataclass(frozen=True, slots=True)
class Running:
    """What customers write to."""

    process: Process
    webhook: str


@asynccontextmanager
async def embedded_product(stage: Stage, vendor: Vendor, name: str, **settings: str) -> AsyncIterator[Running]:
    """What `run.py` starts, with Telegram at our vendor's."""
    async with _product({**os.environ, **settings}, stage.new_folder(name), vendor) as running:
        yield running


@asynccontextmanager
async def emulated_product(stage: Stage, vendor: Vendor, name: str) -> AsyncIterator[Running]:
    """What `run.py emulators` starts, on the emulators of this run."""
    settings = stage.emulated_settings(name)
    environment = {**stage.environment(settings), "TELEGRAM_API_URL": vendor.url, "PARLEY_JWT_SECRET": JWT_SECRET}
    with function_processes(environment, settings.data_dir) as urls:
        subscribe(settings.project, urls)
        environment["PARLEY_FUNCTION_URLS"] = json.dumps(urls)
        async with _product(environment, settings.data_dir, vendor) as running:
            yield running


@asynccontextmanager
async def embedded_floor(stage: Stage, vendor: Vendor, name: str) -> AsyncIterator[Running]:
    """The bare steps over sqlite3."""
    folder, port = stage.new_folder(name), free_port()
    command = ["-m", "tests.bench.floor_product", str(folder), str(port), _send_message(vendor)]
    with child(command, os.environ, folder / "log") as pid:
        process = Process(pid, f"http://127.0.0.1:{port}")
        await until(lambda: is_open(process.url))
        yield Running(process, "/hook")


@asynccontextmanager
async def emulated_floor(stage: Stage, vendor: Vendor, name: str) -> AsyncIterator[Running]:
    """The bare steps with Google's clients."""
    settings = stage.emulated_settings(name)
    environment = {**stage.environment(settings), "FLOOR_VENDOR": _send_message(vendor)}
    with ExitStack() as stack:
        steps = {
            step: stack.enter_context(function(step, FLOORS, environment, settings.data_dir / f"{step}.log"))
            for step in ("receive", *_FLOOR_STEPS.values())
        }
        _push(settings.project, {topic: steps[step].url for topic, step in _FLOOR_STEPS.items()})
        await until(lambda: all(is_open(process.url) for process in steps.values()))
        yield Running(steps["receive"], "/")


@asynccontextmanager
async def _product(environment: Mapping[str, str], folder: Path, vendor: Vendor) -> AsyncIterator[Running]:
    """The process of `infra.local.product`, with an assistant that does not wait for the customer to go on typing."""
    port = free_port()
    own = {"TELEGRAM_API_URL": vendor.url, "PARLEY_DEMO_PASSWORD": PASSWORD, "PYTHONPATH": str(ROOT)}
    command = ["-m", "infra.local.product", "--port", str(port), "--data-dir", str(folder)]
    with child(command, {**environment, **own}, folder / "product.log") as pid:
        process = Process(pid, f"http://127.0.0.1:{port}")
        await until(lambda: is_open(process.url), seconds=_START_SECONDS)
        await _answer_at_once(process.url)
        yield Running(process, WEBHOOK)


async def _answer_at_once(url: str) -> None:
    """Once all is up, sign in and let only work count."""
    async with httpx.AsyncClient(base_url=url, timeout=_START_SECONDS) as client:
        await _until_healthy(client)
        form = {"username": EMAIL, "password": PASSWORD}
        token = (await client.post("/api/v1/auth/token", data=form)).raise_for_status().json()["access_token"]
        changed = await client.patch(
            f"/api/v1/workspaces/{WORKSPACE}/assistants/{ASSISTANT}",
            json={"debounce_seconds": 0},
            headers={"Authorization": f"Bearer {token}"},
        )
        changed.raise_for_status()


async def _until_healthy(client: httpx.AsyncClient) -> None:
    """The demo is set up after the port is open."""
    for _ in range(int(_START_SECONDS * 20)):
        if (await client.get("/healthz")).status_code == 200:
            return
        await breathe()
    raise TimeoutError("the product does not come up")


def _send_message(vendor: Vendor) -> str:
    return f"{vendor.url}/bot6000000001:AA/sendMessage"


def _push(project: str, endpoints: Mapping[str, str]) -> None:
    publisher = PublisherClient()
    with SubscriberClient() as subscriber:
        for topic, url in endpoints.items():
            path = publisher.topic_path(project, topic)
            publisher.create_topic(name=path)
            name = subscriber.subscription_path(project, topic)
            subscriber.create_subscription(name=name, topic=path, push_config=PushConfig(push_endpoint=url))
