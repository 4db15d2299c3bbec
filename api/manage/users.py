"""Users, as operators make them."""

from __future__ import annotations

from typing import Annotated

import typer

from api.manage.running import ask_secret, run

Email = Annotated[str, typer.Argument(help="The user's e-mail address.")]


def create_user(
    email: Email, superuser: Annotated[bool, typer.Option("--superuser", help="An admin of the platform.")] = False
) -> None:
    """Create a user, or give a known one another password. The password is asked for, or read from standard input."""
    password = ask_secret("Password", twice=True)
    created = run(lambda api: api.accounts.put(email, password, is_superuser=superuser))
    typer.echo(f"{'Created' if created else 'Updated'} {email.strip().lower()}.")


def ensure_admin(email: Email) -> None:
    """Make sure that this user exists and is an admin. An existing password stays."""
    password = run(lambda api: api.accounts.ensure_admin(email))
    typer.echo(f"{email.strip().lower()} is an admin.")
    if password is not None:
        typer.echo(f"Password, shown only now: {password}")
