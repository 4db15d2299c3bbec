"""The command line of an installation's operators: `python -m api.manage --help`."""

from __future__ import annotations

import typer

from api.manage import comparing, dead_letters, erasing, exporting, keys, migrating, model, smoking, users

app = typer.Typer(help="Manage an installation of Parley.", no_args_is_help=True)
app.command()(users.create_user)
app.command()(users.ensure_admin)
app.command()(model.set_llm)
app.add_typer(dead_letters.app, name="dead-letters")
app.command()(keys.make_secrets)
app.command()(keys.set_secret)
app.command()(keys.rotate_keys)
app.command()(comparing.compare)
app.add_typer(migrating.app, name="migrate")
app.command()(exporting.export)
app.command()(erasing.erase)
app.command()(erasing.erase_contact)
app.command()(smoking.smoke)
