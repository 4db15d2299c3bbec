"""The machine that the tests of this room run on, over each document store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import open_store
from tests.support.machine import Machine, running_machine


@pytest.fixture
async def machine(store_kind: str, tmp_path: Path) -> AsyncIterator[Machine]:
    store = open_store(store_kind, tmp_path)
    async with running_machine(tmp_path, lambda: store) as running:
        yield running
    await store.close()
