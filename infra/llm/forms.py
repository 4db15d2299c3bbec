"""How to ask for a structured answer: servers differ in what their `response_format` takes."""

from __future__ import annotations

import json
from enum import IntEnum
from typing import Any

from infra.llm.reading import proposal_schema

SCHEMA = proposal_schema()
SCHEMA_TEXT = json.dumps(SCHEMA, ensure_ascii=False)


class ResponseForm(IntEnum):
    """The forms from the strictest to the one that every server takes."""

    JSON_SCHEMA = 0
    JSON_OBJECT = 1
    TEXT = 2

    @property
    def schema_in_prompt(self) -> str:
        """The schema in words, where the parameter does not carry it."""
        return "" if self is ResponseForm.JSON_SCHEMA else SCHEMA_TEXT

    @property
    def parameters(self) -> dict[str, Any]:
        """The request's part that asks for this form."""
        if self is ResponseForm.JSON_SCHEMA:
            wanted = {"name": "proposal", "strict": True, "schema": SCHEMA}
            return {"response_format": {"type": "json_schema", "json_schema": wanted}}
        return {"response_format": {"type": "json_object"}} if self is ResponseForm.JSON_OBJECT else {}
