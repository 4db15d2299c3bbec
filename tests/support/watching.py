"""Ports under observation: every call is counted, and the process can be made to die right before or after one."""

from __future__ import annotations

import inspect
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from infra.adapters import Ports
from shared.domain.inboxes import Inbox


class Killed(BaseException):
    """The process died here. No handler of ours may catch it."""


@dataclass
class Probe:
    """Counts port calls; dies once at the call number `at`, on the side `when`."""

    at: int | None = None
    when: Literal["before", "after"] = "before"
    calls: list[str] = field(default_factory=list)
    has_fired: bool = False
    reads: int = 0
    writes: int = 0
    commits: list[int] = field(default_factory=list)

    def entered(self, call: str) -> int:
        self.calls.append(call)
        number = len(self.calls) - 1
        self._die(number, "before")
        return number

    def left(self, number: int) -> None:
        self._die(number, "after")

    def tally(self) -> Counter[str]:
        return Counter(self.calls)

    def reset(self) -> None:
        """Count from here."""
        self.calls.clear()
        self.commits.clear()
        self.reads = self.writes = 0

    def _die(self, number: int, side: str) -> None:
        if not self.has_fired and number == self.at and side == self.when:
            self.has_fired = True
            raise Killed(f"{side} {self.calls[number]}")


class Watched:
    """Stands in front of a port and reports its asynchronous calls."""

    def __init__(self, name: str, port: Any, probe: Probe) -> None:
        self._name = name
        self._port = port
        self._probe = probe

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._port, attribute)
        if not inspect.iscoroutinefunction(found):
            return found

        async def watched(*args: Any, **kwargs: Any) -> Any:
            number = self._probe.entered(f"{self._name}.{attribute}")
            self._count(attribute, args)
            result = await found(*args, **kwargs)
            if attribute == "query":
                self._probe.reads += max(len(result), 1)
            self._probe.left(number)
            return result

        return watched

    def _count(self, attribute: str, args: tuple[Any, ...]) -> None:
        if self._name != "store":
            return
        if attribute == "get":
            self._probe.reads += 1
        elif attribute == "get_many":
            self._probe.reads += len(args[0])
        elif attribute == "commit":
            self._probe.writes += len(args[0])
            self._probe.commits.append(len(args[0]))


class WatchedModel:
    """A language model under observation."""

    def __init__(self, picker: Any, probe: Probe) -> None:
        self._picker = picker
        self._probe = probe

    def __call__(self, settings: Any) -> Any:
        return Watched("model", self._picker(settings), self._probe)


class WatchedOpener:
    """Opens channels under observation."""

    def __init__(self, opener: Any, probe: Probe) -> None:
        self._opener = opener
        self._probe = probe
        self.capabilities = opener.capabilities

    async def open(self, inbox: Inbox) -> Any:
        return Watched("channel", await self._opener.open(inbox), self._probe)


class WatchedForums:
    """Opens work groups under observation."""

    def __init__(self, opener: Any, probe: Probe) -> None:
        self._opener = opener
        self._probe = probe

    async def open(self, group: Any) -> Any:
        return Watched("forum", await self._opener.open(group), self._probe)


def watch(ports: Ports, probe: Probe) -> Ports:
    """The same ports, each call of theirs reported to the probe."""
    # The opener's own reads (access tokens) go through the plain store: they are the adapter's, not the desk's.
    opener, model, blobs, forums = ports.opener, ports.pick_model, ports.blobs, ports.forums
    ports.__dict__["store"] = Watched("store", ports.store, probe)
    ports.__dict__["bus"] = Watched("bus", ports.bus, probe)
    ports.__dict__["tasks"] = Watched("tasks", ports.tasks, probe)
    ports.__dict__["blobs"] = Watched("blobs", blobs, probe)
    ports.__dict__["opener"] = WatchedOpener(opener, probe)
    ports.__dict__["forums"] = WatchedForums(forums, probe)
    ports.__dict__["pick_model"] = WatchedModel(model, probe)
    return ports
