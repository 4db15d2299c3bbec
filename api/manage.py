"""The command line of an installation's operators: `python -m api.manage --help`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError

from api.context import Api
from api.events import Pace
from api.migrations import MIGRATIONS
from api.schemas.admin import LlmSettingsIn, Provider
from infra.adapters import Ports
from infra.bootstrap import Desk
from infra.cipher import FernetCipher, ensure_key
from infra.key_rotation import add_key, drop_old_keys
from infra.settings import Settings
from shared.domain.ids import WorkspaceId
from shared.domain.inboxes import Inbox
from shared.errors import DeskError
from shared.services.connect_inbox import is_removed
from shared.services.inbox_secrets import InboxSecrets
from shared.services.migrate import Migrate
from shared.services.reseal import Reseal
from shared.store.inboxes import Inboxes

T = TypeVar("T")
app = typer.Typer(help="Manage an installation of Parley.", no_args_is_help=True)
dead_letters = typer.Typer(help="Work that failed for the last time.", no_args_is_help=True)
migrate = typer.Typer(help="Versioned changes of stored data.", no_args_is_help=True)
app.add_typer(dead_letters, name="dead-letters")
app.add_typer(migrate, name="migrate")
_SHOWN = 300
"""Characters of a dead letter's body in the list."""
Email = Annotated[str, typer.Argument(help="The user's e-mail address.")]


@app.command()
def create_user(
    email: Email, superuser: Annotated[bool, typer.Option("--superuser", help="An admin of the platform.")] = False
) -> None:
    """Create a user, or give a known one another password. The password is asked for, or read from standard input."""
    password = _password()
    created = _run(lambda api: api.accounts.put(email, password, is_superuser=superuser))
    typer.echo(f"{'Created' if created else 'Updated'} {email.strip().lower()}.")


@app.command()
def ensure_admin(email: Email) -> None:
    """Make sure that this user exists and is an admin. An existing password stays."""
    password = _run(lambda api: api.accounts.ensure_admin(email))
    typer.echo(f"{email.strip().lower()} is an admin.")
    if password is not None:
        typer.echo(f"Password, shown only now: {password}")


@app.command()
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

    typer.echo(_run(change))


@dead_letters.command("list")
def list_dead_letters(limit: Annotated[int, typer.Option(min=1, max=1000)] = 50) -> None:
    """The newest first."""
    letters = _run(lambda api: api.desk.ports.dead_letters.list(limit))
    for letter in letters:
        typer.echo(
            f"{letter.id}  {letter.at:%Y-%m-%d %H:%M:%S}  {letter.target}  {letter.error}  {letter.body[:_SHOWN]}"
        )
    typer.echo(f"{len(letters)} dead letters." if letters else "No dead letters.")


@dead_letters.command("replay")
def replay_dead_letter(id: Annotated[str, typer.Argument(help="As the list shows it.")]) -> None:
    """Let one be tried again."""
    _run(lambda api: api.desk.ports.dead_letters.replay(id))
    typer.echo(f"{id} will be tried again.")


@app.command()
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

    if not _run(rotate):
        raise typer.Exit(1)


@app.command()
def compare(
    workspace: Annotated[str, typer.Argument(help="The workspace's id.")],
    inbox: Annotated[str | None, typer.Option(help="Only this inbox.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=400, help="How far to look back.")] = None,
    repair: Annotated[bool, typer.Option(help="Fetch what is missing.")] = True,
) -> None:
    """Compare what the vendors hold with what is stored here, and fetch what is missing."""

    async def compared(api: Api) -> bool:
        since = None if days is None else api.desk.ports.clock.now() - timedelta(days=days)
        inboxes = await Inboxes(api.desk.platform.workspace(WorkspaceId(workspace))).all()
        chosen = [known for known in inboxes if not is_removed(known) and inbox in (None, known.id)]
        found = [await _comparison(api, known, since, repair=repair) for known in chosen]
        return bool(chosen) and all(found)

    if not _run(compared):
        raise typer.Exit(1)


async def _comparison(api: Api, inbox: Inbox, since: datetime | None, *, repair: bool) -> bool:
    """Whether nothing is missing afterwards."""
    if not api.desk.ports.opener.capabilities(inbox.channel).history_listable:
        typer.echo(f"{inbox.id}: {inbox.channel} cannot be asked for its history")
        return True
    found = await api.desk.compare_inbox.at_once(inbox.workspace_id, inbox.id, since=since, repair=repair)
    ending = f", stopped: {found.problem}" if found.problem else ""
    typer.echo(f"{inbox.id}: {found.held} held, {found.missing} missing, {found.repaired} repaired{ending}")
    for id in found.missing_ids:
        typer.echo(f"  {id}")
    return found.problem is None and found.missing == found.repaired


@migrate.command()
def up() -> None:
    """Apply what has not been applied yet."""
    done = _run(lambda api: Migrate(api.desk.ports.store, MIGRATIONS).up())
    typer.echo("\n".join(f"Applied {name}." for name in done) or "Nothing to apply.")


@migrate.command()
def down() -> None:
    """Take back the newest one that is applied."""
    name = _run(lambda api: Migrate(api.desk.ports.store, MIGRATIONS).down())
    typer.echo(f"Took back {name}." if name else "Nothing to take back.")


def _run(work: Callable[[Api], Awaitable[T]]) -> T:
    """Do the work on a desk of its own; an error of ours becomes one plain line and status 1."""

    async def opened() -> T:
        desk = Desk(Ports(Settings()))
        try:
            if desk.settings.stack == "embedded":
                await ensure_key(desk.ports.secrets)
            return await work(Api(desk, Pace(look_every=1)))
        finally:
            await desk.ports.http.aclose()
            await desk.ports.store.close()

    try:
        return asyncio.run(opened())
    except DeskError as error:
        typer.echo(f"Refused: {error}", err=True)
        raise typer.Exit(1) from None


def _password() -> str:
    """Never an argument: those are seen by everybody on the machine."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _truth(word: str | None) -> bool | None:
    if word is None:
        return None
    if word.lower() not in ("true", "false"):
        raise typer.BadParameter("true or false", param_hint="--enabled")
    return word.lower() == "true"


if __name__ == "__main__":
    app()
