"""Ports under observation are the same ports: what they answer, raise and can do, and one line for each call."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from datetime import timedelta
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import pytest

from infra.adapters import Ports
from infra.bootstrap import Desk
from infra.channels.registry import REGISTRY, channel_class
from infra.observed_vendors import Observed
from infra.observing import Observer
from infra.settings import Settings
from infra.tracing import Tracing
from shared.domain.arrivals import Outgoing
from shared.domain.channels import ChannelKind
from shared.domain.ids import ConversationId, InboxId, WorkspaceId
from shared.domain.llm_settings import LlmSettings
from shared.domain.tasks import DeliverTask
from shared.errors import ChannelRejected, ModelUnavailable
from shared.ports.channel import Channel
from shared.ports.language_model import Prompt, Turn
from tests.support.clock import ManualClock
from tests.support.machine import Machine, running_machine

IDS = {"workspace_id": "w", "inbox_id": "i"}


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return Ports(Settings(data_dir=tmp_path))


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[list[Mapping[str, Any]]]:
    """The fields of each line about a call, as they come."""
    caplog.set_level(logging.INFO, "parley")
    found: list[Mapping[str, Any]] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append({**vars(record), "message": record.getMessage()})

    keeper = Keeper()
    logging.getLogger("parley.calls").addHandler(keeper)
    yield found
    logging.getLogger("parley.calls").removeHandler(keeper)


class Door:
    """Stands for an adapter: one step without I/O, and one that takes two seconds and may fail."""

    capabilities = channel_class(ChannelKind.AVITO).capabilities

    def __init__(self, clock: ManualClock, failure: Exception | None = None) -> None:
        self._clock = clock
        self._failure = failure

    def read(self, delivery: object) -> tuple[object, ...]:
        return (delivery,)

    async def send(self, outgoing: Outgoing) -> str:
        self._clock.advance(2)
        if self._failure is not None:
            raise self._failure
        return outgoing.text


def outgoing(clock: ManualClock) -> Outgoing:
    return Outgoing(message_id="m1", thread="t", text="Анна wrote: 4111", first_tried_at=clock.now())


def behind(door: Door, clock: ManualClock) -> Any:
    return Observed(door, "avito", IDS, Observer(Tracing(Settings()), clock))


async def test_a_call_is_passed_on_and_leaves_one_line(logged: list[Mapping[str, Any]]) -> None:
    clock = ManualClock()
    door = Door(clock)

    assert await behind(door, clock).send(outgoing(clock)) == "Анна wrote: 4111"
    assert behind(door, clock).read("x") == ("x",)
    assert behind(door, clock).capabilities is Door.capabilities

    (line,) = logged
    assert line["message"] == "vendor called"
    assert (line["channel"], line["operation"], line["outcome"], line["latency_ms"]) == ("avito", "send", "ok", 2000)
    assert (line["levelname"], "4111" in repr(line)) == ("INFO", False)


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [(ChannelRejected("4111", code="no_such_chat"), "no_such_chat"), (ValueError("4111"), "bug")],
)
async def test_an_error_is_raised_as_it_is_and_told_by_its_code(
    logged: list[Mapping[str, Any]], failure: Exception, outcome: str
) -> None:
    clock = ManualClock()

    with pytest.raises(type(failure)) as raised:
        await behind(Door(clock, failure), clock).send(outgoing(clock))

    assert raised.value is failure
    (line,) = logged
    assert (line["levelname"], line["outcome"], line["error"]) == ("WARNING", outcome, type(failure).__name__)
    assert "4111" not in repr(line)


async def test_a_call_that_nobody_waits_for_any_more_is_no_bug(logged: list[Mapping[str, Any]]) -> None:
    clock = ManualClock()
    gone: Any = asyncio.CancelledError()

    with pytest.raises(asyncio.CancelledError):
        await behind(Door(clock, gone), clock).send(outgoing(clock))

    (line,) = logged
    assert (line["levelname"], line["outcome"]) == ("INFO", "cancelled")


def test_nothing_that_a_channel_does_with_its_vendor_is_left_out() -> None:
    """Calls are found by being coroutine functions: so must be what the port's own list calls so."""
    asked = [name for name, method in vars(Channel).items() if iscoroutinefunction(method)]
    assert len(asked) >= 11
    for kind in REGISTRY:
        named = [getattr(channel_class(kind), name) for name in asked if hasattr(channel_class(kind), name)]
        assert all(iscoroutinefunction(method) for method in named), kind


async def test_a_real_channel_is_opened_under_observation(tmp_path: Path) -> None:
    async with running_machine(tmp_path) as machine:
        await machine.connect(ChannelKind.TELEGRAM_BOT)
        opened = await _plain(machine).directory.open(WorkspaceId("ws1"), InboxId("telegram_bot"))

        assert isinstance(opened.channel, Observed)
        assert (await opened.channel.test()).problem is None


async def test_a_task_is_logged_with_its_queue_and_delay(ports: Ports, logged: list[Mapping[str, Any]]) -> None:
    task = DeliverTask(
        workspace_id=WorkspaceId("w"), conversation_id=ConversationId("c"), channel=ChannelKind.TELEGRAM_BOT
    )
    ports.__dict__["clock"] = clock = ManualClock()

    await ports.tasks.enqueue(task, run_at=clock.now() + timedelta(seconds=90), name="a")
    await ports.tasks.enqueue(task, run_at=clock.now() - timedelta(seconds=90), name="b")

    assert [(line["task"], line["queue"], line["delay_ms"]) for line in logged] == [
        ("deliver", "tasks-telegram-bot", 90_000),
        ("deliver", "tasks-telegram-bot", 0),
    ]


async def test_a_model_is_logged_with_its_name_and_how_it_went(ports: Ports, logged: list[Mapping[str, Any]]) -> None:
    prompt = Prompt(instructions="", knowledge=(), history=(Turn("customer", "4111"),))
    nowhere = LlmSettings(llm_provider="openai_compatible", base_url="http://127.0.0.1:1/v1", llm_model="small")

    await ports.pick_model(LlmSettings(llm_provider="faq")).complete(prompt)
    with pytest.raises(ModelUnavailable):
        await ports.pick_model(nowhere).complete(prompt)

    assert [(line["model"], line["outcome"]) for line in logged] == [("faq", "ok"), ("small", "model_unreachable")]
    assert "4111" not in repr(logged)


def _plain(machine: Machine) -> Desk:
    """A desk that no test counts the calls of."""
    plain = Ports(machine.settings)
    plain.__dict__["clock"] = machine.clock
    return Desk(plain)
