"""The benchmarks run and print; what they measure is not asserted."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from infra.topology import FUNCTIONS
from tests.bench import conversation_list, imports
from tests.bench.__main__ import line, main
from tests.bench.measuring import Figure, Report
from tests.bench.stage import Stage

NAMES = {"ingest", "turn", "cold", "cpu", "list", "imports", "cost", "scale"}


def test_an_unknown_name_is_answered_with_the_names_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["nonsense"])

    assert set(capsys.readouterr().err.strip().rpartition("there are ")[2].split(", ")) == NAMES


def test_the_import_of_every_function_is_measured() -> None:
    assert imports.NEEDS.keys() == set(FUNCTIONS)


async def test_a_benchmark_that_needs_an_absent_part_says_so_and_is_skipped(tmp_path: Path) -> None:
    class WithoutEmulators(Stage):
        def why_no_emulators(self) -> str:
            return "the Google Cloud CLI cannot be found"

    with ExitStack() as stack:
        text = await line("ingest", WithoutEmulators(tmp_path, stack), as_json=False)

    assert text == "ingest: skipped: the Google Cloud CLI cannot be found"


async def test_a_benchmark_reports_figures_beside_their_floor(tmp_path: Path) -> None:
    with ExitStack() as stack:
        report = await conversation_list.run(Stage(tmp_path, stack), embedded=(5, 60), emulated=())

    shown = json.loads(json.dumps(report.as_json()))
    assert shown["name"] == "list"
    assert isinstance(shown["met"], bool)
    assert all(figure["floor"] > 0 and figure["ratio"] > 0 for figure in shown["figures"][1:])
    assert report.as_text().splitlines()[0].startswith("list: ")


@pytest.mark.parametrize(("unit", "value", "floor"), [("ms", 30.0, 20.0), ("req/s", 20.0, 30.0)])
def test_a_ratio_above_one_is_always_worse_than_the_floor(unit: str, value: float, floor: float) -> None:
    assert Figure("a call", value, unit, floor).ratio == 1.5


def test_a_goal_that_is_missed_is_said_in_the_first_line() -> None:
    report = Report("cold", "at most 1.5 x the bare handler", False, [Figure("best", 900.0, "ms", 300.0)], 3.0)

    assert report.as_text().splitlines()[0] == "cold: 3.00 x its floor; goal: at most 1.5 x the bare handler: NOT MET"
