"""Alerts, their pages in docs/operations.md, the dashboard, and the code that all of them speak of agree."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from string import Template
from typing import Any

import pytest
import typer.main
import yaml

from api.manage import app
from infra.log_events import LogEvent
from infra.topology import FUNCTIONS, SCHEDULES
from shared.errors import CredentialsRejected

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "terraform" / "modules" / "observability"
PAGE = (ROOT / "docs" / "operations.md").read_text()
ALERTS: dict[str, dict[str, Any]] = yaml.safe_load((MODULE / "pages.yaml").read_text())
SECTIONS = dict(re.findall(r"^### (\S+)\n\n(.*?)(?=^###? |\Z)", PAGE, re.MULTILINE | re.DOTALL))
METRICS = (MODULE / "metrics.tf").read_text()
COUNTERS = re.findall(r'message\s+= "([^"]+)"\s+labels\s+= \[([^\]]+)\]', METRICS)


def anchors(page: str) -> set[str]:
    """The headings of a page, as links name them."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def words(terraform: str, name: str) -> set[str]:
    """Every string of the lists that a file gives this name."""
    lists = re.findall(rf"^\s*{name}\s+= \[([^\]]+)\]", terraform, re.MULTILINE)
    return {word for one in lists for word in re.findall(r'"([^"]+)"', one)}


def fields_of(event: str) -> str:
    """What infra/log_events.py says stands beside this message."""
    source = (ROOT / "infra" / "log_events.py").read_text()
    found = re.search(rf'= "{event}"\n    """(.*?)"""', source, re.DOTALL)
    assert found is not None
    return found[1]


def test_every_alert_has_a_section_and_every_section_an_alert() -> None:
    assert set(SECTIONS) == set(ALERTS) | {"budget"}


@pytest.mark.parametrize("alert", ALERTS)
def test_a_section_tells_its_severity_and_what_to_do(alert: str) -> None:
    section = SECTIONS[alert]
    assert section.startswith(f"*{ALERTS[alert]['severity']}")
    assert all(f"**{part}" in section for part in ("Customers notice", "Look at", "Do", "Over"))
    assert len(ALERTS[alert]["look"]) == 3


def test_every_link_of_the_page_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert {link[1:] for link in links if link.startswith("#")} <= anchors(PAGE)


def test_every_command_that_the_page_cites_exists() -> None:
    commands: Any = typer.main.get_command(app)
    cited = re.findall(r"-m api\.manage ([a-z-]+)(?: ([a-z]+))?", PAGE + (MODULE / "pages.yaml").read_text())
    assert len(cited) > 10
    for name, following in cited:
        command = commands.commands[name]
        assert not hasattr(command, "commands") or following in command.commands


def test_the_dashboard_is_json_and_its_tiles_lie_side_by_side() -> None:
    template = (MODULE / "dashboard.json.tftpl").read_text()
    names = set(re.findall(r"(?<!\$)\$\{(\w+)\}", template))
    tiles = json.loads(Template(template).substitute(dict.fromkeys(names, "metric")))["mosaicLayout"]["tiles"]
    for tile in tiles:
        assert tile.get("xPos", 0) + tile["width"] <= 48
    for one, other in combinations(tiles, 2):
        assert any(
            a.get(start, 0) + a[size] <= b.get(start, 0)
            for start, size in (("xPos", "width"), ("yPos", "height"))
            for a, b in ((one, other), (other, one))
        )


@pytest.mark.parametrize(("message", "labels"), COUNTERS)
def test_a_metric_counts_lines_that_the_code_writes(message: str, labels: str) -> None:
    event = LogEvent(message)
    for label in re.findall(r'"(\w+)"', labels):
        assert f"`{label}`" in fields_of(event)


def test_tokens_are_taken_from_the_fields_that_hold_them() -> None:
    assert len(COUNTERS) == 4
    for field in re.findall(r'toset\(\["(\w+)", "(\w+)"\]\)', METRICS)[0]:
        assert f"`{field}`" in fields_of(LogEvent.MODEL_CALLED)


def test_every_schedule_is_watched() -> None:
    services = (MODULE / "alerts_services.tf").read_text()
    assert words(services, "daily") == {one.name for one in SCHEDULES if one.every == timedelta(days=1)}
    assert words(services, "minutely") == {one.name for one in SCHEDULES if one.every == timedelta(minutes=1)}
    assert {one.target.replace("_", "-") for one in SCHEDULES} == {one.name for one in SCHEDULES}


def test_an_inbox_that_waits_for_its_owner_is_told_of() -> None:
    assert f'error=\\"{CredentialsRejected.__name__}\\"' in (MODULE / "alerts_services.tf").read_text()


def test_promises_are_made_for_services_that_exist() -> None:
    promised = words((MODULE / "slo.tf").read_text(), "services")
    assert promised <= {"api"} | {function.replace("_", "-") for function in FUNCTIONS}
    assert len(promised) == 3
