"""Lines as Cloud Logging reads them, and what is kept out of them."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.log_context import RequestContext, entered
from infra.log_events import LogEvent
from infra.logs import JsonLines, configure_logging
from infra.misconfigured import Misconfigured
from infra.trace_context import TraceContext

ROOT = Path(__file__).resolve().parents[3]
WORDS = "Анна wrote: my card is 4111"
LIBRARIES = ("httpx", "openai._base_client", "telethon.network", "google.api_core.retry", "asyncio", "")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything at the level DEBUG; the test run's own logging comes back at the end."""
    root = logging.getLogger()
    kept = (root.handlers[:], root.level)
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    stream = io.StringIO()
    configure_logging(logging.DEBUG, stream)
    yield stream
    root.handlers[:], root.level = kept
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    logging.captureWarnings(capture=False)
    for name in ("parley", "infra", "api", "functions", "shared"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_says_what_where_and_for_whom(written: io.StringIO) -> None:
    trace = TraceContext("1" * 32, "2" * 16, is_sampled=True)
    context = RequestContext("deliver", "shop-1", trace, {"workspace_id": "w", "message_id": None})

    with entered(context):
        logging.getLogger("parley.functions").info(LogEvent.HANDLED, extra={"function": "deliver", "status": 204})

    (line,) = lines(written)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "severity": "INFO",
        "message": "handled",
        "logger": "parley.functions",
        "logging.googleapis.com/trace": f"projects/shop-1/traces/{'1' * 32}",
        "logging.googleapis.com/spanId": "2" * 16,
        "logging.googleapis.com/trace_sampled": True,
        "workspace_id": "w",
        "function": "deliver",
        "status": 204,
    }


@pytest.mark.parametrize("name", LIBRARIES)
def test_what_a_library_says_stays_out_and_where_it_said_it_does_not(written: io.StringIO, name: str) -> None:
    library = logging.getLogger(name)
    library.debug(WORDS)
    library.info("GET %s", WORDS)
    library.warning(WORDS, extra={"body": WORDS})
    library.error("of %s", WORDS)

    said = lines(written)
    assert [line["severity"] for line in said] == ["WARNING", "ERROR"]
    assert all("test_logs.py:" in line["at"] for line in said)
    assert "4111" not in written.getvalue()


def test_an_error_is_told_by_its_type_and_place(written: io.StringIO) -> None:
    def broken() -> None:
        raise ValueError(WORDS)

    for name in ("parley.functions", "asyncio", "uvicorn.error"):
        try:
            broken()
        except ValueError:
            logging.getLogger(name).exception("failed")

    told = lines(written)
    assert [line["error"] for line in told] == ["ValueError"] * 3
    assert all("broken" in line["frames"][-1] for line in told)
    assert "4111" not in written.getvalue()


def test_servers_speak_our_way_and_their_access_logs_not_at_all(written: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").error("Started server process [%d]", 7, extra={"color_message": "x"})
    for name in ("uvicorn.access", "gunicorn.access"):
        logging.getLogger(name).error('GET "/hooks/telegram/x?token=%s"', WORDS)

    (line,) = lines(written)
    assert line["message"] == "Started server process [7]"
    assert "color_message" not in line


def test_a_warning_of_python_is_a_line_like_any_other(written: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(WORDS, UserWarning, stacklevel=1)
        logging.captureWarnings(capture=False)

    (line,) = lines(written)
    assert (line["severity"], line["logger"]) == ("WARNING", "py.warnings")
    assert "4111" not in written.getvalue()


def test_a_process_that_dies_says_so_without_the_words() -> None:
    code = f"from infra.logs import configure_logging\nconfigure_logging()\nraise RuntimeError({WORDS!r})"

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)

    line = json.loads(ended.stdout)
    assert (line["severity"], line["message"], line["error"]) == ("CRITICAL", "failed", "RuntimeError")
    assert ended.returncode == 1
    assert ended.stderr == ""


DYING = {
    "a thread": "import threading\nt = threading.Thread(target=broken)\nt.start()\nt.join()",
    "an object that is thrown away": "class Odd:\n    def __del__(self): broken()\nOdd()",
    "a task that nobody waits for": """
import asyncio
async def later(): broken()
async def main():
    asyncio.create_task(later())
    await asyncio.sleep(0.01)
asyncio.run(main())
""",
}


@pytest.mark.parametrize("how", DYING)
def test_what_dies_unheard_says_so_without_the_words(how: str) -> None:
    code = f"""
from infra.logs import configure_logging
configure_logging()
def broken(): raise RuntimeError({WORDS!r})
{DYING[how]}"""

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)

    line = json.loads(ended.stdout)
    assert (line["error"], "broken" in line["frames"][-1]) == ("RuntimeError", True)
    assert ended.stderr == ""


@pytest.mark.parametrize("said", [("%d", WORDS), ("%s %s", WORDS), ("%s", WORDS, WORDS)])
def test_a_line_that_cannot_be_put_together_is_written_without_its_words(said: tuple[str, ...]) -> None:
    record = logging.makeLogRecord({"name": "parley", "msg": said[0], "args": said[1:]})

    assert json.loads(JsonLines().format(record))["message"] == said[0]


def test_a_line_that_cannot_be_written_shows_its_words_to_nobody(
    written: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    written.close()

    logging.getLogger("parley").error("of %s", WORDS)

    assert capfd.readouterr().err == ""


def test_what_a_server_was_told_by_strangers_stays_out(written: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").error('%s - "WebSocket %s" 403', "192.0.2.1", f"/hooks/x?token={WORDS}")

    assert [line["message"] for line in lines(written)] == ['%s - "WebSocket %s" 403']


def test_nothing_that_goes_with_a_line_replaces_what_every_line_has(written: io.StringIO) -> None:
    odd = {"severity": "DEBUG", "time": "never", "logger": "nobody"}
    logging.getLogger("parley").error("said", extra=odd)

    (line,) = lines(written)
    assert (line["severity"], line["logger"]) == ("ERROR", "parley")
    assert line["time"] != "never"


def test_a_setting_that_is_wrong_is_named(written: io.StringIO) -> None:
    try:
        raise Misconfigured("set PARLEY_TASKS_URL to the address of run_task")
    except Misconfigured:
        logging.getLogger("parley").exception(LogEvent.FAILED)

    (line,) = lines(written)
    assert line["reason"] == "set PARLEY_TASKS_URL to the address of run_task"


values = st.one_of(st.none(), st.floats(), st.integers(), st.text(), st.binary(), st.complex_numbers(), st.datetimes())


@settings(deadline=None)
@given(st.recursive(values, lambda inner: st.lists(inner) | st.dictionaries(st.integers() | st.text(), inner)))
def test_any_value_makes_one_line_of_json(value: object) -> None:
    line = JsonLines().format(logging.makeLogRecord({"name": "parley", "msg": "said", "value": value}))

    def refused(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    json.loads(line, parse_constant=refused)
    assert line.isascii()
    assert line.isprintable()
    assert len(line) < 100_000


@pytest.mark.parametrize(
    "value",
    [
        ValueError(WORDS),
        object(),
        "\ud800",
        "4" * 10**6,
        10**5000,
        float("nan"),
        {("a", 1): WORDS[:1]},
        {str(n): ["x" * 10_000] * 1000 for n in range(1000)},
        [[[[[[WORDS]]]]]],
    ],
    ids=lambda value: type(value).__name__,
)
def test_odd_values_are_cut_or_told_by_their_type(value: object) -> None:
    line = JsonLines().format(logging.makeLogRecord({"name": "parley", "msg": "said", "value": value}))

    assert json.loads(line)["message"] == "said"
    assert len(line) < 100_000
    assert "4111" not in line or isinstance(value, str)


def test_whoever_has_set_up_logging_keeps_it() -> None:
    code = """
import logging, sys
from infra.logs import ensure_logging
mine = logging.StreamHandler(sys.stdout)
logging.getLogger().addHandler(mine)
ensure_logging()
print(logging.getLogger().handlers == [mine])
logging.getLogger().handlers.clear()
for _ in range(3):
    ensure_logging()
print(len(logging.getLogger().handlers))
"""

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)

    assert ended.stdout.split() == ["True", "1"]
