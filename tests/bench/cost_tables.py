"""Tables that a benchmark prints, and that stand between markers in a page of `docs`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.measuring import Report
from tests.bench.stage import ROOT

DOCS = ROOT / "docs"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells that are written as they are shown."""

    name: str
    """Of the markers; a word."""
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def as_markdown(self) -> str:
        """A table of Markdown."""
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)

    def as_text(self) -> str:
        """Columns of equal width."""
        lines = [self.columns, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.columns))]
        shown = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
        return "\n".join([f"\n{self.title}", *(f"  {line}".rstrip() for line in shown)])

    def as_json(self) -> dict[str, Any]:
        """Each row by its columns."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return {"name": self.name, "title": self.title, "rows": rows}


@dataclass(frozen=True, slots=True)
class TabledReport(Report):
    """A report with tables behind its figures."""

    tables: Sequence[Table] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """As one object."""
        return Report.as_json(self) | {"tables": [table.as_json() for table in self.tables]}

    def as_text(self) -> str:
        """The figures, then the tables."""
        return "\n".join([Report.as_text(self), *(table.as_text() for table in self.tables)])


def rewritten(page: str, tables: Sequence[Table]) -> str:
    """A page with these tables between their markers. Raises `KeyError` where a marker or a table has no partner."""
    by_name: Mapping[str, Table] = {table.name: table for table in tables}
    marked = set(re.findall(r"<!-- generated: (\w+) -->", page))
    if marked != by_name.keys():
        raise KeyError(f"tables and markers differ: {sorted(marked ^ by_name.keys())}")

    def between(found: re.Match[str]) -> str:
        return f"{found[1]}\n{by_name[found[2]].as_markdown()}\n<!-- end -->"

    return re.sub(r"(<!-- generated: (\w+) -->)\n.*?<!-- end -->", between, page, flags=re.DOTALL)


def rewrite(path: Path, tables: Sequence[Table]) -> None:
    """Bring a page up to date."""
    path.write_text(rewritten(path.read_text(encoding="utf-8"), tables), encoding="utf-8")
