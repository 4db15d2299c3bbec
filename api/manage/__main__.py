"""`python -m api.manage`."""

from __future__ import annotations

import logging
import sys

from api.manage import app
from infra.logs import configure_logging

if __name__ == "__main__":
    configure_logging(logging.WARNING, sys.stderr)  # what a command did, it says itself
    app(prog_name="python -m api.manage")
