"""Import weight: every function and its part of the desk in the cloud, against the Google clients that it needs.

Fresh interpreters, alternating, the best of each.
"""

from __future__ import annotations

import subprocess
import sys

from tests.bench.measuring import Figure, Report
from tests.bench.stage import ROOT, Stage

GOAL = 1.25
FIRESTORE = "from google.cloud.firestore import AsyncClient"
PUBSUB = "from google.cloud.pubsub_v1 import PublisherClient"
TASKS = "from google.cloud.tasks_v2 import CloudTasksAsyncClient"
SECRETS = "from google.cloud.secretmanager_v1 import SecretManagerServiceAsyncClient"
STORAGE = "from google.cloud.storage import Client"
NEEDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "gmail_push": ("notify_mailbox", (FIRESTORE, PUBSUB, SECRETS)),
    "telegram_webhook": ("accept_delivery", (FIRESTORE, PUBSUB, SECRETS)),
    "channel_webhook": ("accept_delivery", (FIRESTORE, PUBSUB, SECRETS)),
    "schedule_pulls": ("schedule_pulls", (FIRESTORE, PUBSUB)),
    "channel_pull": ("pull_inbox", (FIRESTORE, PUBSUB, SECRETS)),
    "llm_reply": ("answer", (FIRESTORE, PUBSUB, TASKS)),
    "deliver": ("deliver", (FIRESTORE, TASKS, SECRETS)),
    "run_task": ("run_task", (FIRESTORE, PUBSUB, TASKS, SECRETS, STORAGE)),
    "gmail_watch": ("renew_registrations", (FIRESTORE, SECRETS)),
    "sweep": ("sweep", (FIRESTORE, PUBSUB)),
}
"""Function to the service that it calls, and the clients that the service cannot do without."""
_MEASURED = """
import time
started = time.perf_counter()
{code}
print(time.perf_counter() - started)
"""


async def run(stage: Stage, *, repeats: int = 4, functions: tuple[str, ...] = tuple(NEEDS)) -> Report:
    """The best of each, so that what else the machine does counts little."""
    del stage  # nothing of it is needed
    floors = {NEEDS[name][1] for name in functions}
    codes = {name: of_function(name) for name in functions} | {clients: of_clients(clients) for clients in floors}
    best = dict.fromkeys(codes, float("inf"))
    for _ in range(repeats):
        for key, code in codes.items():
            best[key] = min(best[key], seconds(code))
    figures = [Figure(name, best[name] * 1000, "ms", best[NEEDS[name][1]] * 1000) for name in functions]
    ratio = max(figure.ratio or 0.0 for figure in figures)
    return Report("imports", f"each at most {GOAL} x its Google clients", ratio <= GOAL, figures, ratio)


def of_function(name: str) -> str:
    """What a first call of a function loads in the cloud, up to where the channel of the inbox is known."""
    return f"""
import functions.{name}.main
from infra.bootstrap import Desk, Ports
from infra.settings import Settings
Desk(Ports(Settings(stack="cloud", bucket="bench"))).{NEEDS[name][0]}
"""


def of_clients(clients: tuple[str, ...]) -> str:
    """The same without us."""
    return "\n".join(["import functions_framework.aio", *clients])


def seconds(code: str) -> float:
    """How long some code takes in an interpreter of its own."""
    command = [sys.executable, "-c", _MEASURED.format(code=code)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return float(answer.stdout)
