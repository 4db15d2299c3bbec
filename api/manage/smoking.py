"""A check from outside: needs an address and no other right than a login."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

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
    _check_address(url, is_secret=bool(email))
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


def _check_address(url: str, *, is_secret: bool) -> None:
    """Raises `BadParameter` for no address of a deployment, and where a password would travel in the clear."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https"):
        raise typer.BadParameter("an address begins with http:// or https://", param_hint="--url")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise typer.BadParameter("an address has no user, no query and no fragment", param_hint="--url")
    if is_secret and parts.scheme == "http" and not _is_this_machine(host):
        raise typer.BadParameter("a password goes to https:// only, or to this machine", param_hint="--url")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
