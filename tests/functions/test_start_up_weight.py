"""A cold start is a customer waiting: each function may import only what it uses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from infra.topology import FUNCTIONS

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "openai",
    "googleapiclient",
    "fastapi",
    "google.cloud.firestore",
    "google.cloud.pubsub_v1",
    "google.cloud.tasks_v2",
    "google.cloud.storage",
    "google.cloud.secretmanager",
    "sqlite3",
    "argon2",
    "mangum",
    "snowballstemmer",
    "telethon",
    "opentelemetry.sdk",
    "opentelemetry.exporter.otlp",
)
ALLOWED: dict[str, frozenset[str]] = {name: frozenset() for name in FUNCTIONS}
"""What importing a function may load of the above: nothing. Parts are loaded when they are first used."""
CLOUD = {"google.cloud.firestore", "google.cloud.pubsub_v1", "google.cloud.secretmanager"}
ON_FIRST_MESSAGE: dict[str, frozenset[str]] = {"telegram_webhook": frozenset(CLOUD)}
"""What answering a first call may load in the cloud."""


def loaded(code: str) -> set[str]:
    """The heavy modules that a fresh interpreter holds after this code."""
    listing = f"import sys\n{code}\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(answer.stdout.split())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_importing_a_function_loads_nothing_heavy(function: str) -> None:
    assert loaded(f"import functions.{function}.main") <= ALLOWED[function]


@pytest.mark.parametrize("function", sorted(ON_FIRST_MESSAGE))
def test_a_function_in_use_loads_only_what_it_needs(function: str) -> None:
    code = f"""
import functions.{function}.main
from infra.adapters import Ports
from infra.bootstrap import Desk
from infra.settings import Settings
desk = Desk(Ports(Settings(stack="cloud")))
desk.ports.secrets, desk.ports.bus, desk.accept_delivery
from infra.channels.registry import channel_class
from shared.domain.channels import ChannelKind
channel_class(ChannelKind.TELEGRAM_BOT)
"""
    assert loaded(code) <= ON_FIRST_MESSAGE[function]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_at_most_forty_lines(function: str) -> None:
    assert len((ROOT / "functions" / function / "main.py").read_text().splitlines()) <= 40
