"""`python -m api.manage`."""

from __future__ import annotations

import logging
import sys

from api.manage import app
from infra.log_events import LogEvent
from infra.logs import configure_logging, told

log = logging.getLogger("parley.manage")


def main() -> None:
    """A bug ends in a line that says where, and in status 1: a traceback may show what was typed."""
    configure_logging(logging.WARNING, sys.stderr)  # what a command did, it says itself
    try:
        app(prog_name="python -m api.manage")
    except Exception as error:
        log.critical(LogEvent.FAILED, extra=told(error))
        sys.exit(1)


if __name__ == "__main__":
    main()
