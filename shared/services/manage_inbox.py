"""What an owner does with a connected account: test it, pause it, let it go."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.arrivals import Diagnosis
from shared.domain.inboxes import Health, Inbox
from shared.domain.tasks import CompareTask
from shared.errors import ChannelError, Conflict, InvalidInput
from shared.ports.channel_opener import ChannelOpener
from shared.ports.clock import Clock
from shared.ports.task_queue import TaskQueue
from shared.services.change_inbox import ChangeInbox
from shared.services.connect_inbox import ConnectInbox
from shared.services.pull_inbox import PullInbox
from shared.store.inboxes import Inboxes
from shared.store.platform import Platform

_OURS_TO_MEND = frozenset({Health.CONNECTED, Health.AUTH_FAILED, Health.ATTENTION})
_ABOUT_CREDENTIALS = frozenset(
    {
        *("auth_failed", "credentials_rejected", "credentials_expired", "credentials_wrong_type"),
        *("rights_missing", "scope_missing"),
    }
)


@dataclass(frozen=True, slots=True)
class ManageInbox:
    """Each method answers the inbox afterwards, or what was asked for."""

    platform: Platform
    opener: ChannelOpener
    change: ChangeInbox
    pull_inbox: PullInbox
    tasks: TaskQueue
    clock: Clock
    connect: ConnectInbox

    async def test(self, inbox: Inbox) -> Diagnosis:
        """Ask the vendor whether the inbox can work, and keep the answer as its health."""
        try:
            diagnosis = await (await self.opener.open(inbox)).test()
        except ChannelError as error:
            diagnosis = Diagnosis(problem=error.code)
        if diagnosis.problem is None and self.opener.capabilities(inbox.channel).webhook_by_hand:
            diagnosis = await self._with_address(inbox, diagnosis)
        health = _health_after(diagnosis)
        if inbox.health in _OURS_TO_MEND and (health, diagnosis.problem) != (inbox.health, inbox.problem):
            await self.change(inbox, {"health": health, "problem": diagnosis.problem})
        return diagnosis

    async def _with_address(self, inbox: Inbox, diagnosis: Diagnosis) -> Diagnosis:
        """What the owner must paste, and whether the vendor has called us since."""
        facts = {**diagnosis.facts, "webhook_url": await self.connect.address(inbox)}
        return Diagnosis(problem="webhook_not_set" if inbox.called_at is None else None, facts=facts)

    async def pull(self, inbox: Inbox) -> int:
        """Fetch what is new, now; how much it was. Raises `Conflict` (`inbox_not_connected`)."""
        if inbox.health is not Health.CONNECTED:
            raise Conflict("only a connected inbox is pulled", code="inbox_not_connected")
        return await self.pull_inbox(inbox.workspace_id, inbox.id)

    async def compare(self, inbox: Inbox) -> None:
        """Ask soon what the vendor holds. Raises `Conflict` (`inbox_not_connected`) and `InvalidInput`
        (`history_not_listable`)."""
        if inbox.health is not Health.CONNECTED:
            raise Conflict("only a connected inbox is compared", code="inbox_not_connected")
        if not self.opener.capabilities(inbox.channel).history_listable:
            raise InvalidInput("this channel cannot be asked for its history", code="history_not_listable")
        task = CompareTask(workspace_id=inbox.workspace_id, inbox_id=inbox.id, channel=inbox.channel)
        now = self.clock.now()
        await self.tasks.enqueue(task, run_at=now, name=f"compare-{inbox.id}-{now:%Y-%m-%d-%H-%M}")

    async def pause(self, inbox: Inbox) -> Inbox:
        """Take nothing until it is registered again. Meanwhile what comes waits at the vendor."""
        if self.opener.capabilities(inbox.channel).pull_every is None:
            # What cannot be fetched later must not be delivered now.
            await self._disconnect(inbox)
        return await self.change(inbox, {"health": Health.PAUSED, "problem": None})

    async def remove(self, inbox: Inbox) -> str | None:
        """Let the account go. Its conversations stay, its secrets and look-ups do not. Answers why the vendor could
        not be asked to forget us; None: it was."""
        refusal = await self._disconnect(inbox)
        gone = {"health": Health.PAUSED, "problem": None, "credentials": "", "webhook_secret": ""}
        tokens = await Inboxes(self.platform.workspace(inbox.workspace_id)).vault_removals(inbox.id)
        await self.change(inbox, gone, [*self.platform.route_removals(inbox), *tokens])
        return refusal

    async def _disconnect(self, inbox: Inbox) -> str | None:
        """A vendor that is down or has shut us out does not keep an owner from leaving: the code of what it said."""
        try:
            await (await self.opener.open(inbox)).disconnect()
        except (ChannelError, InvalidInput) as error:
            return error.code
        return None


def _health_after(diagnosis: Diagnosis) -> Health:
    if diagnosis.problem is None:
        return Health.CONNECTED
    return Health.AUTH_FAILED if diagnosis.problem in _ABOUT_CREDENTIALS else Health.ATTENTION
