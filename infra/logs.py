"""One JSON object a line, as Cloud Logging reads it. Never a customer's words, a token or an address with one."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

_NOISY = ("httpx", "httpx2", "httpcore", "openai", "googleapiclient", "google_auth_httplib2", "urllib3")
"""Libraries that log whole addresses, which may carry a token."""
_ONLY_FOR_TERMINALS = {"color_message"}
_OWN = _ONLY_FOR_TERMINALS | set(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonLines(logging.Formatter):
    """`severity`, `message`, `time`, and whatever was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "severity": record.levelname,
            "message": record.getMessage(),
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "logger": record.name,
        }
        line |= {key: value for key, value in vars(record).items() if key not in _OWN}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = type(record.exc_info[1]).__name__
            line["frames"] = frames_of(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False, default=str)


def frames_of(trace: TracebackType | None) -> list[str]:
    """Where an error came from, without the words of the error: those may quote a customer."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)][-12:]


def configure_logging(level: int = logging.INFO, stream: TextIO = sys.stdout) -> None:
    """Log to a stream, and quiet the libraries that log addresses."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
