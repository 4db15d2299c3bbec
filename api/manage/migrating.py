"""Versioned changes of stored data."""

from __future__ import annotations

import typer

from api.manage.running import run
from api.migrations import MIGRATIONS
from shared.services.migrate import Migrate

app = typer.Typer(help="Versioned changes of stored data.", no_args_is_help=True)


@app.command()
def up() -> None:
    """Apply what has not been applied yet."""
    done = run(lambda api: Migrate(api.desk.ports.store, MIGRATIONS).up())
    typer.echo("\n".join(f"Applied {name}." for name in done) or "Nothing to apply.")


@app.command()
def down() -> None:
    """Take back the newest one that is applied."""
    name = run(lambda api: Migrate(api.desk.ports.store, MIGRATIONS).down())
    typer.echo(f"Took back {name}." if name else "Nothing to take back.")
