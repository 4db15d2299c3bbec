"""Work that failed for the last time."""

from __future__ import annotations

from typing import Annotated

import typer

from api.manage.running import run

app = typer.Typer(help="Work that failed for the last time.", no_args_is_help=True)
_SHOWN = 300
"""Characters of a dead letter's body in the list."""


@app.command("list")
def list_dead_letters(limit: Annotated[int, typer.Option(min=1, max=1000)] = 50) -> None:
    """The newest first."""
    letters = run(lambda api: api.desk.ports.dead_letters.list(limit))
    for letter in letters:
        body = "".join(shown if shown.isprintable() else "?" for shown in letter.body[:_SHOWN])
        typer.echo(f"{letter.id}  {letter.at:%Y-%m-%d %H:%M:%S}  {letter.target}  {letter.error}  {body}")
    typer.echo(f"{len(letters)} dead letters." if letters else "No dead letters.")


@app.command("replay")
def replay_dead_letter(id: Annotated[str, typer.Argument(help="As the list shows it.")]) -> None:
    """Let one be tried again."""
    run(lambda api: api.desk.ports.dead_letters.replay(id))
    typer.echo(f"{id} will be tried again.")
