from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.api.office import Office, desk_in, office_over
from tests.api.terminal import Terminal
from tests.support.clock import ManualClock
from tests.support.machine import Machine, running_machine


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    clock = ManualClock()
    async with office_over(desk_in(tmp_path, clock), clock) as opened:
        yield opened


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@dataclass
class Town:
    """An office whose vendors are simulated: what it connects is really registered there."""

    office: Office
    machine: Machine


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with running_machine(tmp_path) as machine:
        machine.settings = machine.settings.model_copy(update={"vendors": machine.settings.sandbox_vendors()})
        machine.reboot()
        async with office_over(machine.desk, machine.clock) as opened:
            yield Town(opened, machine)
