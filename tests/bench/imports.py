"""Import weight: every function against the Google clients that it needs.

`import` is the module of the function against its clients alone; `ready` is the module, its service and its clients
against the framework and the clients. Fresh interpreters, alternating, the best of each.
"""

from __future__ import annotations

import subprocess
import sys

from tests.bench.measuring import Figure, Report
from tests.bench.stage import ROOT, Stage

GOAL = 1.25
FRAMEWORK = "import functions_framework.aio\n"
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
    "mirror": ("groups.mirror", (FIRESTORE, TASKS, SECRETS)),
    "run_task": ("run_task", (FIRESTORE, PUBSUB, TASKS, SECRETS, STORAGE)),
    "gmail_watch": ("renew_registrations", (FIRESTORE, SECRETS)),
    "sweep": ("sweep", (FIRESTORE, PUBSUB)),
    "compare_inboxes": ("schedule_comparisons", (FIRESTORE, TASKS)),
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
    codes: dict[tuple[str, str], str] = {}
    for name in functions:
        codes |= {("import", name): f"import functions.{name}.main", ("ready", name): making_ready(name)}
        codes |= {
            ("clients", _clients(name)): _clients(name),
            ("framework", _clients(name)): FRAMEWORK + _clients(name),
        }
    best = dict.fromkeys(codes, float("inf"))
    for _ in range(repeats):
        for key, code in codes.items():
            best[key] = min(best[key], seconds(code))
    imports = [_figure(best, name, "import", "clients") for name in functions]
    ready = [_figure(best, name, "ready", "framework") for name in functions]
    ratio = max(figure.ratio or 0.0 for figure in imports)
    goal = f"importing a function takes at most {GOAL} x importing the Google clients it needs"
    return Report("imports", goal, ratio <= GOAL, [*imports, *ready], ratio)


def making_ready(name: str) -> str:
    """What a first call of a function loads in the cloud, up to where the channel of the inbox is known."""
    return f"""
import functions.{name}.main
from infra.adapters import Ports
from infra.bootstrap import Desk
from infra.settings import Settings
Desk(Ports(Settings(stack="cloud", bucket="bench"))).{NEEDS[name][0]}
"""


def _clients(name: str) -> str:
    return "\n".join(NEEDS[name][1])


def _figure(best: dict[tuple[str, str], float], name: str, what: str, floor: str) -> Figure:
    return Figure(f"{name}, {what}", best[what, name] * 1000, "ms", best[floor, _clients(name)] * 1000)


def seconds(code: str) -> float:
    """How long some code takes in an interpreter of its own."""
    command = [sys.executable, "-c", _MEASURED.format(code=code)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return float(answer.stdout)
