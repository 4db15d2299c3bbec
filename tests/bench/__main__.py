"""Benchmarks, each figure beside its floor: what the bare minimum that does the same work takes in the same run.

python -m tests.bench [name ...] [--json] [--write]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench import cold, conversation_list, cost, cpu, imports, ingest, scale, turn
from tests.bench.cost_tables import DOCS, TabledReport, rewrite
from tests.bench.measuring import Report
from tests.bench.stage import Absent, Stage

Benchmark = Callable[[Stage], Awaitable[Report]]
BENCHMARKS: Mapping[str, Benchmark] = {
    "ingest": ingest.run,
    "turn": turn.run,
    "cold": cold.run,
    "cpu": cpu.run,
    "list": conversation_list.run,
    "imports": imports.run,
    "cost": cost.run,
    "scale": scale.run,
}
_SETTINGS = ("PARLEY_", "LLM_", "TELEGRAM_", "AVITO_", "GMAIL_", "GOOGLE_", "FUNCTION_")
"""Variables of this shell that would change what is measured."""
_KEPT = "PARLEY_CLOUD_SDK"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="run.py bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    parser.add_argument("--json", action="store_true", help="one JSON object a benchmark")
    parser.add_argument("--write", action="store_true", help="bring the tables of docs/NAME.md up to date")
    given = parser.parse_args(arguments)
    if unknown := set(given.names) - BENCHMARKS.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    forget_settings()
    signal.signal(signal.SIGTERM, interrupt)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="parley-bench-", ignore_cleanup_errors=True))
        stage = Stage(Path(folder), stack)
        for name in given.names or BENCHMARKS:
            print(asyncio.run(line(name, stage, as_json=given.json, writes=given.write)), flush=True)


async def line(name: str, stage: Stage, *, as_json: bool, writes: bool = False) -> str:
    """Run one benchmark; what is to be printed of it. `writes`: its tables go into its page."""
    try:
        report = await BENCHMARKS[name](stage)
    except Absent as reason:
        absent = {"name": name, "met": None, "figures": [], "skipped": [str(reason)]}
        return json.dumps(absent) if as_json else f"{name}: skipped: {reason}"
    if writes and isinstance(report, TabledReport):
        rewrite(DOCS / f"{name}.md", report.tables)
    return json.dumps(report.as_json()) if as_json else report.as_text()


def interrupt(*_: object) -> None:
    """Be ended as by Ctrl-C: else what was started would stay behind."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.raise_signal(signal.SIGINT)


def forget_settings() -> None:
    """Measure the product as it comes."""
    for name in [name for name in os.environ if name.startswith(_SETTINGS) and name != _KEPT]:
        del os.environ[name]


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("interrupted")
