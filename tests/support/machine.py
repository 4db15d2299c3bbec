"""The whole desk in one process with a clock that stands still: functions behind their real doors, the embedded
queue worked by hand, and the simulated vendors on real loopback HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from infra.adapters import Ports
from infra.bootstrap import Desk, install
from infra.channels.registry import channel_class
from infra.cipher import ensure_key
from infra.hook_addresses import HookAddresses
from infra.local.functions import FunctionsHere
from infra.local.queue.ports import QueueBus
from infra.sandbox.outside import Outside
from infra.sandbox.standin import ByHand, Standin
from infra.settings import Settings
from infra.topology import SUBSCRIPTIONS
from shared.domain.assistants import Assistant, Chunk, Mode
from shared.domain.channels import ChannelKind
from shared.domain.conversations import Conversation
from shared.domain.events import InboxPull, Topic
from shared.domain.ids import AssistantId, ChunkId, InboxId, WorkspaceId
from shared.domain.inboxes import Health, Inbox
from shared.domain.messages import Message
from shared.domain.people import Workspace
from shared.ports.document_store import DocumentStore
from shared.services.inbox_secrets import InboxSecrets
from shared.store.assistants import Assistants
from shared.store.conversations import ConversationFilter, Conversations
from shared.store.inboxes import Inboxes
from shared.store.messages import Messages
from shared.store.platform import Platform, Route
from shared.store.workspaces import Workspaces
from tests.support.clock import CountingIds, ManualClock
from tests.support.watching import Killed, Probe, watch

WORKSPACE = WorkspaceId("ws1")
ASSISTANT = AssistantId("assistant1")
FAQ = {
    "Сколько стоит доставка?": "Доставка по городу стоит 300 рублей.",
    "How long does delivery take?": "Delivery takes two days.",
}


class Machine:
    """One installation. `reboot` is what a crash leaves: the files, and nothing in memory."""

    def __init__(self, folder: Path, url: str, make_store: Callable[[], DocumentStore] | None = None) -> None:
        folder.mkdir(exist_ok=True)
        self.settings = Settings(data_dir=folder, public_url=url)
        self.requests: list[str] = []
        self.clock = ManualClock()
        self.probe = Probe()
        self.functions = FunctionsHere()
        self._make_store = make_store
        self._first = self._ports()
        self.outside = Outside(folder / "outside.db", self.clock, httpx.AsyncClient(), self._notify, url)
        self.reboot()

    def reboot(self, probe: Probe | None = None) -> None:
        """Start again with empty memory."""
        if probe is not None:
            self.probe = probe
        ports = self._ports()
        self.queue = ports.queue
        self.desk = Desk(watch(ports, self.probe))
        simulated: Any = self.outside.standins[ChannelKind.TELEGRAM_ACCOUNT]
        simulated.hang_up()
        self.accounts = self.desk.account_worker(
            self.settings.public_url, simulated=simulated.client, answers_calls=False
        )
        self.api: Any = None
        install(self.desk)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The functions' door for vendors, and the API's for visitors. Where the process dies, they see an error."""
        self.requests.append(scope["path"])
        try:
            await (self._api_of_today() if scope["path"].startswith("/api/") else self.functions)(scope, receive, send)
        except Killed:
            self.reboot()
            await JSONResponse({}, 500)(scope, receive, send)

    async def pump(self) -> None:
        """Work the queue until nothing is due."""
        while rows := self.queue.due(self.clock.now(), 1):
            row = rows[0]
            if await self._post(row.target, row.body) in (200, 204):
                self.queue.finish(row, self.clock.now())
            else:
                self.queue.postpone(row, self.clock.now() + timedelta(seconds=1))

    async def run(self, seconds: float = 6.0) -> None:
        """Let the world go on for a while: pushes arrive, who pushes nothing is asked, events are worked, delayed work
        comes due."""
        await self._ask_who_does_not_push()
        for _ in range(max(int(seconds), 1)):
            await self.outside.pusher.drained()
            await self.outside.refresh()
            await self._hold_accounts()
            await self.pump()
            self.clock.advance(1)
        await self.outside.pusher.drained()
        await self._hold_accounts()
        await self.pump()
        await self.outside.pusher.drained()
        await self.outside.refresh()

    async def settle(self, minutes: int = 6) -> None:
        """Minutes pass, each with its ticks, as after a fault."""
        await self.run()
        for _ in range(minutes):
            self.clock.advance(60)
            await self._tick("schedule_pulls")
            await self._tick("sweep")
            await self.run(2)

    async def connect(self, kind: ChannelKind, *, mode: Mode = Mode.AUTONOMOUS) -> Standin:
        """An inbox of this kind in the simulated world, with an assistant that knows the FAQ."""
        await ensure_key(self._first.secrets)
        await self._found()
        await self._hire(mode)
        inbox = InboxId(kind.value)
        sealed = InboxSecrets(self._first.cipher)
        credentials = self.outside.present(kind, inbox, kind.value)
        secret = "the-secret-of-this-inbox"
        now = self.clock.now()
        platform = self.desk.platform
        noun = Inbox(
            id=inbox,
            workspace_id=WORKSPACE,
            channel=kind,
            name=kind.value,
            is_simulated=True,
            credentials=await sealed.sealed_credentials(inbox, credentials),
            webhook_secret=await sealed.sealed_word(inbox, secret),
            assistant_id=ASSISTANT,
            created_at=now,
            updated_at=now,
        )
        store, route = platform.workspace(WORKSPACE), Route(WORKSPACE, inbox)
        await platform.commit([Inboxes(store).creation(noun), platform.inbox_route(route)])
        opened = await self.desk.directory.open(WORKSPACE, inbox)
        connection = await opened.channel.connect(HookAddresses(self.settings.public_url)(kind, inbox, secret))
        changes = {"account": connection.account, "cursor": connection.cursor, "health": Health.CONNECTED}
        writes = [Inboxes(store).change(inbox, changes)]
        if "@" in connection.account[1:]:
            await platform.commit([platform.mailbox_route(connection.account, route)])
        await store.commit(writes)
        self.desk.directory.forget(WORKSPACE, inbox)
        standin = self.outside.standins[kind]
        if isinstance(standin, ByHand):
            standin.paste_address(inbox, connection.webhook_url)
        await self.run(2)
        return standin

    async def conversations(self) -> list[Conversation]:
        store = Conversations(self.desk.platform.workspace(WORKSPACE))
        return (await store.page(ConversationFilter(), limit=100)).items

    async def messages(self, conversation: Conversation) -> list[Message]:
        store = Messages(self.desk.platform.workspace(WORKSPACE))
        return (await store.page(conversation.id, limit=200, newest_first=False)).items

    async def close(self) -> None:
        install(None)
        await self.accounts.close()
        await self.outside.close()

    def _ports(self) -> Ports:
        ports = Ports(self.settings)
        ports.__dict__ |= {"clock": self.clock, "ids": CountingIds()}
        if self._make_store is not None:
            ports.__dict__["store"] = self._make_store()
        return ports

    def _api_of_today(self) -> ASGIApp:
        # The API takes a second to import, and most tests have no visitors.
        from api.context import Api
        from api.events import Pace

        self.api = self.api or Api(self.desk, Pace(look_every=0.02, heartbeat=0.2))
        app = _application(self.desk)
        app.state.api = self.api
        return app

    async def _found(self) -> None:
        workspaces = Workspaces(self._first.store)
        if await workspaces.get(WORKSPACE) is None:
            workspace = Workspace(id=WORKSPACE, slug="shop", name="Лавка", created_at=self.clock.now())
            await workspaces.commit(workspaces.creation(workspace))

    async def _hire(self, mode: Mode) -> None:
        assistants = Assistants(self.desk.platform.workspace(WORKSPACE))
        if await assistants.get(ASSISTANT) is not None:
            return
        now = self.clock.now()
        assistant = Assistant(
            id=ASSISTANT, workspace_id=WORKSPACE, name="Анна", mode=mode, created_at=now, updated_at=now
        )
        await self.desk.platform.commit([assistants.creation(assistant)])
        for position, (question, answer) in enumerate(FAQ.items()):
            chunk = Chunk(
                id=ChunkId(f"chunk{position}"),
                question=question,
                answer=answer,
                position=position,
                created_at=now,
                updated_at=now,
            )
            await self.desk.platform.commit(assistants.chunk_creation(ASSISTANT, chunk))

    async def _post(self, target: str, body: bytes) -> int:
        self.requests.append(target)
        try:
            return await self.functions.deliver(target, body, {"content-type": "application/json"})
        except Killed:
            self.reboot()
            return 500

    async def _hold_accounts(self) -> None:
        """The worker of personal Telegram accounts looks around, where there is one to be held."""
        accounts = self.outside.world.fact("accounts") or {}
        if any(key.startswith(f"{ChannelKind.TELEGRAM_ACCOUNT.value}/") for key in accounts):
            try:
                await self.accounts.round()
            except Killed:
                self.reboot()

    async def _ask_who_does_not_push(self) -> None:
        """A pull of each such inbox, as the scheduler asks for within its pace: not in the pause after a fault."""
        bus = QueueBus(self._first.queue, self.clock, CountingIds(f"pull{self.clock.monotonic()}"), SUBSCRIPTIONS)
        async for inbox in Platform(self._first.store).connected_inboxes():
            is_paused = inbox.retry_at is not None and inbox.retry_at > self.clock.now()
            if not channel_class(inbox.channel).capabilities.pushes and not is_paused:
                await bus.publish(Topic.INBOX_PULL, InboxPull(workspace_id=inbox.workspace_id, inbox_id=inbox.id))

    async def _tick(self, target: str) -> None:
        await self._post(target, b"")

    async def _notify(self, topic: str, data: dict[str, Any]) -> None:
        """Gmail publishes."""
        bus = QueueBus(self._first.queue, self.clock, CountingIds("push"), SUBSCRIPTIONS)
        await bus.publish_data(topic.rpartition("/")[2], json.dumps(data).encode(), {})


_applications: list[Any] = []


def _application(desk: Desk) -> Any:
    """The HTTP application, made once for all machines: its routes take a third of a second."""
    from api.app import create_app

    if not _applications:
        _applications.append(create_app(desk))
    return _applications[0]


class Site:
    """A real HTTP server on a free port of this host, whose application can be exchanged."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self.url = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Site]:
        # With the protocol named, asyncio switches Nagle's delay off: 40 ms an answer.
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(128)
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            server = uvicorn.Server(uvicorn.Config(self, log_level="error", lifespan="off"))
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
                await asyncio.sleep(0.005)
            try:
                yield self
            finally:
                server.should_exit = True
                await serving


@asynccontextmanager
async def machine_on(
    site: Site, folder: Path, make_store: Callable[[], DocumentStore] | None = None
) -> AsyncIterator[Machine]:
    """A machine behind a site that is listening."""
    machine = Machine(folder, site.url, make_store)
    site.app = Starlette(routes=[Mount("/sandbox", app=machine.outside.app()), Mount("/", app=machine)])
    await machine.outside.start()
    try:
        yield machine
    finally:
        await machine.close()


@asynccontextmanager
async def running_machine(
    folder: Path, make_store: Callable[[], DocumentStore] | None = None
) -> AsyncIterator[Machine]:
    """A machine whose vendors and doors listen on a free port of this host."""
    async with Site().listening() as site, machine_on(site, folder, make_store) as machine:
        yield machine
