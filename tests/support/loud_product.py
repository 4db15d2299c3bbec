"""The product with its log at the level DEBUG."""

from __future__ import annotations

import asyncio
import logging
import sys

from infra.local import product
from infra.logs import configure_logging


def main() -> None:
    given = product.command_line("Parley, loud")
    configure_logging(logging.DEBUG, sys.stderr)
    asyncio.run(product.serve(given.settings, given.host, given.port))


if __name__ == "__main__":
    main()
