"""CPU of an automatic turn, and resident memory, of the whole embedded product in its one process.

The vendor runs in the benchmark's process. The model: the FAQ, and a server that answers at once, over HTTP.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from infra.sandbox.llm import LlmStandin, answers
from infra.system import SystemClock
from tests.bench.measuring import Figure, Report
from tests.bench.products import Running, embedded_floor, embedded_product
from tests.bench.stage import Stage
from tests.bench.turn import WARM_UP, take_turns
from tests.bench.vendor import Vendor
from tests.support.receiver import serve

GOAL_MILLIS = 10.0
_MEGABYTE = 1024 * 1024
_PROPOSAL = {"reply": "Delivery takes two days.", "language": "en", "handoff": False, "citations": ["demo-0"]}


async def run(stage: Stage, *, turns: int = 300) -> Report:
    """CPU seconds of the process over some turns, divided by them."""
    async with Vendor().listening() as vendor, a_model() as model:
        async with embedded_floor(stage, vendor, "cpu-floor") as floor:
            bare = await cpu_millis(vendor, floor, turns)
            bare_memory = megabytes(floor)
        async with embedded_product(stage, vendor, "cpu-faq") as product:
            at_start = megabytes(product)
            faq = await cpu_millis(vendor, product, turns)
            in_use = megabytes(product)
        async with embedded_product(stage, vendor, "cpu-http", LLM_BASE_URL=model) as product:
            over_http = await cpu_millis(vendor, product, turns)
            with_client = megabytes(product)
    figures = [
        Figure("CPU a turn, answered from the FAQ", faq, "ms", bare),
        Figure("CPU a turn, a model over HTTP", over_http, "ms", bare),
        Figure("resident memory at the start", at_start, "MB", bare_memory),
        Figure(f"resident memory after {turns} turns", in_use, "MB", bare_memory),
        Figure("resident memory with the model's client", with_client, "MB", bare_memory),
    ]
    goal = f"at most {GOAL_MILLIS:.0f} ms a turn answered from the FAQ"
    return Report("cpu", goal, faq <= GOAL_MILLIS, figures, figures[0].ratio)


async def cpu_millis(vendor: Vendor, running: Running, turns: int) -> float:
    """CPU of one turn, in user and kernel mode."""
    await take_turns(vendor, running, WARM_UP)
    before = running.process.cpu_seconds()
    await take_turns(vendor, running, turns)
    return (running.process.cpu_seconds() - before) / turns * 1000


def megabytes(running: Running) -> float:
    """What the process holds now."""
    return running.process.resident_bytes() / _MEGABYTE


@asynccontextmanager
async def a_model() -> AsyncIterator[str]:
    """A server in the chat-completions schema that proposes the same reply to everybody; gives its base URL."""
    standin = LlmStandin(answers(lambda _: _PROPOSAL), SystemClock())
    async with serve(standin.app) as url:
        yield f"{url}/v1"
