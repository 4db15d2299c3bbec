"""The operators' command line, on a data folder of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from typer.testing import CliRunner, Result

from api.manage import app
from api.manage.running import make_desk
from infra.adapters import Ports
from infra.bootstrap import Desk
from infra.settings import Settings
from tests.api.office import desk_in, office_over
from tests.support.clock import ManualClock

T = TypeVar("T")


class Terminal:
    """Runs commands against one data folder."""

    def __init__(self, folder: Path, make_desk: Callable[[], Desk] | None = None) -> None:
        """`make_desk`: another desk than that of the environment."""
        self.folder = folder
        self.make_desk = make_desk

    def __call__(self, *arguments: str, typed: str = "", **environment: str) -> Result:
        own = {"PARLEY_DATA_DIR": str(self.folder), "PARLEY_STACK": "embedded", **environment}
        reset = make_desk.set(self.make_desk) if self.make_desk else None
        try:
            return CliRunner().invoke(app, list(arguments), input=typed, env=own)
        finally:
            if reset:
                make_desk.reset(reset)

    def inside(self, look: Callable[[Desk], Awaitable[T]]) -> T:
        """Look at the data with a desk of our own."""

        async def opened() -> T:
            desk = Desk(Ports(Settings(data_dir=self.folder)))
            try:
                return await look(desk)
            finally:
                await desk.ports.store.close()

        return asyncio.run(opened())

    def sign_in(self, email: str, password: str) -> dict[str, Any]:
        async def opened() -> dict[str, Any]:
            clock = ManualClock()
            async with office_over(desk_in(self.folder, clock), clock) as office:
                client = await office.client()
                answer = await client.post("/api/v1/auth/token", data={"username": email, "password": password})
                token = answer.json().get("access_token", "")
                me = await client.get("/api/v1/auth/me", headers={"authorization": f"Bearer {token}"})
                return dict(me.json())

        return asyncio.run(opened())
