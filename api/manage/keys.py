"""Encryption keys, and the secrets that a deployment needs."""

from __future__ import annotations

from typing import Annotated

import typer

from api.context import Api
from api.manage.running import ask_secret, run
from infra.cipher import FernetCipher
from infra.key_rotation import add_key, drop_old_keys
from infra.platform_secrets import PLATFORM_SECRETS, make_missing, set_given
from shared.errors import InvalidInput
from shared.services.inbox_secrets import InboxSecrets
from shared.services.reseal import Reseal

_NAMES = ", ".join(name for name, secret in PLATFORM_SECRETS.items() if secret.is_given)


def make_secrets() -> None:
    """Make the secrets that a fresh cloud project needs and has no value of. What has one stays as it is."""

    async def make(api: Api) -> None:
        if api.desk.settings.stack != "cloud":
            typer.echo(f"The {api.desk.settings.stack} stack makes its own secrets: there is nothing to do.")
            return
        made = await make_missing(api.desk.ports.secrets, api.desk.ports.ids)
        for name, secret in PLATFORM_SECRETS.items():
            if not secret.is_given:
                typer.echo(f"{name}: {'made' if name in made else 'has a value already, unchanged'}")

    run(make)


def set_secret(name: Annotated[str, typer.Argument(help=f"One of: {_NAMES}.")]) -> None:
    """Give one of the operator's own secrets a new value. It is asked for, or read from standard input."""
    secret = PLATFORM_SECRETS.get(name)
    if secret is None or not secret.is_given:
        known = f"made by {secret.made_by}" if secret else f"not one of: {_NAMES}"
        raise typer.BadParameter(known, param_hint="NAME")

    async def put(api: Api) -> None:
        if api.desk.settings.stack != "cloud":
            raise InvalidInput(f"the {api.desk.settings.stack} stack reads {secret.setting} from its environment")
        await set_given(api.desk.ports.secrets, name, ask_secret(name))
        typer.echo(f"{name}: has a new value. Services read it when they start next: deploy, or make a new revision.")

    run(put)


def rotate_keys() -> None:
    """Add an encryption key and move every inbox's secrets under it."""

    async def rotate(api: Api) -> bool:
        ports = api.desk.ports
        await add_key(ports.secrets)
        # A cipher of its own: the process's may keep the former keys for some minutes.
        secrets = InboxSecrets(FernetCipher(ports.secrets, ports.clock))
        result = await Reseal(api.desk.platform, secrets)()
        typer.echo(f"Added a key and moved the secrets of {result.moved} inboxes under it.")
        for inbox in result.failed:
            typer.echo(f"Could not move inbox {inbox}: connect it again, or run this again.", err=True)
        if not result.failed:
            typer.echo(f"Dropped {await drop_old_keys(ports.secrets)} old keys.")
        return not result.failed

    if not run(rotate):
        raise typer.Exit(1)
