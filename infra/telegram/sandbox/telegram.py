"""The one Telegram of a simulated world: whoever plays in it shares its memory, its limits and its faults."""

from __future__ import annotations

from weakref import WeakValueDictionary

from starlette.types import ASGIApp

from infra.sandbox.faults import Faults, FaultyNetwork
from infra.sandbox.standin import SandboxContext
from infra.telegram.sandbox.deliveries import Deliveries
from infra.telegram.sandbox.limits import Limits
from infra.telegram.sandbox.server import BotApiServer


class SimulatedTelegram:
    """The server with what it needs to reach us."""

    def __init__(self, context: SandboxContext) -> None:
        self.world = context.world
        self.clock = context.clock
        self.faults = Faults()
        self.limits = Limits()
        self.deliveries = Deliveries(context.pusher, self.faults)
        server = BotApiServer(self.world, self.clock, self.deliveries, self.limits, self.faults)
        self.app: ASGIApp = FaultyNetwork(server.app, self.faults)


_TELEGRAMS: WeakValueDictionary[int, SimulatedTelegram] = WeakValueDictionary()
"""By the identity of their worlds, which live as long as they do."""


def telegram_of(context: SandboxContext) -> SimulatedTelegram:
    """The Telegram of this world, made when it is first asked for."""
    telegram = _TELEGRAMS.get(id(context.world))
    if telegram is None:
        telegram = _TELEGRAMS[id(context.world)] = SimulatedTelegram(context)
    return telegram
