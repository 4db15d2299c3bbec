"""What uvicorn serves on Cloud Run: `uvicorn api.server:app`. Where a setting is missing the log names it, and nothing
is served."""

from __future__ import annotations

import logging
import sys

from fastapi import FastAPI

from api.app import create_app
from infra.bootstrap import desk
from infra.logs import configure_logging
from infra.misconfigured import Misconfigured
from shared.errors import InvalidInput

log = logging.getLogger("parley.api")


def _started() -> FastAPI:
    configure_logging()
    try:
        return create_app(desk())
    except (InvalidInput, Misconfigured) as error:
        log.critical("not started", extra={"reason": str(error)})
        sys.exit(1)


app = _started()
