"""The assistant's turn: decide, write the reply, the draft or the handoff. One read, one commit, one event."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.conversations import Conversation
from shared.domain.events import MessageQueued, MessageReceived, Topic
from shared.domain.ids import MessageId
from shared.domain.replies import Decision, EvidenceCard
from shared.domain.tasks import DescribeTask
from shared.errors import AlreadyExists, ModelError, NotFound, Stale, Unavailable
from shared.policy.gate import Offer, Ruling, Situation, after_model, before_model
from shared.policy.reply_window import is_closed
from shared.ports.channel_opener import ChannelOpener
from shared.ports.clock import Clock
from shared.ports.event_bus import EventBus
from shared.ports.language_model import Completion
from shared.ports.model_picker import ModelPicker
from shared.ports.task_queue import TaskQueue
from shared.services.briefing import Briefing, Briefings
from shared.services.directory import InboxDirectory
from shared.services.followers import Followers
from shared.services.outcomes import Outcome, writes_for
from shared.services.plan_auto_reply import PlanAutoReply
from shared.services.prompting import prompt_for
from shared.store.conversations import Conversations, Versioned
from shared.store.platform import Platform

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Respond:
    """Answers a conversation's open turn, once."""

    platform: Platform
    bus: EventBus
    tasks: TaskQueue
    clock: Clock
    directory: InboxDirectory
    briefings: Briefings
    opener: ChannelOpener
    pick_model: ModelPicker
    followers: Followers
    auto_reply: PlanAutoReply

    async def __call__(self, event: MessageReceived) -> Decision:
        """What became of the turn. Safe to repeat: the reply's id is derived from the message it answers."""
        for _ in range(ATTEMPTS):
            known = await Conversations(self.platform.workspace(event.workspace_id)).get(event.conversation_id)
            if known is None:
                raise NotFound("no such conversation")
            await self._ask_who_writes(known.conversation)
            outcome = await self._with_auto_reply(known, await self._decide(known, event.message_id))
            if await self._commit(known, outcome):
                if outcome.auto_reply_at is not None:
                    await self.auto_reply.schedule(known.conversation, outcome.auto_reply_at)
                if outcome.ruling.decision is Decision.SEND or known.conversation.outbox:
                    await self._announce(event)
                await self.followers.tell_of(known.conversation)
                return outcome.ruling.decision
        raise Unavailable("the conversation is too busy")

    async def _decide(self, known: Versioned, message: MessageId) -> Outcome:
        conversation = known.conversation
        inbox = await self.directory.inbox(conversation.workspace_id, conversation.inbox_id)
        briefing = await self.briefings.briefing(conversation.workspace_id, inbox.assistant_id)
        settings = await self.briefings.llm_settings()
        assistant = briefing.assistant if briefing else None
        capabilities = self.opener.capabilities(conversation.channel)
        situation = Situation(
            conversation,
            message,
            assistant,
            settings.llm_enabled,
            allows_replies=inbox.allows_replies,
            allows_assistant=inbox.allows_assistant,
            is_window_open=not is_closed(conversation, capabilities, self.clock.now()),
            age=_age(conversation, self.clock.now()),
        )
        early = before_model(situation)
        if early.decision is not Decision.SEND or briefing is None:
            return Outcome(early)
        started = self.clock.monotonic()
        try:
            prompt = prompt_for(briefing, conversation, model=settings.llm_model)
            completion = await self.pick_model(settings).complete(prompt)
        except ModelError as error:
            return Outcome(Ruling(Decision.HANDOFF, error.code, early.checks))
        offer = Offer(completion.proposal, briefing.assistant, capabilities, conversation.kind)
        ruling = after_model(offer, early)
        latency = round((self.clock.monotonic() - started) * 1000)
        return Outcome(ruling, completion, _card(ruling, briefing, completion, latency))

    async def _with_auto_reply(self, known: Versioned, outcome: Outcome) -> Outcome:
        """Where people are called, the auto-responder may speak first. A turn that is answered asks nobody."""
        if outcome.ruling.decision not in (Decision.DRAFT, Decision.HANDOFF):
            return outcome
        return replace(outcome, auto_reply_at=await self.auto_reply(known.conversation))

    async def _ask_who_writes(self, conversation: Conversation) -> None:
        if conversation.contact_name or not self.opener.capabilities(conversation.channel).describes_threads:
            return
        task = DescribeTask(
            workspace_id=conversation.workspace_id, conversation_id=conversation.id, channel=conversation.channel
        )
        await self.tasks.enqueue(task, run_at=self.clock.now(), name=f"describe-{conversation.id}")

    async def _commit(self, known: Versioned, outcome: Outcome) -> bool:
        """False: the conversation moved while the model was writing; decide again."""
        store = self.platform.workspace(known.conversation.workspace_id)
        writes = writes_for(store, known, outcome, self.clock.now())
        if not writes:
            return True
        try:
            await store.commit(writes)
        except (Stale, AlreadyExists):
            return False
        return True

    async def _announce(self, event: MessageReceived) -> None:
        queued = MessageQueued(workspace_id=event.workspace_id, conversation_id=event.conversation_id)
        await self.bus.publish(Topic.MESSAGE_QUEUED, queued)


def _age(conversation: Conversation, now: datetime) -> timedelta:
    """Since the newest message that waits for an answer."""
    waiting = [conversation.window[id].at for id in conversation.open_turn()]
    return now - max(waiting) if waiting else timedelta()


def _card(ruling: Ruling, briefing: Briefing, completion: Completion, latency_ms: int) -> EvidenceCard:
    return EvidenceCard(
        decision=ruling.decision,
        checks=ruling.checks,
        citations=completion.proposal.citations,
        assistant_id=briefing.assistant.id,
        assistant_version=briefing.assistant.version,
        knowledge_version=briefing.assistant.knowledge_version,
        model=completion.model,
        usage=completion.usage,
        latency_ms=latency_ms,
    )
