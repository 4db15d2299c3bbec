"""Give a workspace its work group, look whether it works, and take it away again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.domain.conversations import Status
from shared.domain.ids import InboxId, WorkGroupId, WorkspaceId
from shared.domain.inboxes import Inbox
from shared.domain.texts import Language
from shared.domain.work_groups import GroupCandidate, WorkGroup, work_group_id
from shared.errors import ChannelError, ChannelUnavailable, NotFound
from shared.ports.clock import Clock
from shared.ports.document_store import Write
from shared.ports.forum import ForumOpener
from shared.services.connect_inbox import is_removed, living_inbox
from shared.services.directory import InboxDirectory
from shared.services.mirror_enlist import Enlist
from shared.services.mirror_heal import BATCH, SETTLING
from shared.services.mirror_lease import Turns
from shared.services.work_group_state import findings
from shared.store.conversations import ConversationFilter, Conversations
from shared.store.inboxes import Inboxes
from shared.store.platform import Platform
from shared.store.work_groups import WorkGroups

_WAITING = (Status.NEEDS_HUMAN, Status.AWAITING_RESPONSE)


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """What an owner picks."""

    chat: str
    inbox_id: InboxId
    language: Language


@dataclass(frozen=True, slots=True)
class BindGroup:
    """A workspace has one group at most; all its inboxes are mirrored there until one is switched off."""

    platform: Platform
    opener: ForumOpener
    directory: InboxDirectory
    enlist: Enlist
    turns: Turns
    clock: Clock

    async def get(self, workspace: WorkspaceId) -> WorkGroup:
        """The group as it is known. Raises `NotFound` (`no_work_group`)."""
        known = await WorkGroups(self.platform.workspace(workspace)).get()
        if known is None:
            raise NotFound("this workspace has no work group", code="no_work_group")
        return known.group

    async def candidates(self, workspace: WorkspaceId) -> list[GroupCandidate]:
        """Groups that bots of the workspace were let into."""
        return await WorkGroups(self.platform.workspace(workspace)).candidates()

    async def bind(self, workspace: WorkspaceId, choice: GroupChoice) -> WorkGroup:
        """The group, with what is wrong with it, if anything. Picking the same one again only looks at it anew.

        Raises `NotFound` (no such bot) and the `ChannelError` family where nothing can be said of the group at all.
        """
        store, now = self.platform.workspace(workspace), self.clock.now()
        bot = await living_inbox(self.platform, workspace, choice.inbox_id)
        known = await WorkGroups(store).get()
        group = WorkGroup(
            id=work_group_id(workspace),
            workspace_id=workspace,
            bot_inbox_id=bot.id,
            chat=choice.chat,
            language=choice.language,
            bound_at=now,
            in_step_at=now - SETTLING,
            created_at=now,
            updated_at=now,
        )
        found = findings(await (await self.opener.open(group)).examine()) | {"examined_at": now}
        if known is not None and known.group.chat == found["chat"] and known.group.bot_inbox_id == bot.id:
            return await self._change(known.group, {**found, "language": choice.language})
        group = group.model_copy(update=found)
        await self._commit_with_inboxes(workspace, group.id, [WorkGroups(store).saving(group)])
        await self._show_who_waits(group)
        return group

    async def test(self, workspace: WorkspaceId) -> WorkGroup:
        """Ask Telegram whether the group still works, and keep the answer. Raises `NotFound`, `ChannelUnavailable`."""
        group = await self.get(workspace)
        try:
            found = findings(await (await self.opener.open(group)).examine())
        except ChannelUnavailable:
            raise
        except ChannelError as error:
            found = {"problem": error.code}
        return await self._change(group, {**found, "examined_at": self.clock.now()})

    async def unbind(self, workspace: WorkspaceId) -> None:
        """Nothing is mirrored any more. What stands in the group stays there. Raises `NotFound`."""
        await self.get(workspace)
        removal = WorkGroups(self.platform.workspace(workspace)).removal()
        await self._commit_with_inboxes(workspace, None, [removal])

    async def switch(self, workspace: WorkspaceId, inbox_id: InboxId, *, is_mirrored: bool) -> Inbox:
        """Mirror one inbox, or leave it out. Raises `NotFound`."""
        inbox = await living_inbox(self.platform, workspace, inbox_id)
        group = await self.get(workspace) if is_mirrored else None
        id = group.id if group else None
        await self._commit(workspace, [inbox], id, [])
        if group is not None:
            await self._show_who_waits(group, inbox_id)
        return inbox.model_copy(update={"work_group_id": id})

    async def _change(self, group: WorkGroup, changes: dict[str, Any]) -> WorkGroup:
        changes |= {"updated_at": self.clock.now()}
        store = self.platform.workspace(group.workspace_id)
        await store.commit([WorkGroups(store).change(changes)])
        changed = group.model_copy(update=changes)
        if changed.is_usable:  # what waited for the repair waits no longer
            await self.turns.wake(changed, self.clock.now())
        return changed

    async def _show_who_waits(self, group: WorkGroup, inbox_id: InboxId | None = None) -> None:
        """Customers who wait for an answer get their topics at once; the others when something happens."""
        store = self.platform.workspace(group.workspace_id)
        for status in _WAITING:
            narrowed = ConversationFilter(status=status, inbox_id=inbox_id)
            page = await Conversations(store).page(narrowed, limit=BATCH)
            enlisted = [write for one in page.items for write in await self.enlist(store, group, one)]
            if enlisted:
                await store.commit(enlisted)
        now = self.clock.now()
        await store.commit([WorkGroups(store).change({"due_at": now})])
        await self.turns.wake(group, now)

    async def _commit_with_inboxes(
        self, workspace: WorkspaceId, group: WorkGroupId | None, writes: list[Write]
    ) -> None:
        inboxes = await Inboxes(self.platform.workspace(workspace)).all()
        await self._commit(workspace, [inbox for inbox in inboxes if not is_removed(inbox)], group, writes)

    async def _commit(
        self, workspace: WorkspaceId, inboxes: list[Inbox], group: WorkGroupId | None, writes: list[Write]
    ) -> None:
        store = self.platform.workspace(workspace)
        changes = {"work_group_id": group, "updated_at": self.clock.now()}
        await store.commit([*writes, *(Inboxes(store).change(inbox.id, changes) for inbox in inboxes)])
        for inbox in inboxes:
            self.directory.forget(workspace, inbox.id)
