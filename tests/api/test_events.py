"""Server-sent events over a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.events import OVERLAP, PAGE, Pace
from shared.domain.people import Role
from tests.api.network_store import NetworkStore
from tests.api.office import Office, desk_in, office_over
from tests.support.clock import ManualClock
from tests.support.receiver import serve


@dataclass
class Event:
    kind: str
    id: str
    data: dict[str, Any]


class Listener:
    """An open stream, read line by line."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def line(self) -> str:
        async with asyncio.timeout(20):
            return await anext(self._lines)

    async def event(self) -> Event:
        """The next event, heartbeats left out."""
        fields: dict[str, str] = {}
        while True:
            line = await self.line()
            name, _, value = line.partition(": ")
            if name in ("event", "id", "data"):
                fields[name] = value
            elif not line and "data" in fields:
                return Event(fields["event"], fields.get("id", ""), json.loads(fields["data"]))

    async def ended(self) -> bool:
        """Read until the server hangs up."""
        try:
            while True:
                await self.line()
        except StopAsyncIteration:
            return True


@asynccontextmanager
async def listening(url: str, client: httpx.AsyncClient, workspace: str, **headers: str) -> AsyncIterator[Listener]:
    signed = {"authorization": client.headers["authorization"], **headers}
    async with httpx.AsyncClient(base_url=url, headers=signed, timeout=20) as browser:
        async with browser.stream("GET", f"/api/v1/workspaces/{workspace}/events") as response:
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("text/event-stream")
            listener = Listener(response.aiter_lines())
            assert await listener.line() == "retry: 3000"
            yield listener


@pytest.fixture
async def url(office: Office) -> AsyncIterator[str]:
    async with serve(office.app) as address:
        yield address


async def test_a_changed_conversation_reaches_every_open_dashboard(office: Office, url: str) -> None:
    workspace = await office.workspace("olga")
    inbox = await office.inbox(workspace)
    olga, oleg = await office.person("olga"), await office.member(workspace, "oleg", Role.VIEWER)
    async with listening(url, olga, workspace) as first, listening(url, oleg, workspace) as second:
        conversation = await office.letter(inbox, "Анна", "Есть размер 38?")
        events = [await first.event(), await second.event()]
        assert office.api.events.watched == 1

    row = (await olga.get(f"/api/v1/workspaces/{workspace}/conversations")).json()["items"][0]
    assert [event.kind for event in events] == ["conversation"] * 2
    assert [event.data for event in events] == [row] * 2
    assert row["id"] == conversation


async def test_each_change_is_told_once(office: Office, url: str) -> None:
    workspace = await office.workspace("olga")
    inbox = await office.inbox(workspace)
    olga = await office.person("olga")
    async with listening(url, olga, workspace) as listener:
        await office.letter(inbox, "Анна")
        first = await listener.event()
        await asyncio.sleep(0.1)  # several looks at the same change
        await office.letter(inbox, "Борис")
        second = await listener.event()

    assert [first.data["contact_name"], second.data["contact_name"]] == ["Анна", "Борис"]


async def test_other_workspaces_are_not_heard(office: Office, url: str) -> None:
    own, foreign = await office.workspace("olga"), await office.workspace("boris")
    foreign_inbox, inbox = await office.inbox(foreign, "inbox2"), await office.inbox(own)
    async with listening(url, await office.person("olga"), own) as listener:
        await office.letter(foreign_inbox, "Чужой")
        await office.letter(inbox, "Анна")

        assert (await listener.event()).data["contact_name"] == "Анна"


async def test_a_browser_that_comes_back_hears_what_it_missed(office: Office, url: str) -> None:
    workspace = await office.workspace("olga")
    inbox = await office.inbox(workspace)
    olga = await office.person("olga")
    async with listening(url, olga, workspace) as listener:
        await office.letter(inbox, "Анна")
        last = await listener.event()
    office.clock.advance(300)
    await office.letter(inbox, "Борис")
    office.clock.advance(300)

    async with listening(url, olga, workspace, **{"last-event-id": last.id}) as listener:
        names = [(await listener.event()).data["contact_name"] for _ in range(2)]

    assert names == ["Анна", "Борис"]


async def test_a_browser_that_missed_too_much_is_told_to_load_anew(office: Office, url: str) -> None:
    workspace = await office.workspace("olga")
    inbox = await office.inbox(workspace)
    for number in range(PAGE):
        await office.letter(inbox, f"customer{number}")

    async with listening(url, await office.person("olga"), workspace, **{"last-event-id": "1"}) as listener:
        assert (await listener.event()).kind == "reset"


async def test_a_stream_shows_that_it_is_alive(office: Office, url: str) -> None:
    workspace = await office.workspace("olga")

    async with listening(url, await office.person("olga"), workspace) as listener:
        lines = [await listener.line() for _ in range(4)]

    assert ": alive" in lines


async def test_a_stream_ends_with_its_session_or_membership(office: Office, url: str) -> None:
    workspace = await office.workspace("olga")
    olga = await office.person("olga")
    oleg = await office.member(workspace, "oleg", Role.VIEWER)
    id = (await oleg.get("/api/v1/auth/me")).json()["id"]
    async with listening(url, olga, workspace) as hers, listening(url, oleg, workspace) as his:
        await olga.delete(f"/api/v1/workspaces/{workspace}/members/{id}")
        await olga.post("/api/v1/auth/logout")

        assert await hers.ended()
        assert await his.ended()


async def test_looking_stops_when_the_last_stream_closes(office: Office, url: str) -> None:
    workspace = await office.workspace("olga")
    async with listening(url, await office.person("olga"), workspace):
        assert office.api.events.watched == 1

    async with asyncio.timeout(20):
        while office.api.events.watched:  # noqa: ASYNC110 - it ends with the connection, which tells nobody
            await asyncio.sleep(0.01)


async def test_an_idle_look_reads_nothing_and_writes_nothing(office: Office, url: str) -> None:
    workspace = await office.workspace("olga")
    await office.letter(await office.inbox(workspace), "Анна")
    office.clock.advance(2 * OVERLAP.total_seconds())
    async with listening(url, await office.person("olga"), workspace) as listener:
        store = office.desk.ports.store
        assert isinstance(store, NetworkStore)
        store.found.clear()
        commits = store.commits
        while len(store.found) < 3:
            await listener.line()

        assert set(store.found) == {0}
        assert store.commits == commits


async def test_a_stream_may_be_cut_into_long_polls(tmp_path: Path) -> None:
    clock = ManualClock()
    pace = Pace(look_every=0.02, heartbeat=0.05, longest=0.1)
    async with office_over(desk_in(tmp_path, clock), clock, pace) as office:
        workspace = await office.workspace("olga")

        whole = await (await office.person("olga")).get(f"/api/v1/workspaces/{workspace}/events")

        assert whole.text.startswith("retry: 3000\n\n: alive\n\n")
