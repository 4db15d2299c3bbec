"""The limits of each Cloud Run service, read from terraform: what is priced and simulated is what is deployed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from tests.bench.stage import ROOT

_FILES = ("functions.tf", "services.tf")
_NAME = re.compile(r" +([a-z_-]+) = \{")
_LIMITS = re.compile(
    r' +limits += \{ timeout = (\d+), concurrency = (\d+), memory = "(\d+)(Mi|Gi)", instances = (\d+) \}'
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one service. `timeout` in seconds, `memory` in GiB."""

    timeout: float
    concurrency: int
    memory: float
    instances: int


@cache
def limits() -> dict[str, Limits]:
    """By the name of the function, or of the service that is none."""
    found, name = {}, ""
    for line in "\n".join((ROOT / "terraform" / file).read_text(encoding="utf-8") for file in _FILES).splitlines():
        if opened := _NAME.fullmatch(line):
            name = opened[1].replace("-", "_")
        elif row := _LIMITS.match(line):
            timeout, concurrency, size, unit, instances = row.groups()
            memory = int(size) / (1024 if unit == "Mi" else 1)
            found[name] = Limits(float(timeout), int(concurrency), memory, int(instances))
    return found
