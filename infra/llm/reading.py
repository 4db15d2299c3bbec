"""From a model's text to a proposal that can be trusted in shape, though not in meaning."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from pydantic import ValidationError

from infra.llm.json_text import first_object
from shared.domain.replies import Proposal


class UnreadableAnswer(Exception):
    """The text holds no proposal. The message says why, in words for the model: no text of its own in it."""


def read_proposal(text: str, known_ids: Set[str]) -> Proposal:
    """The proposal in a text, its citations cut to the known ids. Raises `UnreadableAnswer`."""
    found = first_object(text)
    if found is None:
        raise UnreadableAnswer("there is no complete JSON object in it")
    try:
        proposal = Proposal.model_validate({key: value for key, value in found.items() if value is not None})
    except ValidationError as error:
        raise UnreadableAnswer(_explain(error)) from None
    if not proposal.handoff and not proposal.reply.strip():
        raise UnreadableAnswer('"reply" is empty although "handoff" is not true')
    return _normalised(proposal, known_ids)


def proposal_schema() -> dict[str, Any]:
    """JSON schema of a proposal as strict modes want it: all fields required, no others, no defaults."""
    properties = {
        name: {key: value for key, value in field.items() if key not in {"default", "title"}}
        for name, field in Proposal.model_json_schema()["properties"].items()
    }
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _normalised(proposal: Proposal, known_ids: Set[str]) -> Proposal:
    language = proposal.language.strip().lower().replace("_", "-").partition("-")[0]
    cited = dict.fromkeys(id.strip() for id in proposal.citations)
    return Proposal(
        reply=proposal.reply.strip(),
        language=language if len(language) == 2 and language.isalpha() else "",
        handoff=proposal.handoff,
        handoff_reason=proposal.handoff_reason.strip(),
        citations=tuple(id for id in cited if id in known_ids),
    )


def _explain(error: ValidationError) -> str:
    """Where and what, without the input."""
    return "; ".join(
        f'"{".".join(map(str, problem["loc"]))}": {problem["msg"]}'
        for problem in error.errors(include_url=False, include_context=False, include_input=False)[:5]
    )
