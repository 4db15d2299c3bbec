"""Lines as Cloud Logging reads them, and what is kept out of them."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.log_context import RequestContext, entered
from infra.log_events import LogEvent
from infra.logs import configure_logging
from infra.trace_context import TraceContext

ROOT = Path(__file__).resolve().parents[3]
WORDS = "Анна wrote: my card is 4111"
LIBRARIES = ("httpx", "openai._base_client", "telethon.network", "google.api_core.retry", "asyncio", "")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything at the level DEBUG; the test run's own logging comes back at the end."""
    root = logging.getLogger()
    kept = (root.handlers[:], root.level, sys.excepthook)
    stream = io.StringIO()
    configure_logging(logging.DEBUG, stream)
    yield stream
    root.handlers[:], root.level, sys.excepthook = kept
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
