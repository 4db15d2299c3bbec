"""Steps of a check: each is timed, told in one line, and says what to look at when it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from shared.ports.clock import Clock

_WIDTH = 14
_VERSIONS = "the version at this address, which may be another one than this command's"


class StepFailed(Exception):
    """Something came that was not expected. Holds no secrets."""

    def __init__(self, expected: str, came: str, look_at: str) -> None:
        super().__init__(f"expected {expected}, came {came}")
        self.expected = expected
        self.came = came
        self.look_at = look_at


@dataclass
class Steps:
    """Tells of each step when it is over. `told` is where the lines go."""

    clock: Clock
    told: Callable[[str], None]
    failed: list[str] = field(default_factory=list)
    """Names of the steps that failed."""

    def __post_init__(self) -> None:
        self._began = self.clock.monotonic()

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return self.clock.monotonic() - self._began

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """What is put into the list stands behind the step's name. `StepFailed` is told and raised again; so is an
        answer that is shaped in a way that nobody could foresee."""
        began, words = self.clock.monotonic(), list[str]()
        try:
            yield words
        except StepFailed as failure:
            self._tell_failure(failure, name, began)
            raise
        except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
            odd = StepFailed("an answer of Parley", f"another one ({type(error).__name__})", _VERSIONS)
            self._tell_failure(odd, name, began)
            raise odd from None
        self._tell("ok", name, began, words)

    def _tell_failure(self, failure: StepFailed, name: str, began: float) -> None:
        self.failed.append(name)
        self._tell("FAILED", name, began, [])
        for what, words in (("expected", failure.expected), ("came", failure.came), ("look at", failure.look_at)):
            self.told(f"  {what:<10}{_printable(words)}")

    def _tell(self, mark: str, name: str, began: float, words: list[str]) -> None:
        seconds = self.clock.monotonic() - began
        self.told(f"{mark:<8}{name:<{_WIDTH}}{seconds:7.2f} s  {_printable(', '.join(words))}".rstrip())


def _printable(words: str) -> str:
    """Whoever answers might else write to the terminal what terminals obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in words)
