"""Spans: who decides, what they cost when nobody looks, and that nothing fails because of them."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from requests import Session

from infra.emulators import free_port
from infra.log_context import carried, current
from infra.log_events import LogEvent
from infra.observing import Observer
from infra.settings import Settings
from infra.trace_context import TraceContext, read_traceparent
from infra.tracing import FLUSH_SECONDS, Tracing
from infra.tracing_recorder import google_exporter
from shared.errors import ChannelUnavailable, Unavailable
from tests.support.clock import ManualClock
from tests.support.otlp import Collector, collecting

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 5 * FLUSH_SECONDS
CALLER = TraceContext("a" * 32, "b" * 16, is_sampled=True)


def tracing(ratio: float, throw: float = 0.5) -> Tracing:
    return Tracing(Settings(trace_ratio=ratio, project="shop-1"), dice=lambda: throw)


async def spans_of(monkeypatch: pytest.MonkeyPatch, play: Callable[[Tracing], None]) -> Collector:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        traced = tracing(1)
        play(traced)
        await traced.flush()
        return collector


@given(
    ratio=st.sampled_from([0.0, 0.05, 0.5, 1.0]),
    throw=st.floats(0, 1, exclude_max=True),
    caller=st.sampled_from([None, CALLER, TraceContext("a" * 32, "b" * 16, is_sampled=False)]),
    is_ours=st.booleans(),
)
def test_a_caller_of_ours_decides_and_at_open_doors_the_dice(
    ratio: float, throw: float, caller: TraceContext | None, is_ours: bool
) -> None:
    decided = tracing(ratio, throw).is_sampled(caller if is_ours else None)

    if not ratio:
        assert not decided
    elif caller is not None and is_ours:
        assert decided is caller.is_sampled
    else:
        assert decided is (throw < ratio)


def test_without_tracing_nothing_is_loaded_and_the_trace_still_travels() -> None:
    code = """
import sys
from infra.log_context import carried
from infra.settings import Settings
from infra.trace_context import read_traceparent
from infra.tracing import Tracing
tracing = Tracing(Settings(trace_ratio=0))
caller = read_traceparent("00-" + "a" * 32 + "-" + "b" * 16 + "-01")
with tracing.request("deliver", "consumer", caller, is_caller_ours=True):
    with tracing.span("telegram_bot send", "client", {}):
        print(carried()["traceparent"])
print([name for name in sys.modules if name.split(".")[0] in ("opentelemetry", "requests")])
"""

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)

    assert ended.stdout.splitlines() == [f"00-{'a' * 32}-{'b' * 16}-00", "[]"]


def test_a_request_without_a_caller_begins_a_trace_of_its_own() -> None:
    seen = set()
    for _ in range(10):
        with tracing(0).request("api", "server", None, is_caller_ours=False):
            place = read_traceparent(carried()["traceparent"])
            assert place is not None
            seen.add(place.trace_id)

    assert len(seen) == 10
    assert current() is None


async def test_steps_stand_below_their_request_and_it_below_its_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    def play(traced: Tracing) -> None:
        with traced.request("deliver", "consumer", CALLER, is_caller_ours=True) as span:
            span.note({"status": 204})
            with traced.span("telegram_bot send", "client", {"message_id": "m1"}) as step:
                step.fail("channel_unavailable")

    collector = await spans_of(monkeypatch, play)

    (step,), (request,) = collector.named("telegram_bot send"), collector.named("deliver")
    assert (request.trace, request.parent, step.trace, step.parent) == ("a" * 32, "b" * 16, "a" * 32, request.id)
    assert (request.kind, step.kind, request.is_error, step.is_error) == ("consumer", "client", False, True)
    assert request.facts == {"service": "deliver", "status": 204}
    assert step.facts == {"message_id": "m1"}
    assert collector.resources[0] == {
        "service.name": "deliver",
        "service.namespace": "parley",
        "gcp.project_id": "shop-1",
    }


async def test_what_no_request_asked_for_is_traced_on_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def play(traced: Tracing) -> None:
        traced.service = "telegram_accounts"
        with traced.span("publish message-received", "producer", {}):
            pass

    collector = await spans_of(monkeypatch, play)

    (span,) = collector.spans
    assert (span.service, span.parent) == ("telegram_accounts", "")


async def test_an_error_is_told_by_its_code_and_never_by_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def play(traced: Tracing) -> None:
        observer = Observer(traced, ManualClock())
        for error in (ChannelUnavailable("Анна wrote: 4111"), RuntimeError("Анна wrote: 4111")):
            with pytest.raises(type(error)):
                with observer.call(LogEvent.VENDOR_CALLED, "avito pull", {}, {"channel": "avito"}):
                    raise error
        with pytest.raises(Unavailable):
            with observer.handing_on(LogEvent.PUBLISHED, "publish", {}, {}):
                raise Unavailable("4111")

    collector = await spans_of(monkeypatch, play)

    calls = [(span.facts["outcome"], span.facts["error"], span.is_error) for span in collector.named("avito pull")]
    assert calls == [("channel_unavailable", "ChannelUnavailable", True), ("bug", "RuntimeError", True)]
    assert collector.named("publish")[0].is_error
    assert "4111" not in repr(collector)


@pytest.mark.parametrize("status", [400, 403, 500])
async def test_a_collector_that_refuses_fails_no_request(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    with collecting(status=status) as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        await _answered(tracing(1))

        assert collector.headers


async def test_a_collector_that_is_not_there_fails_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    await _answered(tracing(1))


async def test_a_collector_that_hangs_holds_up_nobody_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        try:
            await asyncio.sleep(60)
        finally:
            writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    traced = tracing(1)
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(_answered(traced) for _ in range(5)))
    async with asyncio.timeout(PATIENCE):  # one that hung once holds up nobody for a while
        for _ in range(50):
            await _answered(traced)
    server.close()


def test_what_a_hanging_collector_leaves_over_does_not_keep_a_process_from_ending() -> None:
    code = """
from infra.settings import Settings
from infra.tracing import Tracing
tracing = Tracing(Settings(trace_ratio=1))
for _ in range(5000):
    with tracing.request("deliver", "consumer", None, is_caller_ours=False):
        pass
"""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as hanging:
        environment = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{hanging.getsockname()[1]}"}
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)
        hanging.setblocking(False)
        tries = 0
        with suppress(BlockingIOError):
            while hanging.accept():
                tries += 1

    assert 1 <= tries <= 2, "each takes its time"


@pytest.mark.parametrize("status", [400, 403])
async def test_after_a_refusal_calls_do_not_wait_for_the_collector(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    with collecting(status=status) as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        traced = tracing(1)
        for _ in range(10):
            await _answered(traced)

        assert len(collector.headers) == 1


async def test_a_process_that_ends_fails_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        traced = tracing(1)
        traced._flusher.shutdown()
        await _answered(traced)


async def test_google_is_shown_the_service_accounts_token() -> None:
    class Tokens(Session):
        """As google-auth's session, with a token of the test."""

        def request(self, method, url, data=None, headers=None, **more):  # type: ignore[no-untyped-def]
            return super().request(method, url, data=data, headers={**headers, "authorization": "Bearer t"}, **more)

    with collecting() as collector:
        provider = TracerProvider(shutdown_on_exit=False)
        processor = BatchSpanProcessor(google_exporter(Tokens(), f"{collector.url}/v1/traces"))
        provider.add_span_processor(processor)
        provider.get_tracer("test").start_span("a span").end()
        await asyncio.to_thread(processor.force_flush)
        processor.shutdown()

    assert [span.name for span in collector.spans] == ["a span"]
    assert collector.headers[0]["authorization"] == "Bearer t"
    assert collector.headers[0]["content-encoding"] == "gzip"


async def _answered(traced: Tracing) -> None:
    with traced.request("deliver", "consumer", CALLER, is_caller_ours=True) as span:
        assert span.trace.is_sampled
    await traced.flush()
