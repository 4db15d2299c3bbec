"""The language model's settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from api.manage.running import run
from api.schemas.admin import LlmSettingsIn, Provider


def set_llm(
    provider: Annotated[Provider | None, typer.Option(help="Who answers.")] = None,
    model: Annotated[str | None, typer.Option(help="The provider's name of the model.")] = None,
    enabled: Annotated[str | None, typer.Option(help="true or false: the switch for all of it.")] = None,
    base_url: Annotated[str | None, typer.Option(help="Address of an OpenAI-compatible server.")] = None,
) -> None:
    """Change the language model's settings while everything runs. What is not named stays."""
    try:
        given = LlmSettingsIn(llm_provider=provider, llm_model=model, llm_enabled=_truth(enabled), base_url=base_url)
    except ValidationError:
        raise typer.BadParameter("a model's name is short, and an address begins with http") from None

    changes = given.changes()
    if not changes:
        raise typer.BadParameter("name something to change")
    run(lambda api: api.desk.platform.change_llm_settings(changes))
    typer.echo("\n".join(_told(changes)))


def _told(changes: Mapping[str, Any]) -> Iterator[str]:
    named = {"llm_provider": "provider", "llm_model": "model", "base_url": "address"}
    set_to = [f"{word} {changes[name] or 'by default'}" for name, word in named.items() if name in changes]
    if "llm_enabled" in changes:
        yield f"Replies are {'on' if changes['llm_enabled'] else 'off'}."
    if set_to:
        yield f"Set {', '.join(set_to)}."


def _truth(word: str | None) -> bool | None:
    if word is None:
        return None
    if word.lower() not in ("true", "false"):
        raise typer.BadParameter("true or false", param_hint="--enabled")
    return word.lower() == "true"
