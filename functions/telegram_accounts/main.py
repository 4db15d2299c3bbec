"""A process of its own, not a function: a Cloud Run worker pool of one instance.

`python -m functions.telegram_accounts.main`
"""

from __future__ import annotations

import asyncio
import signal

from infra.bootstrap import desk
from infra.logs import configure_logging


async def main() -> None:
    """Work until SIGTERM or Ctrl-C; then save, hang up and let the accounts go."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    desk().ports.tracing.service = "telegram_accounts"
    worker = desk().account_worker(holder=desk().ports.ids.new())
    await worker.run(stop)


if __name__ == "__main__":
    configure_logging()
    asyncio.run(main())
