"""What the commands share: a desk of their own, one plain line for an error, and secrets that are never arguments."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import TypeVar

import typer

from api.context import Api
from api.events import Pace
from infra.adapters import Ports
from infra.bootstrap import Desk
from infra.cipher import ensure_key
from infra.misconfigured import Misconfigured
from infra.settings import read_settings
from shared.domain.ids import WorkspaceId
from shared.domain.people import Workspace
from shared.errors import DeskError, InvalidInput, NotFound

T = TypeVar("T")
_LONGEST_LINE = 65_536
"""Characters of a secret on standard input: more than any secret may have."""


def _desk_of_environment() -> Desk:
    return Desk(Ports(read_settings()))


make_desk: ContextVar[Callable[[], Desk]] = ContextVar("make_desk", default=_desk_of_environment)
"""What commands work on: for whoever runs them inside another program."""


def run(work: Callable[[Api], Awaitable[T]]) -> T:
    """Do the work on a desk of its own; an error of ours becomes one plain line and status 1."""

    async def opened() -> T:
        desk = make_desk.get()()
        try:
            if desk.settings.stack == "embedded":
                await ensure_key(desk.ports.secrets)
            return await work(Api(desk, Pace(look_every=1)))
        finally:
            made = desk.ports.__dict__
            if "http" in made:
                await desk.ports.http.aclose()
            if "store" in made:
                await desk.ports.store.close()

    try:
        return asyncio.run(opened())
    except (DeskError, Misconfigured) as error:
        raise refused(str(error)) from None


def refused(why: str) -> typer.Exit:
    """Says why on standard error; to be raised."""
    typer.echo(f"Refused: {why}", err=True)
    return typer.Exit(1)


async def find_workspace(api: Api, named: str) -> Workspace | None:
    """The workspace of an id, else of a slug. Raises `InvalidInput` for what can be neither."""
    if not named or "/" in named:
        raise InvalidInput("name a workspace by its id or its slug")
    known = await api.workspaces.get(WorkspaceId(named))
    return known.workspace if known else await api.workspaces.by_slug(named)


async def workspace_of(api: Api, named: str) -> Workspace:
    """The same. Raises `NotFound` as well."""
    known = await find_workspace(api, named)
    if known is None:
        raise NotFound(f"there is no workspace {named}")
    return known


def ask_secret(name: str, *, twice: bool = False) -> str:
    """Typed unseen, or the first line of standard input. Never an argument: those are seen by everybody here."""
    if sys.stdin.isatty():
        return str(typer.prompt(name, hide_input=True, confirmation_prompt=twice))
    try:
        return sys.stdin.readline(_LONGEST_LINE).rstrip("\r\n")
    except UnicodeDecodeError:
        raise refused(f"{name} is no text") from None
