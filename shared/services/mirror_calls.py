"""A step's call of Telegram, and what each kind of failure means for the topic and for the group."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.domain.topics import ForumTopic
from shared.errors import (
    ChannelRejected,
    ChannelUnavailable,
    ChannelUnclear,
    CredentialsRejected,
    GroupGone,
    TopicGone,
)
from shared.policy.topic_debts import Rank, place
from shared.ports.clock import Clock
from shared.ports.forum import Forum
from shared.services.mirror_lease import Turn
from shared.services.mirror_steps import Step
from shared.services.mirror_view import View

CALL_SECONDS: Final = 30.0
PATIENCE: Final = 3
"""After so many refusals a step is skipped."""
NO_TOPICS: Final = "not_a_forum"
NO_RIGHTS: Final = "rights_missing"
GONE: Final = "gone"
"""People have deleted the post."""
_FIRST_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The topic after a call, and where it waits, if the call is to be tried again later."""

    topic: ForumTopic
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Calls:
    """Makes calls. What concerns the whole group is kept in the turn, and ends it."""

    clock: Clock

    async def __call__(self, turn: Turn, forum: Forum, view: View, step: Step) -> Outcome | None:
        """What became of the topic; None: nothing, and the turn is over."""
        turn.spend(self.clock.now())
        try:
            async with asyncio.timeout(CALL_SECONDS):
                made = await step.call(forum)
        except TopicGone:
            return Outcome(without_topic(view.topic))
        except (GroupGone, CredentialsRejected) as error:
            turn.learn(problem=error.code)
        except ChannelRejected as error:
            if error.code == NO_TOPICS:
                turn.learn(problem=error.code)
                return None
            if error.code == NO_RIGHTS:
                turn.learn(examined_at=None)  # the next turn finds out which
            return self._refused(view, step, error)
        except ChannelUnavailable as error:
            self.pause(turn, error.retry_after)
        except (ChannelUnclear, TimeoutError):
            # It may be there. Rather twice than not at all.
            self.pause(turn, _FIRST_PAUSE)
        else:
            if turn.group.failures:
                turn.learn(failures=0)
            return Outcome(step.done(made or ""))
        return None

    def pause(self, turn: Turn, wish: timedelta | None) -> None:
        """Telegram takes nothing for a while: as long as it says, else ever longer."""
        failures = turn.group.failures
        pause = wish or min(_FIRST_PAUSE * (1 << min(failures, 7)), _LONGEST_PAUSE)
        turn.learn(paused_until=self.clock.now() + pause, failures=failures + 1)

    def _refused(self, view: View, step: Step, error: ChannelRejected) -> Outcome:
        if step.is_trifle or error.code == GONE:
            return Outcome(step.skipped)
        attempts = view.topic.attempts + 1
        waiting = view.topic.model_copy(update={"attempts": attempts})
        if step.has_file and attempts == 1:
            return Outcome(waiting)  # it is named instead
        if attempts < PATIENCE or step.skipped == view.topic:
            return Outcome(waiting, place(Rank.PARKED, self._again(attempts)))
        return Outcome(step.skipped)

    def _again(self, attempts: int) -> datetime:
        return self.clock.now() + min(timedelta(seconds=15) * (1 << min(2 * attempts, 10)), timedelta(hours=1))


def without_topic(topic: ForumTopic) -> ForumTopic:
    """Somebody has deleted it: what it showed is known still, where it showed it is not."""
    gone = {"topic": "", "name": "", "is_closed": False, "card": "", "card_digest": "", "is_pinned": False}
    return topic.model_copy(update={**gone, "has_history": False, "draft_id": None, "draft_post": "", "attempts": 0})
