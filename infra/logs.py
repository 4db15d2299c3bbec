"""One JSON object a line, as Cloud Logging reads it. Never a customer's words, a token or an address with one."""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, TextIO

from infra.log_context import current
from infra.log_events import LogEvent
from infra.log_values import plain
from infra.misconfigured import Misconfigured

_OURS: Final = ("parley", "infra", "api", "functions", "shared")
_SERVERS: Final = ("uvicorn", "uvicorn.error", "uvicorn.asgi", "gunicorn.error")
"""They tell of their own start, end and faults in fixed words."""
_ACCESS_LOGS: Final = ("uvicorn.access", "gunicorn.access")
"""Whole addresses with their queries. Our own line on each request says what may be said."""
_ONLY_FOR_TERMINALS = {"color_message"}
_FIXED: Final = ("severity", "message", "time", "logger")
"""What every line has, and nothing that goes with it replaces."""
_OWN = _ONLY_FOR_TERMINALS | set(vars(logging.makeLogRecord({}))) | {"asctime", *_FIXED}
_TRACE: Final = "logging.googleapis.com"
_WITHHELD = "a library's message"
_LONGEST: Final = 100_000
"""Bytes. Cloud Logging cuts a line at 256 kB into pieces that are no JSON any more."""


class JsonLines(logging.Formatter):
    """`severity`, `message`, `time`, what is known of the request, and whatever was given as `extra`.

    What a library says may quote anything, so its words stay out: where it said them is enough to look them up.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "severity": record.levelname,
            "message": _WITHHELD,
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "logger": record.name,
        }
        line |= _of_the_request()
        if is_ours(record.name):
            line |= {key: value for key, value in vars(record).items() if key not in _OWN}
        if is_ours(record.name) or record.name in _SERVERS:
            line["message"] = _words(record)
        else:
            line["at"] = f"{record.pathname}:{record.lineno}"
        if record.exc_info and record.exc_info[1] is not None:
            line |= told(record.exc_info[1])
        written = json.dumps(plain(line))
        return written if len(written) <= _LONGEST else json.dumps(plain({name: line[name] for name in _FIXED}))


class _Handler(logging.StreamHandler[TextIO]):
    """The standard one prints a line that it cannot write to standard error, with all its words."""

    def handleError(self, record: logging.LogRecord) -> None:
        """The line is lost."""


def is_ours(logger: str) -> bool:
    """Whether this code wrote to it, and not a library."""
    return logger.partition(".")[0] in _OURS


def told(error: BaseException) -> dict[str, Any]:
    """What may be said of an error: its type, and where it came from. Its own words may quote a customer."""
    reason = {"reason": str(error)} if isinstance(error, Misconfigured) else {}
    return {"error": type(error).__name__, **reason, "frames": frames_of(error.__traceback__)}


def frames_of(trace: TracebackType | None) -> list[str]:
    """Where an error came from, without the words of the error: those may quote a customer."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)][-12:]


def configure_logging(level: int = logging.INFO, stream: TextIO = sys.stdout) -> None:
    """Log to a stream: our own lines from a level on, the servers' faults, and from libraries warnings only."""
    handler = _Handler(stream)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    for name in _SERVERS:
        _take_over(logging.getLogger(name))
    for name in _ACCESS_LOGS:
        logging.getLogger(name).disabled = True
    sys.excepthook = _last_words
    threading.excepthook = _last_words_of_a_thread
    sys.unraisablehook = _ignored


def ensure_logging() -> None:
    """The same where nobody has set up anything: in a function's process, at its first request, when the server that
    runs it has set up its own lines."""
    if not logging.getLogger().handlers:
        configure_logging()


def _take_over(server: logging.Logger) -> None:
    """Its lines become ours: its own handlers would print errors with their words."""
    server.handlers.clear()
    server.propagate = True
    server.setLevel(min(server.level or logging.INFO, logging.WARNING))


def _words(record: logging.LogRecord) -> str:
    """Numbers are filled in; what else a server names may be a stranger's words."""
    args = record.args if isinstance(record.args, tuple) else (record.args,)
    if not is_ours(record.name) and not all(isinstance(arg, (int, float)) for arg in args):
        return str(record.msg).strip()
    try:
        return record.getMessage().strip()
    except (TypeError, ValueError):  # other arguments than the text has places for
        return str(record.msg).strip()


def _of_the_request() -> dict[str, Any]:
    request = current()
    if request is None:
        return {}
    return {
        f"{_TRACE}/trace": f"projects/{request.project}/traces/{request.trace.trace_id}",
        f"{_TRACE}/spanId": request.trace.span_id,
        f"{_TRACE}/trace_sampled": request.trace.is_sampled,
        **request.known(),
    }


def _last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Of a process that ends by an error."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("parley").critical(LogEvent.FAILED, extra=told(error))


def _last_words_of_a_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        logging.getLogger("parley").critical(LogEvent.FAILED, extra=told(args.exc_value))


def _ignored(args: sys.UnraisableHookArgs) -> None:
    """Where nobody can be told, as while an object is thrown away."""
    if args.exc_value is not None:
        logging.getLogger("parley").warning("error ignored", extra=told(args.exc_value))
