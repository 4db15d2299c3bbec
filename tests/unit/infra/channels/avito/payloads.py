"""Bodies as Avito sends them, names and ids changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[4] / "payloads" / "avito"


def webhook(name: str) -> bytes:
    """The body of a webhook call."""
    return (FOLDER / f"webhook_{name}.json").read_bytes()


def changed(name: str, **fields: Any) -> bytes:
    """The same with some fields of its message changed."""
    body = json.loads(webhook(name))
    body["payload"]["value"].update(fields)
    return json.dumps(body).encode()


def listed(name: str) -> Any:
    """An answer of a list."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
