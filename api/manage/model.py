"""The language model's settings."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import ValidationError

from api.context import Api
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

    async def change(api: Api) -> str:
        platform = api.desk.platform
        known = await platform.llm_settings() or await api.desk.briefings.llm_settings()
        settings = known.model_copy(update=given.changes())
        await platform.save_llm_settings(settings)
        switch = "on" if settings.llm_enabled else "off"
        return f"Replies are {switch}, by {settings.llm_provider}, model {settings.llm_model or 'by default'}."

    typer.echo(run(change))


def _truth(word: str | None) -> bool | None:
    if word is None:
        return None
    if word.lower() not in ("true", "false"):
        raise typer.BadParameter("true or false", param_hint="--enabled")
    return word.lower() == "true"
