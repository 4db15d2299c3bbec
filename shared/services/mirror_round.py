"""One turn at a work group: say what was asked for, then work the queue of topics."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from shared.domain.ids import ConversationId
from shared.domain.topics import ForumTopic
from shared.domain.work_groups import GroupReply
from shared.errors import (
    ChannelError,
    ChannelRejected,
    ChannelUnavailable,
    ChannelUnclear,
    CredentialsRejected,
    GroupGone,
    Stale,
)
from shared.policy.pace import MOST
from shared.policy.topic_card import cancel_buttons
from shared.policy.topic_debts import Rank, place
from shared.ports.clock import Clock
from shared.ports.document_store import DELETE, FieldPath, Version
from shared.ports.forum import Forum, Post
from shared.services.mirror_calls import Calls
from shared.services.mirror_lease import RECHECK, Turn
from shared.services.mirror_steps import Steps
from shared.services.mirror_view import View, load
from shared.services.work_group_state import findings
from shared.store.topics import Topics
from shared.store.work_groups import WorkGroups


@dataclass(frozen=True, slots=True)
class Round:
    """Works until nothing is owed, Telegram takes no more, or the time is over."""

    steps: Steps
    calls: Calls
    clock: Clock

    async def __call__(self, turn: Turn, forum: Forum) -> None:
        """Each call is booked before the next one is made."""
        await self._examine(turn, forum)
        await self._say(turn, forum)
        if not turn.may_go_on(self.clock.now()):
            return
        topics = Topics(turn.store, turn.group.id)
        until = place(Rank.PARKED, self.clock.now())
        queue = [
            (known.topic.place or 0, known.topic.conversation_id) for known in await topics.queue(until, limit=MOST)
        ]
        heapq.heapify(queue)
        while queue and turn.may_go_on(self.clock.now()):
            _, conversation = heapq.heappop(queue)
            left = await self._work(turn, forum, conversation, queue[0][0] if queue else None)
            if left is not None and left <= until:
                heapq.heappush(queue, (left, conversation))

    async def _examine(self, turn: Turn, forum: Forum) -> None:
        """Where topics are off Telegram would put customers' words into the common chat."""
        group, now = turn.group, self.clock.now()
        if group.problem is None and group.examined_at is not None and now < group.examined_at + RECHECK:
            return
        try:
            turn.learn(**findings(await forum.examine()), examined_at=now)
        except (GroupGone, CredentialsRejected) as error:
            turn.learn(problem=error.code, examined_at=now)
        except ChannelUnavailable as error:
            self.calls.pause(turn, error.retry_after)
        except ChannelError:
            self.calls.pause(turn, None)

    async def _say(self, turn: Turn, forum: Forum) -> None:
        for key, reply in sorted(turn.group.replies.items()):
            if not turn.may_go_on(self.clock.now()):
                return
            try:
                await self._utter(turn, forum, reply)
            except ChannelUnavailable as error:
                self.calls.pause(turn, error.retry_after)
                return
            except (ChannelRejected, ChannelUnclear):
                pass  # it was only a word from the bot
            await self._forget(turn, key)

    async def _utter(self, turn: Turn, forum: Forum, reply: GroupReply) -> None:
        now = self.clock.now()
        if reply.expires_at <= now:
            return
        if reply.press_id:
            await forum.answer_press(reply.press_id, reply.text)
            return
        turn.spend(now)
        buttons = cancel_buttons(turn.group.language) if reply.cancels_edit else ()
        await forum.post(reply.topic, Post(text=reply.text, buttons=buttons))

    async def _forget(self, turn: Turn, key: str) -> None:
        groups = WorkGroups(turn.store)
        left = {other: reply for other, reply in turn.group.replies.items() if other != key}
        turn.group = turn.group.model_copy(update={"replies": left})
        try:
            (version,) = await turn.store.commit([groups.said(key, version=turn.version)])
            turn.version = version or ""
        except Stale:  # the end of the turn will notice
            await turn.store.commit([groups.said(key)])

    async def _work(self, turn: Turn, forum: Forum, conversation: ConversationId, rival: int | None) -> int | None:
        """Bring one topic on until it is in step or another is more urgent; its place in the queue then."""
        topics = Topics(turn.store, turn.group.id)
        known = await topics.get(conversation, turn.group.chat)
        view = None if known.is_new else await load(turn.store, turn.group, known.topic, self.clock.now())
        if view is None:  # of a group that was exchanged, or of a conversation that was erased
            await turn.store.commit([topics.merge(conversation, {("place",): None})])
            return None
        version = known.version
        while turn.may_go_on(self.clock.now()):
            step = await self.steps.next(turn.store, view)
            if step is None:
                await self._book(turn, view.topic, view.tidied(), version, view.place())
                return None
            outcome = await self.calls(turn, forum, view, step)
            if outcome is None:
                return None
            before, view = view.topic, view.with_topic(outcome.topic, self.clock.now())
            left = view.place() if outcome.place is None else outcome.place
            version = await self._book(turn, before, view.topic, version, left)
            if version is None:  # something has happened there meanwhile
                return await self._place_of(topics, view)
            if left is None or (rival is not None and left > rival):
                return left
        return None

    async def _book(
        self, turn: Turn, before: ForumTopic, after: ForumTopic, version: Version | None, left: int | None
    ) -> Version | None:
        """Keep what was done, whatever has happened to the topic meanwhile: then None, and its place stays."""
        topics, changes = Topics(turn.store, turn.group.id), differences(before, after)
        id = after.conversation_id
        try:
            (booked,) = await turn.store.commit([topics.merge(id, {**changes, ("place",): left}, version=version)])
        except Stale:
            if changes:
                with suppress(Stale):
                    await turn.store.commit([topics.merge(id, changes)])
            return None
        return booked

    async def _place_of(self, topics: Topics, view: View) -> int | None:
        return (await topics.get(view.topic.conversation_id, view.topic.chat)).topic.place


def differences(before: ForumTopic, after: ForumTopic) -> dict[FieldPath, Any]:
    """What a step has changed, mark by mark: others mark messages at the same time."""
    changes: dict[FieldPath, Any] = {}
    for name in ForumTopic.model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if name == "shown":
            changes |= _marks(old, new)
        elif old != new and name not in ("place", "looks"):
            changes[(name,)] = new
    return changes


def _marks(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[FieldPath, Any]:
    gone: dict[FieldPath, Any] = {("shown", key): DELETE for key in old.keys() - new.keys()}
    return gone | {("shown", key): at for key, at in new.items() if old.get(key) != at}
