"""A check from outside: needs an address and no other right than a login."""

from __future__ import annotations

import asyncio
from typing import Annotated

import httpx
import typer

from api.manage.running import ask_secret
from api.smoke.check import Login, SmokeCheck
from api.smoke.deployment import Deployment
from api.smoke.scene import SLUG
from api.smoke.steps import Steps
from infra.system import RandomIds, SystemClock


def smoke(
    url: Annotated[str, typer.Option(help="The deployment's public address.")],
    email: Annotated[str, typer.Option(help="A user. Without one only what is public is checked.")] = "",
    timeout: Annotated[float, typer.Option(min=1, max=900, help="Seconds to wait for the reply.")] = 120.0,
    slug: Annotated[str, typer.Option(help="The workspace that belongs to this check.")] = SLUG,
) -> None:
    """Ask a running deployment a question through a web chat of its own, and check the whole way of the answer."""
    if not url.startswith(("http://", "https://")):
        raise typer.BadParameter("an address begins with http:// or https://", param_hint="--url")
    login = Login(email, ask_secret("Password")) if email else None
    steps = Steps(SystemClock(), typer.echo)

    async def checked() -> bool:
        async with httpx.AsyncClient(follow_redirects=False) as http:
            check = SmokeCheck(Deployment(url, http), steps, SystemClock(), RandomIds(), login, timeout, slug)
            return await check()

    is_well = asyncio.run(checked())
    if not is_well:
        typer.echo(f"smoke: failed at {', '.join(dict.fromkeys(steps.failed))} after {steps.seconds:.1f} s", err=True)
        raise typer.Exit(1)
    part = "" if login else ", public parts only: name a user with --email to check the rest"
    typer.echo(f"smoke: ok in {steps.seconds:.1f} s{part}")
